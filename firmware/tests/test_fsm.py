from enum import StrEnum

import pytest

from firmware.fsm import EventRefused, Machine, diagram

S = StrEnum("S", "IDLE RINGING TALKING")
E = StrEnum("E", "RING ANSWER NO_ANSWER CLEAR")
TABLE = {
    S.IDLE: {E.RING: S.RINGING},
    S.RINGING: {E.ANSWER: S.TALKING, E.NO_ANSWER: S.IDLE},
    S.TALKING: {E.CLEAR: S.IDLE},
}
TIMEOUTS = {S.RINGING: ("T_alert", E.NO_ANSWER)}


@pytest.fixture
def changes():
    return []


@pytest.fixture
def line(timers, changes):
    return Machine("line(1)", S.IDLE, TABLE, TIMEOUTS, timers, lambda *c: changes.append(c))


def test_a_transition_is_told_to_the_owner(line, changes):
    line.fire(E.RING)
    assert line.state is S.RINGING
    assert changes == [(S.IDLE, E.RING, S.RINGING)]


def test_a_state_that_lasts_too_long_is_left_by_its_timer(line, timers):
    line.fire(E.RING)
    timers.expire("T_alert")
    assert line.state is S.IDLE


def test_leaving_a_state_stops_its_timer(line, timers):
    line.fire(E.RING)
    line.fire(E.ANSWER)
    assert timers.running == {}


def test_stopping_the_machine_stops_its_timer(line, timers):
    line.fire(E.RING)
    line.stop()
    assert timers.running == {}


def test_a_timer_may_have_its_own_duration(line, timers):
    line.seconds["T_alert"] = 7
    line.fire(E.RING)
    assert timers.running == {"T_alert": 7}


@pytest.mark.parametrize("state", S)
def test_events_outside_the_table_are_refused_and_change_nothing(line, changes, state):
    line.state = state
    for event in set(E) - set(TABLE[state]):
        with pytest.raises(EventRefused):
            line.fire(event)
        assert not line.offer(event)
        assert (line.state, changes) == (state, [])


def test_an_event_fired_while_changing_is_taken_after_the_change(timers):
    def answer_at_once(_old, _event, new):
        if new is S.RINGING:
            line.fire(E.ANSWER)

    line = Machine("line(1)", S.IDLE, TABLE, TIMEOUTS, timers, answer_at_once)
    line.fire(E.RING)
    assert line.state is S.TALKING
    assert timers.running == {}


def test_the_diagram_has_every_transition():
    text = diagram(TABLE, TIMEOUTS)
    assert "ringing --> idle: no_answer (T_alert)" in text
    assert text.count("-->") == 4
