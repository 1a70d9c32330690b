"""A wrong expectation of every kind fails, and its sentence says where, when and what was seen."""

import json

import pytest

from hil_tests.play.__main__ import main
from hil_tests.play.director import Director, play
from hil_tests.play.expectations import EXPECTATIONS
from hil_tests.play.script import checked
from hil_tests.play.source import parse
from hil_tests.play.stage import StepError
from hil_tests.play.theatre import opened

BEGIN = """story: All wrong
time: "10:00"
people:
  Fang: {agent: 8001}
  Boss: {supervisor: boss}
  Mr Wang: {caller: 13800138000}
  Mrs Chen: {caller: 13800138001}
  Crowd: {callers: 2, from: 13900139000}
steps:
  - Fang: log on
  - Boss: log on
  - Fang: ready
  - Mr Wang:
      call: 01088886666
      then:
        [{listen: 0.5}, {press: 2}, {listen: 0.5}, {press: 1},
         {wait for somebody: 30}, {talk: 6}, hang up]
  - Fang: {answer: , within: 20}
  - expect: {listener: Fang, hears: Mr Wang, within: 10}
"""
END = """  - expect: {exchange: Mr Wang, state: ended, within: 20}
  - Fang: {wrap up: order}
  - expect: {record: Mr Wang, about: order}
"""
WHILE_TALKING = [
    ("{listener: Fang, hears: Mrs Chen", "Mrs Chen: Fang did not hear it; there was nothing"),
    ("{listener: Fang, has heard: Crowd", "Crowd: Fang did not hear it; there was Mr Wang ("),
    ("{listener: Mrs Chen, hears: Fang", "Mrs Chen did not hear it; there was no call"),
    ("{listener: Fang, does not hear: Mr Wang", "Mr Wang: Fang heard it; there was Mr Wang ("),
    ("{listener: Fang, has heard: {prompt: closed_hours}", "the prompt closed_hours: Fang did not"),
    ("{listener: Fang, has heard: {prompt: music}", "the prompt music: Fang did not hear it"),
    ("{listener: Fang, has heard: {sentence: en/caller_problem}", "the sentence en/caller_problem"),
    ("{listener: Fang, has heard: {tone: busy}", "the tone busy: Fang did not hear it"),
    ("{exchange: Mr Wang, state: ended", "Mr Wang's call: state is connected, not ended"),
    ("{exchange: Mr Wang, answered: false", "Mr Wang's call: answered is yes, not no"),
    ("{exchange: Mr Wang, cause: 16", "cause is not there, not cause 16 (normal clearing)"),
    ("{exchange: Mr Wang, ended by: box", "ended by is nobody yet, not box"),
    ("{exchange: Mr Wang, calls: 2", "Mr Wang has 1 calls at the exchange, not 2"),
    ("{exchange: Mr Wang, call: 3", "the exchange has no call 3 of Mr Wang"),
    ("{exchange: Mr Wang, pressed: '5'", "pressed is not there, not 5"),
    ("{exchange: Crowd, answered: true", "the exchange has no call of Crowd 1"),
    ("{agent: Fang, state: ready", "Fang: state is busy, not ready"),
    ("{agent: Fang, reason: lunch", "Fang: reason is not there, not lunch"),
    ("{agent: Fang, caller: Mrs Chen", "Fang: caller is Mr Wang (13800138000), not Mrs Chen"),
    ("{queue: sales, waiting: at least 1", "the queue sales: waiting is 0, not at least 1"),
    ("{queue: sales, ready: 1, busy: 0", "the queue sales: ready is 0, not 1"),
    ("{queue: sales, answered: 2 to 3", "the queue sales: answered is 1, not 2 to 3"),
    ("{queue: sales, offered: 3, abandoned: 0", "the queue sales: offered is 1, not 3"),
    ("{queue: sales, abandoned: 1", "the queue sales: abandoned is 0, not 1"),
    ("{queue: kitchen, waiting: 0", "the box shows no queue kitchen"),
    ("{trunk: e1, in service: false", "e1: in service is yes, not no"),
    ("{trunk: e1, alarms: [los]", "e1: alarms is none, not los"),
    ("{trunk: analog, line: 2, state: idle", "line 2 is out_of_service, not idle"),
    ("{trunk: analog, board: true", "analog: board is no, not yes"),
    ("{trunk: e1-2, in service: true", "the box shows no e1-2"),
    ("{box: is off", "the box answers"),
    ("{box: at rest", "the call of Mr Wang (13800138000) is not over"),
    ("{box: answers, calls: 0", "the box has 1 calls, not 0"),
]
AFTERWARDS = [
    ("{record: Mr Wang, outcome: abandoned", "Mr Wang's record: outcome is answered, not abandon"),
    ("{record: Mr Wang, agent: Fang, queue: service", "queue is sales, not service"),
    ("{record: Mr Wang, cause: 17", "is cause 16 (normal clearing), not cause 17 (user busy)"),
    ("{record: Mr Wang, ended by: agent", "ended by is caller, not agent"),
    ("{record: Mr Wang, waited: 10 to 20", "waited is 0."),
    ("{record: Mr Wang, talked: at most 1", "not at most 1"),
    ("{record: Mr Wang, held: 5", "held is 0.0, not 5"),
    ("{record: Mr Wang, about: complaint", "about is order, not complaint"),
    ("{record: Mr Wang, note: hello", "note is not there, not hello"),
    ("{record: Mr Wang, path: [main.language]", "path is main.language, main.choice, main.sales"),
    ("{record: Mr Wang, recordings: 2", "recordings is 1, not 2"),
    ("{record: Mr Wang, recorded: 100", "not 100"),
    ("{record: Mr Wang, direction: outbound", "direction is inbound, not outbound"),
    ("{record: Mr Wang, records: 2", "the box has 1 records of Mr Wang, not 2"),
    ("{record: Mrs Chen", "the box has no record of Mrs Chen"),
    ("{event: CallQueued, about: Mrs Chen", "there were 0 such CallQueued about Mrs Chen"),
    ("{event: CallQueued, with: {position: 2}", "of this kind 1, the last: call"),
    ("{event: CallQueued, count: at least 2", "there were 1 such CallQueued, not at least 2"),
    ("{event: LogInRefused", "of this kind 0, the last: none"),
]
KINDS = [*WHILE_TALKING, *AFTERWARDS]


