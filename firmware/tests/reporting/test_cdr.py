"""Call records of whole calls, as the calls page shows them."""

from dataclasses import replace

import pytest

from firmware.contract.events import (
    AnswerNoticed,
    CallBridged,
    CallCleared,
    CallQueued,
    FarEndCleared,
    LegCleared,
    Recorded,
)
from firmware.contract.model import AgentState, AnswerSign, Cause, ClearSign, Outcome, Party
from firmware.reporting.projector import Projector
from firmware.store.changes import merged
from firmware.tests.calls import (
    ABANDONED_CALL,
    AGENT,
    ANSWERED_CALL,
    CALL,
    CALLER,
    DIALLED_CALL,
)

START_MS = 1_795_000_000_000


def project(story, utc_step_ms=0):
    """Rows of the tables after the story, by table and key."""
    projector, seconds, tables = Projector(), 0.0, {}
    for seq, (after, event) in enumerate(story, 1):
        seconds += after
        step = utc_step_ms if seq > 5 else 0
        at_ms = START_MS + round(seconds * 1000) + step
        for change in projector.apply(Recorded(seq, at_ms, event, round(seconds * 1000))):
            rows = tables.setdefault(change.table, {})
            assert change.insert == (change.key not in rows)
            rows[change.key] = rows.get(change.key, {}) | change.values
    return tables


def parts(tables):
    return [
        (row["kind"], row["who"], (row["end_ms"] - row["start_ms"]) / 1000)
        for row in tables["call_parts"].values()
    ]


@pytest.mark.parametrize("step", [0, -3_600_000], ids=["", "wall clock stepped"])
def test_an_answered_call_has_all_its_times(step):
    call = project(ANSWERED_CALL, step)["calls"][CALL]
    assert {k: v - START_MS for k, v in call.items() if k.endswith("_ms") and v > START_MS} == {
        "answer_ms": 500,
        "bridge_ms": 35_500,
        "end_ms": 155_500,
    }
    assert (call["waited_ms"], call["talk_ms"], call["hold_ms"]) == (25_000, 110_000, 10_000)
    assert (call["queue"], call["agent"], call["outcome"]) == ("sales", "8002", "answered")
    assert (call["cause"], call["by"]) == (16, "caller")
    assert (call["disposition"], call["note"]) == ("order", "wants two")
    assert call["path"] == ["main.welcome", "main.menu"]


@pytest.mark.parametrize("step", [0, 3_600_000], ids=["", "wall clock stepped"])
def test_an_answered_call_has_its_parts(step):
    assert parts(project(ANSWERED_CALL, step)) == [
        ("ivr", "main.welcome", 4),
        ("ivr", "main.menu", 6),
        ("queue", "sales", 25),
        ("ring", "8001", 20),
        ("ring", "8002", 3),
        ("talk", "8002", 60),
        ("hold", "8002", 10),
        ("talk", "8002", 50),
        ("wrap_up", "8002", 15.2),
    ]


def test_the_recording_is_complete_after_the_call():
    [recording] = project(ANSWERED_CALL)["recordings"].values()
    assert (recording["frames"], recording["agent"]) == (960_000, "8002")


def test_an_agents_states_follow_each_other_without_a_gap():
    rows = [r for r in project(ANSWERED_CALL)["agent_states"].values() if r["agent"] == "8002"]
    assert [r["state"] for r in rows] == ["busy", "working_after_call", "ready"]
    assert rows[0]["end_ms"] == rows[1]["start_ms"]
    assert rows[2]["end_ms"] is None


def test_a_wish_for_afterwards_is_no_new_state():
    story = list(ANSWERED_CALL)
    wish = type(story[15][1])("8002", AgentState.BUSY, call=CALL, pending=AgentState.NOT_READY)
    story.insert(17, (1.0, wish))
    assert len(project(story)["agent_states"]) == len(project(ANSWERED_CALL)["agent_states"])


