"""Callers on analogue lines: who they are, when they are offered, how they go away."""

import pytest

from board.host import line_events as lv
from firmware.contract.model import Cause, LineState
from firmware.tests.trunk.analog_bench import Bench, fsk
from firmware.trunk.line_states import TABLE, TIMEOUTS, Event, S


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


def begin_ring(bench, line=1):
    bench.hear(lv.RingChanged(line, True, 25, bench.now))


def digits(bench, text, line=1):
    for digit in text:
        bench.sound.ears[line].digit(digit)
        bench.loop.advance(0.14)


def callers(bench):
    return [(user.line.calling, user.line.presentation) for user in bench.offered]


def test_lines_are_in_service_set_up_and_listen_for_callers(bench):
    assert bench.state() is S.IDLE
    assert bench.board.configured[1] == (2, 0.0, 0.0)
    assert bench.sound.caller_id == {1: True, 2: True}
    assert bench.shown().state is LineState.IDLE


def test_number_by_fsk_between_the_rings_is_offered_at_once(bench):
    bench.ring(pause=0.6)
    assert bench.state() is S.RINGING
    assert not bench.offered
    bench.sound.ears[1].caller_id(fsk("13800138000"))
    assert callers(bench) == [("13800138000", True)]
    assert bench.offered[0].line.called == "01088887001"
    assert bench.state() is S.OFFERED


def test_it_is_told_for_how_long_it_rang(bench):
    bench.ring(pause=0.6)
    bench.sound.ears[1].caller_id(fsk("13800138000"))
    assert bench.offered[0].line.rang_s == pytest.approx(1.6)


def test_number_by_dtmf_before_the_first_ring_is_offered_with_that_ring(bench):
    digits(bench, "D13800138000C")
    assert bench.state() is S.IDLE
    begin_ring(bench)
    assert callers(bench) == [("13800138000", True)]


def test_number_after_a_ring_splash_is_offered_with_the_real_ring(bench):
    bench.ring(seconds=0.3, pause=0.5)
    digits(bench, "D13800138000C")
    assert not bench.offered
    begin_ring(bench)
    assert callers(bench) == [("13800138000", True)]


def test_without_a_number_the_call_is_offered_at_the_second_ring(bench):
    bench.ring()
    assert not bench.offered
    begin_ring(bench)
    assert callers(bench) == [("", True)]


def test_withheld_number(bench):
    bench.ring(pause=0.6)
    bench.sound.ears[1].caller_id(b"\x80\x0d\x01\x0811221040\x04\x01P")
    assert callers(bench) == [("", False)]


def test_message_that_is_damaged_counts_as_none(bench):
    bench.ring(pause=0.6)
    bench.sound.ears[1].caller_id(b"\x80\x30\x01")
    assert not bench.offered
    begin_ring(bench)
    assert callers(bench) == [("", True)]


@pytest.mark.parametrize("setting", [{"wait_caller_id": False}, {"caller_id": "none"}])
def test_line_that_does_not_wait_is_offered_at_the_first_ring(setting):
    bench = Bench(**setting)
    begin_ring(bench)
    assert len(bench.offered) == 1
    bench.close()


def test_only_the_way_that_is_set_is_believed():
    bench = Bench(caller_id="fsk")
    digits(bench, "D13800138000C")
    begin_ring(bench)
    assert not bench.offered
    bench.close()


def clearing(bench):
    """The line of a call that is over, before the guard time has passed."""
    bench.answered_call("13800138000").line.disconnect(Cause.NORMAL_CLEARING)
    bench.offered.clear()
    assert bench.state() is S.CLEARING


def test_who_calls_right_after_a_call_is_not_taken_for_the_caller_before(bench):
    clearing(bench)
    bench.ring(pause=0.6)
    assert not bench.offered, "who calls is not known yet"
    bench.sound.ears[1].caller_id(fsk("13900139000"))
    assert callers(bench) == [("13900139000", True)]
    assert bench.offered[0].line.rang_s == pytest.approx(1.6)


def test_number_by_dtmf_right_after_a_call_is_kept_when_the_line_is_free(bench):
    clearing(bench)
    digits(bench, "D13900139000C")
    bench.run(1)
    assert bench.state() is S.IDLE
    begin_ring(bench)
    assert callers(bench) == [("13900139000", True)]