def step(expected):
    within = 2.5 if "does not hear" in expected else 0
    return f"  - expect: {expected}, within: {within}}}\n"


@pytest.fixture(scope="module")
def verdicts():
    text = BEGIN + "".join(step(expected) for expected, _ in WHILE_TALKING)
    text += END + "".join(step(expected) for expected, _ in AFTERWARDS)
    script = checked(parse(text, "wrong.yaml"), None)
    report = play(script)
    print(report.text())
    assert not report.steps_left, report.text()
    return {verdict.line: (verdict, report) for verdict in report.verdicts}, text.splitlines()


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("expected", "words"), KINDS, ids=[kind for kind, _ in KINDS])
def test_a_wrong_expectation_is_told(verdicts, expected, words):
    found, lines = verdicts
    line = lines.index(step(expected).rstrip()) + 1
    verdict, report = found[line]
    assert any(words in sentence for sentence in verdict.wrong), verdict.wrong
    assert f"step {verdict.step}, wrong.yaml line {line}, 10:00:" in report.text()


@pytest.mark.timeout(240)  # the story is played for whichever test comes first
def test_what_was_right_before_and_between_holds(verdicts):
    found, lines = verdicts
    wrong = {step(expected).rstrip() for expected, _ in KINDS}
    right = [verdict for line, (verdict, _) in found.items() if lines[line - 1] not in wrong]
    assert len(right) == 3
    assert not any(verdict.wrong for verdict in right)


def test_every_kind_of_expectation_and_every_field_is_tried_wrong():
    usual = {"within", "for", "call"}
    for kind in EXPECTATIONS:
        tried = "".join(text for text, _ in KINDS if f"{{{kind.word}: " in text)
        fields = [field for field in kind.fields() if field not in usual]
        assert [field for field in fields if f"{field}: " not in tried] == [], kind.word


REFUSALS = """story: What cannot be done
people:
  Fang: {agent: 8001}
  Boss: {supervisor: boss}
  Mr Wang: {caller: 13800138000}
steps:
  - Fang: log on
  - Fang: hang up
  - Fang: {answer: , within: 1}
  - Fang: {pause: siesta}
  - Fang: {dial: "+85221234567", refused: number_empty}
  - Fang: {dial: "+85221234567", refused: international_closed}
  - Fang: {HoldCall: {call: call of Mr Wang}}
  - Boss: {Snapshot: {}}
  - Boss: log on
  - Boss: {ForceAgentState: {agent: 8001, state: ready, reason: test}, refused: forbidden}
  - Boss: {Config: {}, refused: forbidden}
  - Boss: {Snapshot: {}}
  - Mr Wang: hang up
  - Mr Wang: {call: analog 3}
  - Mr Wang: {call: 01088886666, on: e1-2}
  - fault: {alarm: los, on: e1-2}
  - at: 09:00
"""
SAID = [
    None,
    "Fang has no call: is not ready",
    "no call rang at Fang within 1 s: Fang is not ready",
    "the box refuses it with ",
    "the box refuses it with international_closed, not with number_empty",
    None,
    "the box knows of no call of Mr Wang",
    "not logged in",
    None,
    "the box should have refused it with forbidden, but did it",
    None,
    None,
    "Mr Wang is in no call: there was none",
    "there is no line 'analog 3'",
    "there is no line e1-2 for 01088886666",
    "there is no line e1-2 in this script",
    "it is 10:0",
]


@pytest.mark.timeout(120)
def test_what_cannot_be_done_says_why():
    script = checked(parse(REFUSALS, "refusals.yaml"), None)
    with opened(script) as theatre:
        director = Director(theatre)
        for step, words in zip(script.steps, SAID, strict=True):
            if words is None:
                director.perform(step)
            else:
                with pytest.raises(StepError) as why:
                    director.perform(step)
                assert words in str(why.value)


CUT_SHORT = """story: Cut short
people:
  Fang: {agent: 8001}
steps:
  - Fang: log on
  - Fang: hang up
  - wait: 1
"""


@pytest.mark.timeout(120)
def test_a_step_that_cannot_be_done_ends_the_play_and_the_command_says_so(tmp_path, capsys):
    path = tmp_path / "short.yaml"
    path.write_text(CUT_SHORT)
    assert main([str(path), "--json", "-"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["holds"], told["steps_left"], told["story"]) == (False, 1, "Cut short")
    (verdict,) = told["expectations"]
    assert (verdict["step"], verdict["line"], verdict["performed"]) == (2, 6, False)
    assert verdict["wrong"] == ["Fang has no call: is not ready"]
    assert {"Fang", "box"} <= {entry["side"] for entry in told["timeline"]}
