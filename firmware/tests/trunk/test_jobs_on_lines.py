"""Line test and learning on the real lines of a trunk, with a board that the test plays."""

import numpy as np
import pytest

from board.host import line_events as lv
from cython_dsp.g711 import alaw_encode
from cython_dsp.learning import find_cadence, measure
from cython_dsp.progress import zone_patterns
from firmware.contract.ids import TrunkId
from firmware.contract.model import Language, LineState
from firmware.errors import Refused
from firmware.tests.trunk.analog_bench import Bench, fsk
from firmware.trunk.hang_up_signs import Ear
from firmware.trunk.learning import Learning
from firmware.trunk.line_job import Order, Surroundings
from firmware.trunk.line_states import S
from firmware.trunk.line_test import LineTest


class JobBench(Bench):
    """Two lines in service, and one job on line 1."""

    def __init__(self):
        super().__init__()
        self.saved, self.job = [], None
        self.around = Surroundings(
            self.timers, self.clock, self.events.append,
            lambda _trunk, line: self.trunk.settings.lines[str(line)],
            lambda: Language.EN, lambda _number: True,
        )  # fmt: skip
        self.tell(milliamperes=28)

    def test(self, from_line=None):
        order = Order(TrunkId("analog"), 1, from_line, "chief")
        self._start(LineTest(self.trunk, order, self.around, measure))

    def learn(self, from_line=None):
        ear = Ear(find_cadence, lambda: zone_patterns("CN"))
        order = Order(TrunkId("analog"), 1, from_line, "chief")
        self._start(Learning(self.trunk, order, self.around, ear, self._save))

    async def _save(self, order, change):
        self.saved.append(change(self.trunk.settings.lines[str(order.line)].hang_up))

    def _start(self, job):
        self.job = job
        self.loop.call_soon(job.start)
        self.run(0.1)

    def measured(self):
        """The test is through with the line itself."""
        self.run(2.5)
        self.tone("dial")
        self.run(3.9)
        assert self.job.view.step == "own_number"

    def idle_again(self):
        self.run(6)
        assert self.job.view.done
        assert [line.state for line in self.trunk.lines.values()] == [S.IDLE, S.IDLE]
        assert self.board.off_hook == {1: False, 2: False}
        assert [call for call in self.offered if call.told == []] == []
        return self.job.view.problem


def tone(seconds, on, off):
    """450 Hz at -15 dBm0 with this cadence, in the noise of a line; A-law."""
    t = np.arange(int(seconds * 8000)) / 8000
    loud = 22_800 * 10 ** (-15 / 20) * (t % (on + off) < on)
    noise = np.random.default_rng(1).normal(0, 8, len(t))
    samples = loud * np.sin(2 * np.pi * 450 * t) + noise
    return alaw_encode(samples.astype("<i2").tobytes())


@pytest.fixture
def bench():
    bench = JobBench()
    yield bench
    bench.close()


def test_a_whole_test_of_a_line(bench):
    bench.test()
    assert bench.trunk.lines[1].shown is LineState.TESTING
    bench.measured()
    bench.run(3)
    assert bench.board.off_hook == {1: False, 2: True}
    bench.tone("dial", line=2)
    assert bench.sound.digits == [(1, "5"), (2, "01088887001")]
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    bench.run(1)
    bench.hear(lv.RingChanged(1, False, 25, bench.now))
    bench.sound.ears[1].caller_id(fsk("88887002"))
    bench.run(8)
    assert bench.idle_again() == ""
    assert {c.name: c.verdict.value for c in bench.job.view.checks} == dict.fromkeys(
        ("battery", "polarity", "loop_current", "dial_tone", "dial_tone_level",
         "dial_tone_delay", "noise", "echo", "own_number"), "good")  # fmt: skip
    assert bench.offered == []


@pytest.mark.parametrize("seconds", [0.2, 7])
def test_a_caller_in_a_test_is_offered(bench, seconds):
    bench.test()
    if seconds > 1:
        bench.measured()
    bench.ring(pause=0.5)
    bench.sound.ears[1].caller_id(fsk("13800138000"))
    bench.run(0.1)
    assert bench.job.view.problem == "caller"
    assert [call.line.calling for call in bench.offered] == ["13800138000"]
    bench.offered[0].line.connect()
    assert bench.state() is S.CONNECTED


