from itertools import pairwise

import numpy as np
import pytest

from board.host import isdn_events as ev
from board.sim import line, script, spandsp
from board.sim.alaw import encode, level_dbm0
from board.sim.call import CallState
from board.sim.central_office import CentralOffice
from board.sim.script import HangUp, Press, Say, UntilPressed, UntilQuiet, Wait, WaitConnect
from board.sim.speech import babble
from board.tests.sim.box import Box, idle

TICKS_A_SECOND = 8000


@pytest.fixture
def line_pair():
    return line.pair()


@pytest.fixture
def office(line_pair):
    office = CentralOffice(line_pair[0])
    yield office
    office.close()


@pytest.fixture
def box(line_pair, office):
    box = Box(line_pair[1])
    assert office.run(3, lambda: office.link_up)
    yield box
    office.close()
    box.close()


def test_a_caller_is_answered_speaks_and_hangs_up(office, box):
    greeting = babble(2.0, 1)
    steps = [WaitConnect(), Say(greeting), Wait(0.5), HangUp()]
    call = office.place_call("88886666", "13800138000", steps)
    assert office.run(5, lambda: call.ended)
    (setup,) = [event for event in box.events if isinstance(event, ev.Setup)]
    assert (setup.called, setup.calling) == ("88886666", "13800138000")
    assert (call.cause, call.cleared_by, call.channel) == (16, "network", 1)
    times = call.times
    assert times.setup < times.connect < times.disconnect <= times.released
    assert (times.disconnect - times.connect) / TICKS_A_SECOND == pytest.approx(2.5, abs=0.03)
    assert [event.cause for event in box.events if isinstance(event, ev.Released)] == [16]


def test_what_was_said_and_heard_is_on_one_time_line(office, box):
    call = office.place_call("1", "2", [WaitConnect(), Say(babble(1.0, 2)), Wait(0.2)])
    office.run(2)
    said, heard = call.said(), call.heard()
    assert len(said.samples) == 8000
    np.testing.assert_array_equal(said.samples, heard.between(said.tick, said.end))  # it echoes
    assert level_dbm0(said.samples) == pytest.approx(-18, abs=1)


def test_digits_pressed_are_heard_by_the_other_side(office, box):
    call = office.place_call("1", "2", [WaitConnect(), Press("0123456789*#ABCD")])
    office.run(5)
    assert call.pressed == "0123456789*#ABCD"  # its own, echoed
    ticks = [tick for tick, _ in call.digits]
    assert all(1000 < b - a < 2400 for a, b in pairwise(ticks))


def test_the_box_clears_with_a_cause(office, box):
    call = office.place_call("1", "2", [WaitConnect()])
    office.run(1, lambda: call.state is CallState.CONNECTED)
    box.order("DISCONNECT", call=2147483649, cause=17)
    assert office.run(1, lambda: call.ended)
    assert (call.cause, call.cleared_by) == (17, "box")


def test_a_blacklisted_caller_hears_busy_before_any_answer(office, box):
    box.on_setup = lambda setup: box.order("DISCONNECT", call=setup.call, cause=17)
    call = office.place_call("1", "2", [WaitConnect()])
    assert office.run(1, lambda: call.ended)
    assert (call.cause, call.times.connect) == (17, None)


def test_a_caller_without_patience_gives_up(office, box):
    box.on_setup = lambda setup: box.order("ALERTING", call=setup.call)
    call = office.place_call("1", "2", [WaitConnect(patience_s=2.0)])
    assert office.run(4, lambda: call.ended)
    assert (call.cause, call.cleared_by) == (16, "network")
    assert call.times.disconnect - call.times.setup == pytest.approx(16_000, abs=80)


def test_a_caller_waits_until_the_music_ends(office, box):
    music = np.frombuffer(babble(3.0, 3), np.uint8)
    start = []

    def play(tick, heard):
        start.append(tick)
        out = idle(tick, heard)
        at = tick - start[0]
        if at + 40 <= len(music):
            out[:, 1] = music[at : at + 40]
        return out

    box.on_setup = lambda setup: (box.answer(setup), setattr(box, "audio", play))
    call = office.place_call("1", "2", [WaitConnect(), UntilQuiet(1.0, 20.0), HangUp()])
    assert office.run(8, lambda: call.ended)
    assert (call.times.disconnect - call.times.connect) / 8000 == pytest.approx(4.0, abs=0.3)


def test_overlap_dialling_gives_the_digits_one_by_one(office, box):
    box.on_setup = lambda setup: box.order("SETUP_ACK", call=setup.call)
    call = office.place_call("88886666", "2", [WaitConnect()], first_digits=4)
    office.run(2)
    (setup,) = [event for event in box.events if isinstance(event, ev.Setup)]
    digits = [event.digits for event in box.events if isinstance(event, ev.Info)]
    assert (setup.called, setup.complete, digits) == ("8888", False, list("6666"))
    box.order("CONNECT", call=setup.call)
    assert office.run(1, lambda: call.state is CallState.CONNECTED)


def released_cause(box):
    return next(event.cause for event in box.events if isinstance(event, ev.Released))


