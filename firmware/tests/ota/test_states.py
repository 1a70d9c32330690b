"""The table of an update, and what becomes of it after a start: every state, every fact."""

import itertools

import pytest

from firmware.contract.update import UpdateReason, UpdateSource
from firmware.fsm import EventRefused, Machine
from firmware.ota.offer import Offer
from firmware.ota.present import Present
from firmware.ota.recovery import MOST_TRIES, Facts, resume
from firmware.ota.states import CANCELLABLE, RESTING, TABLE, TIMEOUTS, E, S
from firmware.timers import TIMERS

HAPPY = (
    (E.BEGIN, S.CHECKING),
    (E.FETCH, S.FETCHING),
    (E.FETCHED, S.CHECKING),
    (E.INSTALL, S.INSTALLING),
    (E.INSTALLED, S.WAITING),
    (E.DRAIN, S.DRAINING),
    (E.DRAINED, S.REBOOTING),
    (E.STARTED, S.PROVING),
    (E.PROVED, S.COMMITTED),
    (E.BEGIN, S.CHECKING),
)


def machine(state, timers):
    return Machine("update", state, TABLE, TIMEOUTS, timers, lambda *_: None)


def test_an_update_goes_through_its_states_to_the_next_one(timers):
    update = machine(S.IDLE, timers)
    for event, state in HAPPY:
        update.fire(event)
        assert update.state is state


@pytest.mark.parametrize("state", S)
def test_events_outside_the_table_are_refused_and_change_nothing(state, timers):
    for event in set(E) - set(TABLE[state]):
        update = machine(state, timers)
        with pytest.raises(EventRefused):
            update.fire(event)
        assert update.state is state


@pytest.mark.parametrize("state", sorted(set(S) - RESTING - {S.WAITING}))
def test_a_state_that_must_end_has_a_timer_whose_end_is_accepted(state):
    timer, event = TIMEOUTS[state]
    assert timer in TIMERS
    assert event in TABLE[state]


def test_from_every_state_an_update_can_come_to_rest():
    ends = set(RESTING)
    while more := {s for s in S if set(TABLE[s].values()) & ends} - ends:
        ends |= more
    assert ends == set(S)


def test_what_can_be_cancelled_accepts_to_be_given_up():
    assert all(E.GIVE_UP in TABLE[state] for state in CANCELLABLE)


def test_only_at_rest_another_update_begins():
    assert {state for state in S if {E.BEGIN, E.ROLL_BACK} & set(TABLE[state])} == RESTING


def presents():
    sources = (UpdateSource.UPLOAD, UpdateSource.SERVER, UpdateSource.HAND)
    reasons = (UpdateReason.NONE, UpdateReason.WEB)
    fields = itertools.product(S, sources, reasons, (False, True), (0, MOST_TRIES), ("", "B"))
    for state, source, reason, armed, tries, target in fields:
        offer = Offer("7", "1.1.0", "x", "u", 1) if source is UpdateSource.SERVER else None
        yield Present(
            state,
            source,
            offer=offer,
            slot_before="A",
            slot_target=target,
            armed=armed,
            tries=tries,
            reason=reason,
        )


FACTS = [Facts(*f) for f in itertools.product("AB", (False, True), (False, True))]


def test_after_any_start_there_is_a_way_that_the_table_permits():
    for present, facts in itertools.product(presents(), FACTS):
        way = resume(present, facts)
        if present.state in RESTING:
            assert way.event is (E.OTHER_RUNS if facts.slot == "B" else None)
        else:
            assert way.event in TABLE[present.state], (present, facts)
            assert (way.event is E.GIVE_UP) == bool(way.failed)


def test_the_old_slot_after_a_restart_never_goes_on_to_prove():
    for present, facts in itertools.product(presents(), FACTS):
        if present.state in RESTING or facts.slot == present.slot_target:
            continue
        way = resume(present, facts)
        assert TABLE[present.state][way.event] is not S.PROVING or present.state is S.PROVING
        assert way.event is not E.STARTED


def test_a_slot_that_ran_at_rest_and_runs_no_more_is_told():
    rest = Present(S.COMMITTED, slot_before="B")
    way = resume(rest, Facts("A", same_boot=False, versions={"A": "1.0.0", "B": "1.1.0"}))
    assert (way.event, way.changes["target"]) == (E.OTHER_RUNS, "1.1.0")
    assert resume(rest, Facts("B", same_boot=False)).event is None
    assert resume(Present(), Facts("B", same_boot=False)).event is None  # a box's first start


@pytest.mark.parametrize("state", [S.CHECKING, S.FETCHING, S.INSTALLING])
def test_a_power_cut_fails_an_upload_and_begins_a_servers_update_again(state):
    cut = Facts("A", same_boot=False)
    assert resume(Present(state, UpdateSource.UPLOAD), cut).failed is UpdateReason.POWER_CUT
    assert resume(Present(state, UpdateSource.SERVER), cut).event is E.CHECK
    worn = Present(state, UpdateSource.SERVER, tries=MOST_TRIES)
    assert resume(worn, cut).failed is UpdateReason.POWER_CUT


def test_a_new_version_that_never_came_up_did_not_start():
    away = Present(S.REBOOTING, slot_target="B", armed=True)
    way = resume(away, Facts("A", same_boot=False))
    assert (way.event, way.changes["reason"]) == (E.OTHER_RUNS, UpdateReason.DID_NOT_START)


def test_a_cut_before_the_boot_loader_was_told_waits_again():
    way = resume(Present(S.REBOOTING, slot_target="B"), Facts("A", same_boot=False))
    assert way.event is E.PUT_OFF


def test_the_reason_of_the_proof_is_kept_on_the_way_back():
    back = Present(S.REBOOTING, slot_target="B", reason=UpdateReason.BOARDS)
    way = resume(back, Facts("A", same_boot=False))
    assert way.event is E.OTHER_RUNS
    assert "reason" not in way.changes
    assert resume(back, Facts("B", same_boot=False)).event is E.AGAIN