@pytest.mark.parametrize("line", [1, 2])
def test_a_caller_who_came_as_the_line_was_taken_is_connected(bench, line):
    bench.test(from_line=2)
    bench.run(1)
    if line == 2:
        bench.run(1.5)
        bench.tone("dial")
        bench.run(3.9 + 3)
    assert bench.board.off_hook[line]
    bench.hear(lv.RingChanged(line, True, 25, bench.now))
    assert [call.line.channel for call in bench.offered] == [line]
    assert (bench.state(line), bench.board.off_hook[line]) == (S.CONNECTED, True)
    assert bench.trunk.counters["glare"] == 1
    bench.run(10)
    assert (bench.job.view.done, bench.state(line)) == (True, S.CONNECTED)


def test_the_rest_of_the_burst_of_the_test_call_is_no_glare(bench):
    bench.learn()
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    bench.job.cancel()
    assert bench.idle_again() == "cancelled"
    assert bench.trunk.counters["glare"] == 0


def test_no_call_and_no_second_job_takes_a_line_in_test(bench):
    bench.test()
    assert bench.trunk.free_channel().number == 2
    with pytest.raises(Refused, match="in use"):
        bench.trunk.borrow(1)
    bench.job.cancel()
    assert bench.idle_again() == "cancelled"


@pytest.mark.parametrize("seconds", [0.5, 2, 3, 6])
def test_the_board_goes_away_in_a_test(bench, seconds):
    bench.test(from_line=2)
    bench.run(seconds)
    bench.tone("dial")
    bench.trunk.board_gone()
    assert (bench.job.view.done, bench.job.view.problem) == (True, "no_board")


def test_the_isolation_link_fails_in_a_test(bench):
    bench.test()
    bench.run(2)
    bench.hear(lv.LineChipChanged(1, lv.Chip.ISOLATION, 11, 0, bench.now))
    assert bench.job.view.problem == "line_lost"


def test_a_tone_is_learnt_from_a_call(bench):
    bench.learn()
    bench.ring(pause=0)
    assert bench.board.off_hook[1]
    bench.run(2)
    assert bench.sound.played == [("goodbye",)]
    bench.sound.history = lambda _port, seconds: tone(seconds, 0.25, 0.25)
    bench.run(15 + 4)
    assert bench.idle_again() == ""
    (learnt,) = bench.saved[0].tones
    assert learnt.frequencies == pytest.approx((450.0,), abs=1)
    assert (learnt.on_s, learnt.off_s) == pytest.approx((0.25, 0.25), abs=0.01)


@pytest.mark.parametrize(("on", "off", "problem"), [
    (1.0, 4.0, "nothing"), (8.0, 0.0, "only_dial_tone"), (0.0, 8.0, "nothing"),
])  # fmt: skip
def test_other_tones_of_the_country_are_not_learnt(bench, on, off, problem):
    bench.learn()
    bench.ring(pause=0)
    bench.sound.history = lambda _port, seconds: tone(seconds, on, off)
    bench.run(2 + 15 + 60)
    assert (bench.idle_again(), bench.saved) == (problem, [])


def test_a_reversal_is_learnt_from_our_own_call(bench):
    bench.learn(from_line=2)
    bench.tone("dial", line=2)
    bench.ring(pause=0)
    bench.run(2.5)
    assert not bench.board.off_hook[2]
    bench.hear(lv.PolarityChanged(1, True, bench.now))
    bench.tell(turned=True, milliamperes=28)
    bench.run(1)
    assert [check.name for check in bench.job.view.checks] == ["polarity_drop"]
    bench.tell(milliamperes=28)
    assert bench.idle_again() == ""


def test_a_drop_of_the_current_is_learnt(bench):
    bench.learn()
    bench.ring(pause=0)
    bench.run(2 + 15)
    bench.hear(lv.LoopChanged(1, lv.Current.NONE, bench.now))
    bench.run(0.4)
    back = lv.LoopChanged(1, lv.Current.FLOWS, bench.now)
    bench.loop.call_soon(bench.trunk.line_event, back)
    bench.run(0.1)
    assert [check.name for check in bench.job.view.checks] == ["battery_drop"]
    assert bench.idle_again() == ""


def test_a_person_who_calls_while_nobody_learns_is_offered_as_ever(bench):
    bench.learn()
    bench.job.cancel()
    bench.run(3)
    bench.answered_call()
    assert bench.offered[0].line.calling == "13800138000"
