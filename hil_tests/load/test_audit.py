"""Each kind of violation is planted in a call that had none, and is reported."""

from dataclasses import replace

import pytest

from firmware.contract.model import Cause, Direction, Outcome, Party
from firmware.contract.views import CallPart, CallRecord, RecordingView
from hil_tests.load.audit import File, Kept, Offered, People, answered_s, recorded_s, violations
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
