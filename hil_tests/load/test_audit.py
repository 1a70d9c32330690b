"""Each kind of violation is planted in a call that had none, and is reported."""

from dataclasses import replace

import pytest

from firmware.contract.model import Cause, Direction, Outcome, Party
from firmware.contract.views import CallPart, CallRecord, RecordingView
from hil_tests.load.audit import File, Kept, Offered, People, answered_s, recorded_s, violations
from hil_tests.load.excuse import Excuse
from hil_tests.load.marks import AGENTS, CALLERS, NOBODY, WINDOW_MS
from hil_tests.load.tracks import Track
from hil_tests.load.turns import turns

CALLER, AGENT, OTHER = CALLERS[3], AGENTS[5], AGENTS[6]
START, ANSWER, TALK, END = 10_000, 10_100, 22_000, 52_000
"""ms: SETUP, the box's answer, the agent's, the caller's end."""


def heard(mark, begin, end, *, callers, start=START, stop=END):
    """A track in which `mark` is heard in its turns between two times."""
    spoken = turns(0.0, begin, end, callers=callers)
    count = int((stop - start) // WINDOW_MS)
    at = [start + n * WINDOW_MS for n in range(count)]
    inside = [any(a <= t and t + WINDOW_MS <= b for a, b in spoken) for t in at]
    return Track(start, tuple(mark if one else NOBODY for one in inside))


def offered(**changes):
    seen = Offered(
        calling="13800000007", called="01088886666", kind="e1", mark=CALLER,
        setup_ms=START, connect_ms=ANSWER, end_ms=END, free_ms=END + 20,
        cause=16, cleared_by="network",
        heard=heard(AGENT, TALK, END, callers=False),
        spoke=(TALK + 500.0, float(END)),
    )  # fmt: skip
    return replace(seen, **changes)


PARTS = (
    CallPart("ivr", ANSWER, TALK - 5000, "main.choice"),
    CallPart("queue", TALK - 5000, TALK, "sales"),
    CallPart("talk", TALK, END, "8006"),
)
VIEW = RecordingView("r1", "r1.wav", TALK, (END - TALK) * 8, "8006")


def file(view=VIEW, caller=CALLER, agent=AGENT):
    left = heard(caller, TALK + 500, END, callers=True, start=view.start_ms)
    return File(view, left, heard(agent, TALK, END, callers=False, start=view.start_ms))


def kept(files=None, **changes):
    record = CallRecord(
        call="c1", direction=Direction.INBOUND, calling="13800000007", called="01088886666",
        start_ms=START, answer_ms=ANSWER, bridge_ms=TALK, end_ms=END, queue="sales", agent="8006",
        waited_s=5.0, talk_s=30.0, hold_s=0.0, outcome=Outcome.ANSWERED,
        cause=Cause.NORMAL_CLEARING, by=Party.CALLER, parts=PARTS, recordings=(VIEW,),
    )  # fmt: skip
    return Kept(replace(record, **changes), (file(),) if files is None else files)


def people(hears=CALLER):
    track = heard(hears, TALK + 500, END, callers=True, start=TALK)
    return People({AGENT: "8006", OTHER: "8007"}, {"8006": [track], "8007": []})


def test_a_call_with_which_nothing_is_wrong():
    assert violations(offered(), [kept()], people()) == []
    assert answered_s(offered(), people()) == pytest.approx(30, abs=4.5)
    assert recorded_s(kept()) == 30


def test_an_abandoned_call_needs_no_agent():
    alone = kept((), outcome=Outcome.ABANDONED, bridge_ms=None, talk_s=0.0, parts=PARTS[:2])
    nobody = offered(heard=Track(START, (NOBODY,) * 100), spoke=None)
    assert violations(nobody, [alone], people()) == []


SILENT = Track(START, (NOBODY,) * 168)
WRONG = {
    "no record": (offered(), [], people(), "has 0 records"),
    "two records": (offered(), [kept(), kept()], people(), "has 2 records"),
    "exchange: no end": (offered(end_ms=None), [kept()], people(), "never ended at the exchange"),
    "exchange: never free": (offered(free_ms=None), [kept()], people(), "ended at the exchange"),
    "box: no end": (offered(), [kept(end_ms=None)], people(), "never ended in the box"),
    "box: no outcome": (offered(), [kept(outcome=None)], people(), "never ended in the box"),
    "a part goes on": (
        offered(), [kept(parts=(*PARTS[:2], replace(PARTS[2], end_ms=None)))], people(),
        "part talk never ended",
    ),
    "begins late": (offered(setup_ms=START - 200), [kept()], people(), "began 200 ms late"),
    "answered late": (offered(connect_ms=ANSWER - 200), [kept()], people(), "answered 200 ms late"),
    "not answered": (offered(connect_ms=None), [kept()], people(), "whether it was answered"),
    "ends late": (offered(end_ms=END - 200), [kept()], people(), "ended 200 ms late"),
    "ends early": (offered(end_ms=END + 200), [kept()], people(), "ended -200 ms late"),
    "cause": (offered(cause=31), [kept()], people(), "says cause 16, the exchange 31"),
    "who ended it": (offered(cleared_by="box"), [kept()], people(), "says that caller ended it"),
    "calling number": (offered(), [kept(calling="1390")], people(), "box says 1390 called"),
    "called number": (offered(called="010"), [kept()], people(), "not 010"),
    "outcome": (offered(), [kept(outcome=Outcome.ABANDONED)], people(), "says abandoned"),
    "nobody there": (offered(heard=SILENT), [kept()], people(), "he heard nobody"),
    "hears nothing": (offered(heard=SILENT), [kept()], people(), "caller hears the wrong thing"),
    "hears another agent": (
        offered(heard=heard(OTHER, TALK, END, callers=False)), [kept()], people(),
        "hears 8007 for",
    ),
    "hears another caller": (
        offered(heard=heard(CALLERS[9], TALK, END, callers=False)), [kept()], people(),
        "somebody who is no agent",
    ),
    "agent hears another": (offered(), [kept()], people(CALLERS[9]), "8006 hears the wrong thing"),
    "agent hears nothing": (
        offered(), [kept()], replace(people(), tracks={"8006": []}), "8006 heard nothing",
    ),
    "not recorded": (offered(), [kept(())], people(), "no file has 30.00 s"),
    "recorded late": (
        offered(), [kept((file(replace(VIEW, start_ms=TALK + 400)),))], people(), "no file has",
    ),
    "recorded too short": (
        offered(), [kept((file(replace(VIEW, frames=100_000)),))], people(), "no file has",
    ),
    "file is gone": (offered(), [kept((File(VIEW),))], people(), "is not there"),
    "wrong caller recorded": (
        offered(), [kept((file(caller=CALLERS[9]),))], people(), "someone else's speech",
    ),
    "wrong agent recorded": (
        offered(), [kept((file(agent=OTHER),))], people(), "the recording r1 has the wrong thing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(WRONG))
def test_a_planted_violation_is_reported(kind):
    seen, records, who, sentence = WRONG[kind]
    found = violations(seen, records, who)
    assert any(sentence in one for one in found), found
    assert all(one.startswith("13800000007: ") for one in found)


def test_what_comes_late_by_what_the_line_allows_is_right():
    late = offered(kind="analog", end_ms=END - 6000, cleared_by="network")
    assert not [one for one in violations(late, [kept()], people()) if "late" in one]
    late = offered(kind="analog", end_ms=END - 11000, cleared_by="network")
    assert [one for one in violations(late, [kept()], people()) if "ended 11000 ms late" in one]


# --- a fault in the middle of the call ---

DIED, BACK = 40_000, 43_000
LAST = DIED - 100
KILLED = Excuse(
    DIED, BACK, 200.0, frozenset({Cause.BOX_RESTART}), sound=True, signals=True
)  # fmt: skip
LOST_PARTS = (*PARTS[:2], replace(PARTS[2], end_ms=LAST))
LOST_VIEW = replace(VIEW, frames=(LAST - TALK) * 8)
RESTART = {"outcome": Outcome.BOX_RESTART, "cause": Cause.BOX_RESTART, "by": Party.BOX}


def cut_off(**changes):
    """A call in which the box was killed: in silence until it was back."""
    spoken = heard(AGENT, TALK, DIED, callers=False, stop=BACK)
    whole = {"end_ms": BACK - 500, "free_ms": BACK - 480, "cause": 41, "cleared_by": "box"}
    return offered(**({"heard": spoken, "excuse": KILLED} | whole | changes))


def closed(view=LOST_VIEW, parts=LOST_PARTS, **changes):
    """Its record, as the box found it at its start."""
    ended = RESTART | {"end_ms": LAST, "parts": parts, "recordings": (view,)}
    return kept((file(view),), **(ended | changes))


def anew(**changes):
    """A call that came while the box was away, and got no answer."""
    nobody = {"heard": Track(41_000, ()), "spoke": None, "connect_ms": None}
    times = {"setup_ms": 41_000, "end_ms": 45_000, "free_ms": 45_010, "excuse": KILLED}
    return offered(**(nobody | times | changes))


FULL = replace(KILLED, causes=frozenset(), lost_ms=0.0, sound=False, signals=False, files=True)


MUTE = replace(KILLED, causes=frozenset(), lost_ms=0.0, sound=False)
LEFT = DIED + 1000


def left(end_ms=LEFT, **changes):
    """The caller hung up while signalling was lost: the box heard of it later."""
    spoken = heard(AGENT, TALK, end_ms, callers=False)
    whole = {"end_ms": end_ms, "free_ms": BACK, "spoke": (TALK + 500.0, end_ms)}
    return offered(**({"heard": spoken, "excuse": MUTE} | whole | changes))


def told_late():
    """Its record."""
    return kept(end_ms=BACK, parts=(*PARTS[:2], replace(PARTS[2], end_ms=BACK)))


def rang(since, kind="analog", **changes):
    """A call whose line rang when the board died."""
    excuse = replace(KILLED, start_ms=since, until_ms=since + 2000, lost_ms=0.0)
    return offered(kind=kind, setup_ms=since - 1500, excuse=excuse, **changes)


def seized(kind, at_ms):
    """The box went off-hook so shortly before it died that nothing of the call was written."""
    return anew(kind=kind, setup_ms=DIED - 9000, connect_ms=at_ms)


def test_what_a_fault_excuses():
    assert violations(rang(START - 3500), [kept()], people()) == []
    assert violations(left(), [told_late()], people()) == []
    assert violations(cut_off(), [closed()], people()) == []
    assert violations(anew(), [], people()) == []
    assert violations(seized("analog", DIED - 50), [], people()) == []
    assert violations(offered(excuse=FULL), [kept(())], people()) == []


def unanswered(kind, end_ms):
    """Set up just before signalling was back; the box's answer was lost with layer 2."""
    nobody = {"heard": Track(BACK, ()), "spoke": None, "connect_ms": None, "cause": 31}
    times = {"setup_ms": BACK - 1000, "end_ms": end_ms, "free_ms": end_ms, "excuse": MUTE}
    seen = offered(kind=kind, cleared_by="box", **(nobody | times))
    record = {
        "start_ms": BACK - 1000, "answer_ms": BACK - 1000, "end_ms": int(end_ms) + 50,
        "cause": Cause.of(81), "outcome": Outcome.IVR_ABANDONED, "parts": PARTS[:1],
        "recordings": (),
    }  # fmt: skip
    return seen, kept((), **record)


def test_an_answer_that_was_lost_with_layer_2_ends_by_the_timers_of_signalling():
    seen, record = unanswered("e1", BACK + 3000.0)
    assert violations(seen, [record], people()) == []
    for kind, end_ms in (("e1", BACK + 5000.0), ("analog", BACK + 3000.0)):
        seen, record = unanswered(kind, end_ms)
        found = violations(seen, [record], people())
        assert any("caller ended it, the exchange: box" in one for one in found), found


def test_a_recording_that_could_not_be_begun_is_missed_for_a_second_more():
    for after_ms, missing in ((900, False), (1500, True)):
        excuse = replace(FULL, start_ms=START, until_ms=TALK - after_ms)
        found = violations(offered(excuse=excuse), [kept(())], people())
        assert any("no file has" in one for one in found) is missing


def test_a_caller_on_a_silent_line_may_be_gone_when_the_box_is_killed():
    spoken = heard(AGENT, TALK, DIED - 1500, callers=False, stop=BACK)
    for kind, gone_ms, excused in (
        ("analog", 1500.0, True), ("analog", 11_000.0, False), ("e1", 1500.0, False),
    ):  # fmt: skip
        end = DIED - gone_ms
        seen = cut_off(
            kind=kind, end_ms=end, cleared_by="network", heard=spoken, spoke=(TALK + 500.0, end)
        )
        found = violations(seen, [closed()], people())
        assert any("the box says box_restart" in one for one in found) is not excused, found


def test_a_line_that_was_taken_just_before_the_fault_rings_on():
    """The box has a record of either answer; the exchange saw the later one only."""
    excuse = replace(
        MUTE, start_ms=START - 3000.0, until_ms=START, causes=frozenset({Cause.TEMPORARY_FAILURE})
    )
    seen = offered(kind="analog", setup_ms=START - 5000.0, excuse=excuse)
    for answered_ms, missed in ((50, True), (900, False)):
        times = {"start_ms": START - 5000, "answer_ms": START - 3000 - answered_ms}
        first = kept(
            (), end_ms=START - 3000, cause=Cause.TEMPORARY_FAILURE, by=Party.BOX, parts=PARTS[:1],
            outcome=Outcome.IVR_ABANDONED, recordings=(), **times,
        )  # fmt: skip
        found = violations(seen, [first, kept()], people())
        assert found == ([] if missed else ["13800000007: the box has 2 records of this call"])


def test_an_answer_that_the_exchange_saw_before_the_power_went_is_the_call_s():
    """Its end may be lost with the last second; it is no other call for that."""
    excuse = replace(KILLED, lost_ms=1000.0)
    seen = cut_off(kind="analog", setup_ms=DIED - 3300.0, connect_ms=DIED - 980.0, excuse=excuse)
    record = closed(start_ms=DIED - 3300, answer_ms=DIED - 1090)
    assert not any("records of this call" in one for one in violations(seen, [record], people()))


def test_one_who_left_before_anybody_spoke_or_was_not_heard_at_first():
    """A silent line's end is noticed late; what a fault covers nobody has to hear."""
    nobody = {"heard": Track(START, (NOBODY,) * 168), "spoke": None}
    talk = (*PARTS[:2], replace(PARTS[2], end_ms=TALK + 2600))
    late = kept((), end_ms=TALK + 2600, talk_s=2.6, parts=talk, recordings=())
    left = offered(kind="analog", end_ms=TALK - 100.0, cleared_by="network", **nobody)
    assert not any("heard nobody" in one for one in violations(left, [late], people()))
    mute = replace(MUTE, start_ms=TALK + 1000.0, until_ms=END + 1.0, sound=True)
    unheard = violations(offered(excuse=mute, **nobody), [kept()], people())
    assert not any("heard nobody" in one for one in unheard)


def test_a_recording_that_was_begun_just_before_the_power_went_may_have_nothing():
    view = replace(VIEW, start_ms=DIED - 100, frames=0)
    parts = (*PARTS[:2], replace(PARTS[2], start_ms=DIED - 100, end_ms=LAST + 50))
    gone = File(view, None, None)
    seen = cut_off(heard=Track(START, (NOBODY,) * 168), spoke=None)
    record = closed(view, parts=parts)
    found = violations(seen, [replace(record, files=(gone,))], people())
    assert not any("is not there" in one for one in found), found


LIES = {
    "begun by a later ring": (rang(START - 7500), [kept()], "began 9000 ms late"),
    "rings, but not so": (rang(START - 3500, "e1"), [kept()], "began 5000 ms late"),
    "answered before": (
        rang(START - 3500, connect_ms=START - 4000), [kept()], "began 5000 ms late",
    ),
    "left long ago": (left(DIED - 2000), [told_late()], "ended 5000 ms late"),
    "no excuse": (cut_off(excuse=None), [closed()], "says cause 128"),
    "ends long before": (cut_off(), [closed(end_ms=DIED - 1500)], "ms late in the box"),
    "ends long after": (cut_off(), [closed(end_ms=BACK + 500)], "ms late in the box"),
    "goes on in the network": (
        cut_off(end_ms=END, free_ms=END), [closed()], "ended -12100 ms late",
    ),
    "another cause": (cut_off(), [closed(cause=Cause.NORMAL_CLEARING)], "says cause 16"),
    "another outcome": (cut_off(), [closed(outcome=Outcome.ABANDONED)], "says cause 128"),
    "by another": (cut_off(), [closed(by=Party.CALLER)], "says that caller ended it"),
    "two records": (cut_off(), [closed(), closed()], "has 2 records"),
    "no record": (cut_off(), [], "has 0 records"),
    "never free": (cut_off(free_ms=None), [closed()], "never ended at the exchange"),
    "too much lost": (
        cut_off(), [closed(replace(LOST_VIEW, frames=(DIED - 900 - TALK) * 8))], "no file has",
    ),
    "another agent before": (
        cut_off(heard=heard(OTHER, TALK, DIED, callers=False)), [closed()], "hears 8007 for",
    ),
    "new: never free": (anew(free_ms=None), [], "never ended at the exchange"),
    "new: talked, no record": (
        anew(heard=heard(AGENT, 41_000, END, callers=False, start=41_000)), [], "has 0 records",
    ),
    "new: answered long before": (seized("analog", DIED - 3000), [], "has 0 records"),
    "new: on E1 known since its setup": (seized("e1", DIED - 50), [], "has 0 records"),
    "new: before the fault": (anew(setup_ms=DIED - 300), [], "has 0 records"),
    "full: recorded before": (
        offered(excuse=replace(FULL, start_ms=END + 1.0, until_ms=END + 9.0)), [kept(())],
        "no file has",
    ),
    "full: not heard": (offered(excuse=FULL, heard=SILENT), [kept(())], "wrong thing"),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(LIES))
def test_what_a_fault_does_not_excuse(kind):
    seen, records, sentence = LIES[kind]
    found = violations(seen, records, people())
    assert any(sentence in one for one in found), found


def test_an_agent_who_gets_the_same_caller_again_soon_has_two_conversations():
    left, again = 34_000, 35_500
    both = (
        heard(AGENT, TALK, left, callers=False).marks,
        heard(AGENT, again, END, callers=False).marks,
    )
    track = Track(START, tuple(max(pair) for pair in zip(*both, strict=True)))
    parts = (
        *PARTS[:2],
        CallPart("talk", TALK, left, "8006"),
        CallPart("queue", left, again, "sales"),
        CallPart("talk", again, END, "8006"),
    )
    views = (
        replace(VIEW, frames=(left - TALK) * 8),
        replace(VIEW, recording="r2", start_ms=again, frames=(END - again) * 8),
    )
    record = kept(files=tuple(file(view) for view in views), parts=parts, recordings=views)
    assert violations(offered(heard=track), [record], people()) == []
    lost = replace(record, record=replace(record.record, parts=parts[:4]))
    assert any(
        "not in the record" in one for one in violations(offered(heard=track), [lost], people())
    )