@pytest.mark.parametrize(
    ("rule", "cause", "seconds"),
    [
        (script.busy(), 17, 0),
        (script.unallocated(), 1, 0),
        (script.rejected(), 21, 1),
        (script.no_answer(3), 19, 3),
        (script.unreachable(2), 18, 2),
        (script.announces("vacant", 1, 2), 1, 2),
    ],
)
def test_a_call_of_the_box_fails_as_the_rule_says(office, box, rule, cause, seconds):
    office.answer_rule("138*", rule)
    box.order("SETUP", call=1, called="13800138000", calling="88886666")
    assert office.run(6, lambda: bool(office.calls) and office.calls[0].ended)
    call = office.calls[0]
    assert (call.incoming, call.cause, released_cause(box)) == (True, cause, cause)
    duration = (call.times.disconnect - call.times.setup) / TICKS_A_SECOND
    assert duration == pytest.approx(seconds, abs=0.1)


def test_a_call_of_the_box_is_answered_with_speech(office, box):
    box.audio = idle
    office.answer_rule("*", script.answers(1.0, [Say(babble(1.0, 4)), UntilPressed("5"), HangUp()]))
    box.order("SETUP", call=1, called="10086", calling="88886666")
    office.run(3)
    (call,) = office.calls
    kinds = [type(event) for event in box.events]
    assert kinds[-2:] == [ev.Alerting, ev.Connect]
    tones = np.frombuffer(encode(spandsp.dtmf("5")), np.uint8)
    start = office.tick

    def press(tick, heard):
        out = idle(tick, heard)
        block = tones[tick - start : tick - start + 40]
        out[: len(block), call.channel] = block
        return out

    box.audio = press
    assert office.run(2, lambda: call.ended)
    assert call.pressed == "5"
    ringback = call.said().between(call.times.alerting, call.times.connect)
    assert level_dbm0(ringback) == pytest.approx(-10, abs=1)


def test_a_number_without_rule_is_unallocated_and_the_last_rule_counts(office, box):
    office.answer_rule("1*", script.busy())
    office.answer_rule("10*", script.rejected())
    for number, called in enumerate(["20", "11", "10"], 1):
        box.order("SETUP", call=number, called=called)
    assert office.run(4, lambda: len(office.calls) == 3 and all(c.ended for c in office.calls))
    assert {call.called: call.cause for call in office.calls} == {"20": 1, "11": 17, "10": 21}


def test_an_incomplete_number_of_the_box_is_waited_for(office, box):
    office.answer_rule("10086", script.busy())
    box.order("SETUP", call=1, called="100", complete=False)
    office.run(0.5)
    box.order("INFO", call=1, digits="86")
    assert office.run(6, lambda: bool(office.calls) and office.calls[0].ended)
    assert (office.calls[0].called, office.calls[0].cause) == ("10086", 17)


def test_alarms_reach_the_board_and_the_link_goes_and_comes(office, box):
    office.set_alarms(line.LOS)
    office.run(0.01)
    assert box.seen_bits == line.LOS
    assert office.run(60, lambda: not office.link_up)
    office.set_alarms(0)
    assert office.run(10, lambda: office.link_up)
    box.bits = line.RAI
    office.run(0.01)
    assert office.box_alarms == line.RAI


def test_a_cut_d_channel_loses_no_answered_call_within_ten_seconds(office, box):
    call = office.place_call("1", "2", [WaitConnect()])
    office.run(1, lambda: call.state is CallState.CONNECTED)
    office.cut_d_channel(cut=True)
    office.run(10)
    office.cut_d_channel(cut=False)
    office.run(10)
    assert call.state is CallState.CONNECTED
    call.hang_up(office.tick)
    assert office.run(3, lambda: call.ended)


def test_a_call_that_ends_while_the_d_channel_is_cut_ends_for_the_box_when_it_is_back(office, box):
    call = office.place_call("1", "2", [WaitConnect(), Wait(1.0), HangUp()])
    office.run(1, lambda: call.state is CallState.CONNECTED)
    office.cut_d_channel(cut=True)
    assert office.run(20, lambda: call.ended)
    assert not office.link_up
    assert not [event for event in box.events if isinstance(event, ev.Released)]
    office.cut_d_channel(cut=False)
    assert office.run(20, lambda: any(isinstance(event, ev.Released) for event in box.events))
    assert office.link_up


def test_line_errors_are_passed_on(office, box):
    office.line_errors(7, fas=1)
    office.step(2)
    assert box.errors == [(7, 1, 0, 0)]


def test_both_seize_the_same_channel_and_both_calls_go_on(office, box):
    office.answer_rule("*", script.answers(0.1))
    box.order("SETUP", call=1, called="10086", channel=7)
    theirs = office.place_call("1", "2", [WaitConnect()], channel=7)
    assert office.run(2, lambda: theirs.state is CallState.CONNECTED)
    (mine,) = [call for call in office.calls if call.incoming]
    assert office.run(2, lambda: mine.state is CallState.CONNECTED)
    assert (theirs.channel, mine.channel) == (7, 1)


def test_the_same_seed_and_orders_are_the_same_run():
    runs = []
    for _ in range(2):
        ours, theirs = line.pair()
        office = CentralOffice(ours, seed=5)
        box = Box(theirs)
        office.run(3, lambda: office.link_up)  # noqa: B023  called at once
        call = office.place_call("1", "2", [WaitConnect(), Press("12"), Say(babble(0.5, 5))])
        office.run(3)
        runs.append((call.times, call.digits, call.heard().samples.tobytes()))
        office.close()
        box.close()
    assert runs[0] == runs[1]
