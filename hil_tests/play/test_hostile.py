"""What is no script is refused with its place, and nothing is started for it."""

import pytest

from hil_tests.play.__main__ import main
from hil_tests.play.script import checked
from hil_tests.play.source import DEEPEST, LONGEST, MOST_VALUES, ScriptError, parse, typed

HEAD = """story: x
people:
  Fang: {agent: 8001}
  Mr Wang: {caller: 13800138000}
  Admin: {administrator: admin}
steps:
"""


def problems(text, folder):
    with pytest.raises(ScriptError) as refused:
        checked(parse(text, "x.yaml"), folder)
    return refused.value.problems


STEPS = [
    ("Fang: redy", "'redy' is not known; did you mean 'ready'?"),
    ("Feng: ready", "'Feng' is not known; did you mean 'Fang'?"),
    ("Fang: {answer: , withn: 3}", "'withn' is not known; did you mean 'within'?"),
    ("Fang: {SetAgentStat: {}}", "did you mean 'SetAgentState'?"),
    ("Fang: {listen: 3}", "'listen' is not known"),
    ("Mr Wang: {SetAgentState: {state: ready}}", "'SetAgentState' is not known"),
    ("expect: {exchnge: Fang}", "did you mean 'exchange'?"),
    ("expect: {event: CallQueud}", "did you mean 'CallQueued'?"),
    ("expect: {record: Mr Wong}", "did you mean 'Mr Wang'?"),
    ("expect: {listener: Fang, hears: Mr Wong}", "did you mean 'Mr Wang'?"),
    ("expect: {listener: Fang}", "one of hears, has heard, does not hear is wanted"),
    ("expect: {listener: Fang, hears: {}}", "one of prompt, tone, sentence, text is wanted"),
    ("expect: {record: Mr Wang, waited: soon}", '"at least 2"'),
    ("expect: {record: Mr Wang, outcome: fine}", "should be 'answered'"),
    ("fault: {kill: init}", "should be 'callboxd'"),
    ("fault: {step clock: tomorrow}", 'wanted is "+1 h"'),
    ("fault: {step clock: +99 years}", "at most 20 years"),
    ("fault: {step clock: nan h}", "at most 20 years"),
    ("wait: -1", "greater than or equal to 0"),
    ("wait: nan", "less than or equal to 3600"),
    ("wait: 1e9", "less than or equal to 3600"),
    ("at: 25:00", "should match pattern"),
    ('Mr Wang: {call: "0108; rm -rf /"}', "should match pattern"),
    ("Mr Wang: {call: 1, then: [{cal: 2}]}", "did you mean 'call'?"),
    ("Mr Wang: {call: 1, then: [{call: 2}]}", "nobody calls in the middle of a call"),
    ("Mr Wang: {speak: ../../etc/passwd}", "should match pattern"),
    ("[1, 2]", "a step is"),
    ("Fang:", "a word, or {word: value}, is wanted"),
    ("{Fang: ready, Mr Wang: hang up}", "each step begins with a dash"),
]


@pytest.mark.parametrize(("step", "words"), STEPS)
def test_a_step_that_is_none_is_told_with_its_line(step, words, tmp_path):
    (problem,) = problems(f"{HEAD}  - wait: 1\n  - {step}\n", tmp_path)
    assert problem.startswith("x.yaml, line 8: ")
    assert words in problem


HEADS = [
    ("time: 24:30", "line 2: time: String should match pattern"),
    ("date: 2026-02-30", "day is out of range for month"),
    ("time zone: Mars/Olympus", "no time zone: Mars/Olympus"),
    ("time zone: ../../etc/passwd", "no time zone"),
    ("lines: {analog: 5}", "a board has 4, 8 or 16 lines"),
    ("lines: {e1: 0}", "no lines at all"),
    ("stroy: x", "line 2: 'stroy' is not known; did you mean 'story'?"),
]


@pytest.mark.parametrize(("line", "words"), HEADS)
def test_a_beginning_that_is_wrong_is_told(line, words, tmp_path):
    story, rest = HEAD.split("\n", 1)
    (problem,) = problems(f"{story}\n{line}\n{rest}  - wait: 1\n", tmp_path)
    assert words in problem


PEOPLE = [
    ("Fang: {agent: 8002}", "'Fang' is there twice"),
    ("Wei: {agent: 8001}", "'Wei' and 'Fang' are both 8001"),
    ("Crowd: {callers: 3, from: 13800138000}", "'Crowd' and 'Mr Wang' are both 13800138000"),
    ("wait: {agent: 8002}", "'wait' cannot be a name here"),
    ("Wei: {agent: 8002, caller: 1}", "one of caller, callers"),
    ("Wei: {agnt: 8002}", "'agnt' is not known; did you mean 'agent'?"),
    ("Crowd: {callers: 5000, from: 100}", "less than or equal to 60"),
    ("Wei: 8002", "a mapping is wanted"),
]


@pytest.mark.parametrize(("person", "words"), PEOPLE)
def test_people_who_cannot_be_are_told(person, words, tmp_path):
    text = HEAD.replace("steps:", f"  {person}\nsteps:") + "  - wait: 1\n"
    found = problems(text, tmp_path)
    assert all(problem.startswith("x.yaml, line 6: ") for problem in found)
    assert any(words in problem for problem in found)


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
FORMS = [
    (BOMB, "line 1: anchors and aliases"),
    ("a: " + "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), "too much in one script"),
    ("a: [" + "x," * (MOST_VALUES + 1) + "]", "too much in one script"),
    ("a: !!python/object/apply:os.system [reboot]", "tags are not allowed"),
    ("story: x\nstory: y\n", "line 2: 'story' is there twice"),
    ("story: x\n---\nstory: y\n", "line 2: a second document"),
    ("story: [x\n", "line 2: expected ',' or ']'"),
    ("? [a]\n: b\n", "a plain word is wanted before the colon"),
    ("story: \x07", "special characters are not allowed"),
    ("", "a mapping is wanted"),
    ("[1, 2]", "a mapping is wanted"),
]


@pytest.mark.parametrize(("text", "words"), FORMS)
def test_what_is_no_plain_data_is_refused(text, words, tmp_path):
    (problem,) = problems(text, tmp_path)
    assert words in problem


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    found = problems(f"{HEAD}  - Fang: redy\n  - wait: x\n  - fault: {{kil: e1}}\n", tmp_path)
    assert [problem.split(": ")[0] for problem in found] == [
        "x.yaml, line 7", "x.yaml, line 8", "x.yaml, line 9",
    ]  # fmt: skip


def test_words_without_quotation_marks_stay_what_was_written():
    source = parse('{a: 01088886666, b: 22:30, c: no, d: 5, e: "5", f: 1e999, g: [true]}', "x")
    assert source.value["a"] == "01088886666"
    assert source.value["b"] == "22:30"
    assert typed(source.value) == {
        "a": "01088886666", "b": "22:30", "c": "no", "d": 5, "e": "5", "f": "1e999", "g": [True],
    }  # fmt: skip


FILES = [
    (None, "No such file or directory"),
    (b"story: \xff\n", "line 1: no UTF-8"),
    (b"#" * (LONGEST + 1), "longer than"),
    (HEAD.encode() + b"  - Fang: redy\n", "did you mean 'ready'?"),
]


@pytest.mark.parametrize(("content", "words"), FILES)
def test_the_command_says_what_is_wrong_with_a_file(content, words, tmp_path, capsys):
    path = tmp_path / "x.yaml"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path)]) == 2
    assert words in capsys.readouterr().err