def test_number_of_a_call_that_never_rang_is_forgotten(bench):
    digits(bench, "D13800138000C")
    bench.run(20)
    begin_ring(bench)
    assert not bench.offered


def test_box_answers_and_hangs_up(bench):
    user = bench.answered_call()
    assert bench.state() is S.CONNECTED
    assert bench.board.off_hook[1]
    assert bench.sound.echo_on[1]
    assert not bench.sound.caller_id[1]
    assert bench.shown().call == "call"
    user.line.disconnect(Cause.NORMAL_CLEARING)
    user.line.disconnect(Cause.NORMAL_CLEARING)
    assert bench.state() is S.CLEARING
    assert not bench.board.off_hook[1]
    assert not bench.sound.echo_on[1]
    assert bench.sound.caller_id[1]
    bench.run(2)
    assert bench.state() is S.IDLE
    assert user.told == []


def test_caller_who_gives_up_before_the_answer(bench):
    bench.ring(pause=0.6)
    bench.sound.ears[1].caller_id(fsk("13800138000"))
    bench.run(11)
    assert bench.offered[0].told == [16]
    assert bench.state() is S.IDLE
    assert not bench.board.off_hook[1]


def test_ringing_that_ends_after_known_pauses_is_noticed_sooner(bench):
    for _ in range(3):
        bench.ring(pause=2.0)
    bench.ring(pause=3.6)
    assert bench.offered[0].told == [16]


def test_caller_who_gives_up_before_his_number_came_is_recorded(bench):
    bench.ring(pause=11)
    assert bench.offered[0].line.gave_up
    assert bench.state() is S.IDLE
    bench.offered[0].line.connect()
    assert not bench.board.off_hook[1]


def test_a_splash_alone_is_no_call(bench):
    bench.ring(seconds=0.2, pause=11)
    assert bench.offered == []
    assert bench.trunk.counters["splash"] == 1


def test_missing_second_ring_is_the_same_call(bench):
    bench.ring(pause=9.0)
    begin_ring(bench)
    assert len(bench.offered) == 1


def test_blacklisted_caller_is_turned_away_shortly(bench):
    bench.ring()
    begin_ring(bench)
    bench.offered[0].line.disconnect(Cause.USER_BUSY)
    assert bench.state() is S.TURNING_AWAY
    assert bench.board.off_hook[1]
    bench.run(1.6)
    assert bench.state() is S.CLEARING
    assert not bench.board.off_hook[1]


def test_only_so_many_lines_are_answered_to_turn_callers_away(bench):
    for line in (1, 2):
        bench.ring(line, pause=0.5)
        bench.sound.ears[line].caller_id(fsk("13999999999"))
    for user in bench.offered:
        user.line.disconnect(Cause.USER_BUSY)
    assert bench.state(1) is S.TURNING_AWAY
    assert bench.state(2) is S.REFUSED
    assert not bench.board.off_hook.get(2)
    bench.run(12)
    assert bench.state(2) is S.IDLE


def test_call_without_a_route_rings_on_and_is_not_offered_again(bench):
    bench.ring()
    begin_ring(bench)
    bench.offered[0].line.disconnect(Cause.UNALLOCATED_NUMBER)
    bench.ring()
    bench.ring()
    assert len(bench.offered) == 1
    assert bench.state() is S.REFUSED


def test_no_caller_id_is_named_after_several_calls_without_one(bench):
    for _ in range(3):
        assert "no_caller_id" not in bench.faults()
        bench.ring()
        begin_ring(bench)
        bench.offered[-1].line.connect()
        bench.offered[-1].line.disconnect(Cause.NORMAL_CLEARING)
        bench.run(3)
    assert bench.faults() == ["no_caller_id"]
    bench.answered_call()
    assert bench.faults() == []


def test_every_state_that_must_not_last_has_a_timer():
    lasting = {S.OUT_OF_SERVICE, S.IDLE, S.CONNECTED, S.PROCEEDING, S.TESTING}
    assert set(TIMEOUTS) == set(S) - lasting
    for state, (_, event) in TIMEOUTS.items():
        assert event in TABLE[state]
    assert {event for moves in TABLE.values() for event in moves} == set(Event)
