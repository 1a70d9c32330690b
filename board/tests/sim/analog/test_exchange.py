import numpy as np
import pytest

from board.sim import script
from board.sim.alaw import decode, level_dbm0
from board.sim.analog.states import LineState as S
from board.sim.call import CallState
from board.sim.script import HangUp, Press, Say, UntilPressed, Wait, WaitConnect
from board.sim.spandsp import DtmfReceiver
from board.sim.speech import babble
from board.tests.sim.analog.line_box import tone_hz

SECOND = 8000


def dial(office, end, number):
    end.off_hook = True
    office.run(0.5)
    end.press(number)


def heard_in(end, start, stop):
    return end.heard.heard().between(start, stop).astype(float)


def test_a_caller_rings_is_answered_speaks_and_hangs_up(office, box, line, end):
    steps = [WaitConnect(), Say(babble(2.0, 1)), Wait(0.5), HangUp()]
    call = office.place_call(line, "13800138000", steps)
    assert office.run(2, lambda: bool(line.rings))
    assert (line.state, call.state) == (S.RINGING, CallState.ALERTING)
    assert (end.seen[-1].ring_v, end.seen[-1].ring_hz) == (90, 25)
    end.off_hook = True
    assert office.run(0.2, lambda: call.state is CallState.CONNECTED)
    assert end.seen[-1].ring_v == 90  # ring trip takes its time
    assert office.run(4, lambda: line.state is S.CLEARED)
    assert (call.times.disconnect - call.times.connect) / SECOND == pytest.approx(2.5, abs=0.03)
    said = call.said()
    heard = heard_in(end, said.tick, said.tick + 2 * SECOND)
    assert level_dbm0(heard.astype(np.int16)) == pytest.approx(-18, abs=0.5)
    office.run(2)
    assert tone_hz(heard_in(end, office.tick - 2800, office.tick)) == 450
    end.off_hook = False
    assert office.run(2, lambda: call.ended)
    assert (call.cause, call.cleared_by, line.state) == (16, "network", S.IDLE)
    assert (call.times.released - line.hook_edges[-1][0]) / 8 == pytest.approx(800, abs=5)


def test_a_caller_without_patience_stops_ringing(office, box, line, end):
    call = office.place_call(line, "2", [WaitConnect(patience_s=7.0)])
    assert office.run(8, lambda: call.ended)
    assert (call.times.connect, call.cause, line.state) == (None, 16, S.IDLE)
    assert [round((tick - line.rings[0]) / SECOND) for tick in line.rings] == [0, 5]
    assert line.hook_edges == []


def test_a_busy_line_is_busy(office, box, line, end):
    end.off_hook = True
    office.run(1)
    call = office.place_call(line, "2", [WaitConnect()])
    assert (call.state, call.cause) == (CallState.ENDED, 17)


def test_the_box_dials_and_talks(office, box, line, end):
    steps = [Say(babble(1.0, 4)), UntilPressed("5"), HangUp()]
    office.answer_rule("10086", script.answers(1.0, steps))
    dial(office, end, "10086")
    assert line.state is S.DIAL_TONE
    assert tone_hz(heard_in(end, office.tick - 800, office.tick)) == 450
    assert office.run(3, lambda: bool(office.calls))
    (call,) = office.calls
    assert (call.incoming, call.called, call.calling) == (True, "10086", "01088887001")
    assert office.run(3, lambda: call.state is CallState.CONNECTED)
    ringback = call.said().between(call.times.alerting, call.times.connect)
    assert level_dbm0(ringback) == pytest.approx(-10, abs=1)
    office.run(1.5)
    end.press("5")
    assert office.run(1, lambda: call.state is CallState.CLEARING)
    assert (call.pressed, line.state) == ("5", S.CLEARED)
    end.off_hook = False
    assert office.run(1, lambda: call.ended)
    assert call.cleared_by == "network"


def test_the_box_clears_first(office, box, line, end):
    office.answer_rule("*", script.answers(0.2))
    dial(office, end, "119")
    assert office.run(3, lambda: any(c.state is CallState.CONNECTED for c in office.calls))
    end.off_hook = False
    (call,) = office.calls
    assert office.run(1, lambda: call.ended)
    assert (call.cleared_by, line.state) == ("box", S.IDLE)


@pytest.mark.parametrize(
    ("rule", "cadence_s", "after_s"),
    [
        (script.busy(), 0.7, 0.5),
        (script.unallocated(), 1.4, 0.5),
        (script.unreachable(1), 1.4, 1.5),
        (script.rejected(), 0.7, 1.5),
    ],
)
def test_a_call_that_fails_ends_in_a_tone(office, box, line, end, rule, cadence_s, after_s):
    office.answer_rule("110", rule)
    dial(office, end, "110")
    assert office.run(4, lambda: line.state is S.CLEARED)
    office.run(0.1 + 2 * cadence_s)
    start = line.tones[-1][0] + 40
    size = int(cadence_s * SECOND)
    first, second = (heard_in(end, start + n * size, start + (n + 1) * size) for n in (0, 1))
    np.testing.assert_allclose(first, second, atol=1)
    assert 0 < np.mean(np.abs(first) < 20) < 0.9
    (call,) = office.calls
    duration = (call.times.disconnect - call.times.setup) / SECOND
    assert duration == pytest.approx(after_s, abs=0.1)
    assert call.times.connect is None


def test_a_line_calls_another_line(office, box, line):
    caller, called = box.line(1), box.line(2)
    dial(office, caller, office.line(2).number)
    assert office.run(8, lambda: bool(office.line(2).rings))
    theirs = office.line(2).call
    assert theirs.calling == line.number
    called.off_hook = True
    assert office.run(1, lambda: line.call.state is CallState.CONNECTED)
    words = babble(1.0, 3)
    called.mouth.say(words)
    office.run(1.2)
    heard = caller.heard.heard().samples.astype(float)
    peak = np.abs(np.correlate(heard, decode(words).astype(float), "valid")).max()
    assert peak > 0.8 * np.sum(np.square(decode(words), dtype=float))
    called.off_hook = False
    assert office.run(2, lambda: line.state is S.CLEARED)
    caller.off_hook = False
    assert office.run(2, lambda: all(call.ended for call in office.calls))


def test_a_line_calls_a_busy_line(office, box, line):
    box.line(2).off_hook = True
    dial(office, box.line(1), office.line(2).number)
    assert office.run(8, lambda: line.state is S.CLEARED)
    assert [call.cause for call in office.calls] == [17, 17]


def test_digits_of_the_caller_reach_the_box(office, box, line, end):
    office.place_call(line, "2", [WaitConnect(), Press("1234567890*#")])
    end.off_hook = True
    office.run(4)
    receiver = DtmfReceiver()
    assert receiver.feed(end.heard.heard().samples) == "1234567890*#"
    receiver.close()