def test_an_abandoned_call_waited_and_never_talked():
    tables = project(ABANDONED_CALL)
    call = tables["calls"][CALL]
    assert (call["waited_ms"], call["talk_ms"], call["bridge_ms"]) == (30_000, 0, None)
    [visit] = tables["queue_visits"].values()
    assert (visit["outcome"], visit["waited_ms"]) == ("abandoned", 30_000)


def test_a_dialled_call_is_answered_by_the_far_end():
    tables = project(DIALLED_CALL)
    call = tables["calls"][CALL]
    assert call["answer_ms"] == call["bridge_ms"] == START_MS + 8_100
    assert parts(tables) == [("ring", "13912345678", 6), ("talk", "8001", 40)]
    assert call["answer"] == "signal"  # an ISDN call of before AnswerNoticed


def test_by_what_an_answer_was_known_is_in_the_record():
    noticed = (0.0, AnswerNoticed(CALL, AGENT, AnswerSign.VOICE))
    story = [*DIALLED_CALL[:6], noticed, *DIALLED_CALL[6:]]
    assert project(story)["calls"][CALL]["answer"] == "voice"
    assert project(ANSWERED_CALL)["calls"][CALL]["answer"] is None


def test_a_call_begins_when_the_line_begins_to_ring():
    (after, offered), *rest = ANSWERED_CALL
    call = project([(after, replace(offered, rang_ms=2200)), *rest])["calls"][CALL]
    assert call["start_ms"] == START_MS - 2200


def test_a_call_of_which_nobody_knew_whether_it_was_answered_has_no_talk():
    cleared = CallCleared(CALL, Cause.NORMAL_CLEARING, Party.CALLER, Outcome.UNCONFIRMED)
    sign = FarEndCleared(CALL, AGENT, ClearSign.TONE)
    call = project([*DIALLED_CALL[:4], (60.0, sign), (0.0, cleared)])["calls"][CALL]
    assert (call["answer"], call["outcome"]) == ("none", "unconfirmed")
    assert (call["answer_ms"], call["bridge_ms"], call["talk_ms"]) == (None, None, 0)


def test_a_transferred_call_is_counted_with_both_agents_and_queues():
    other = f"{CALL}.3"
    story = [
        *ANSWERED_CALL[:17],
        (30.0, LegCleared(CALL, AGENT, Cause.NORMAL_CLEARING, Party.AGENT)),
        (0.0, CallQueued(CALL, "service", 0, 1)),
        (5.0, CallBridged(CALL, (CALLER, other), "8003", "service", 5.0)),
        (10.0, LegCleared(CALL, CALLER, Cause.NORMAL_CLEARING, Party.CALLER)),
    ]
    tables = project(story)
    call = tables["calls"][CALL]
    assert (call["queue"], call["agent"]) == ("service", "8003")
    assert (call["talk_ms"], call["waited_ms"]) == (40_000, 30_000)
    assert [v["outcome"] for v in tables["queue_visits"].values()] == [Outcome.ANSWERED] * 2


def test_a_call_bridged_to_the_outside_counts_no_talk_of_ours():
    story = [*ANSWERED_CALL[:3], (1.0, CallBridged(CALL, (CALLER, AGENT)))]
    story.append((9.0, LegCleared(CALL, CALLER, Cause.NORMAL_CLEARING, Party.CALLER)))
    call = project(story)["calls"][CALL]
    assert (call["talk_ms"], call["bridge_ms"]) == (0, None)


@pytest.mark.parametrize("event", [event for _, event in ANSWERED_CALL[1:]])
def test_events_of_unknown_calls_make_no_call(event):
    assert "calls" not in {
        change.table for change in Projector().apply(Recorded(1, 1, event, 1)) if change.insert
    }


def test_changes_of_one_row_become_one():
    story = enumerate(ANSWERED_CALL[:6], 1)
    projector = Projector()
    changes = [c for n, (_, e) in story for c in projector.apply(Recorded(n, n, e, n))]
    [call] = [change for change in merged(changes) if change.table == "calls"]
    assert call.insert
    assert call.values["path"] == ["main.welcome", "main.menu"]
