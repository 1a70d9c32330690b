from dataclasses import dataclass, replace

import pytest

from firmware.contract import line_words
from firmware.contract.model import Verdict
from firmware.errors import Refused
from firmware.tests.trunk.borrowed import AT_REST, Bench, SlowExecutor
from firmware.trunk import line_limits, line_test
from firmware.trunk.caller_id import CallerId, Presentation
from firmware.trunk.line_test import LineTest


@dataclass
class Noise:
    weighted_dbm0p: float = -68.0
    hum: float = -80.0
    dominant_hz: float = 1000.0
    dominant_dbm0: float = -70.0

    @property
    def hum_dbm0(self):
        return (-90.0, self.hum, -90.0)


class LineTestBench(Bench):
    """Line 1 is tested; its exchange is the test."""

    noise = Noise()

    def begin(self, from_line=None):
        return self.start(LineTest(self.trunk, self.order(from_line), self.around, self.measure))

    def measure(self, alaw):
        assert len(alaw) == 8000
        return self.noise

    def measured(self):
        """Everything up to the echo."""
        self.wait(2.5)
        self.do(self.line.dial_tone)
        self.wait(1.8 + 2)
        assert self.job.view.step == "own_number"

    def called_by(self, other=2):
        """The line is on-hook again, the other has dialled it."""
        self.measured()
        self.wait(3)
        self.do(self.trunk.lines[other].dial_tone)
        assert self.trunk.lines[other].dialled == ["88887001"]


@pytest.fixture
def bench():
    bench = LineTestBench()
    yield bench
    bench.close()


def called(number):
    return CallerId(number, Presentation.ALLOWED)


def test_a_good_line_with_its_own_number(bench):
    bench.begin()
    bench.called_by()
    bench.do(bench.line.rings)
    bench.wait(1.5)
    bench.do(lambda: bench.line.borrower.caller_id(called("01088887002")))
    assert not bench.trunk.lines[2].held
    bench.wait(7.5)
    assert bench.over() == ""
    assert {verdict for verdict, _ in bench.verdicts().values()} == {"good"}
    assert [(c.name, c.value, c.unit) for c in bench.job.view.checks] == [
        ("battery", -48.0, "V"), ("polarity", None, ""), ("loop_current", 30.0, "mA"),
        ("dial_tone", 450.0, "Hz"), ("dial_tone_level", -12.0, "dBm0"),
        ("dial_tone_delay", 1.5, "s"), ("noise", -68.0, "dBm0p"), ("echo", 20.0, "dB"),
        ("own_number", None, ""),
    ]  # fmt: skip
    assert bench.checks()["own_number"].number == "01088887002"
    assert bench.trunk.calls == []


def test_each_step_is_told_once_and_in_order(bench):
    bench.begin()
    bench.called_by()
    bench.wait(15 + 7.5)
    steps = [event.step for event in bench.events]
    assert steps == [*line_words.STEPS[:6], "own_number"]
    assert [event.done for event in bench.events] == [False] * 6 + [True]


def test_the_noise_is_heard_behind_a_digit_and_the_echo_while_speech_is_sent(bench):
    bench.begin()
    bench.wait(2.5)
    bench.do(bench.line.dial_tone)
    assert bench.line.dialled == ["5"]
    bench.wait(1.8)
    assert bench.line.asked == [1.0]
    assert [prompts for prompts, _ in bench.line.played] == [line_test.PROBE]


def test_a_dial_tone_that_comes_before_the_current_settled(bench):
    bench.begin()
    bench.wait(1.8)
    bench.do(bench.line.dial_tone)
    assert bench.line.dialled == []
    bench.wait(0.7)
    assert bench.line.dialled == ["5"]
    assert bench.checks()["dial_tone_delay"].value == 0.8


def test_a_line_without_voltage_is_left_alone(bench):
    bench.line.facts = replace(AT_REST, battery=False, volts=0)
    bench.begin()
    bench.wait(1)
    assert bench.over() == "no_battery"
    assert bench.line.answered == 0


def test_a_line_in_use_by_another_telephone_is_left_alone(bench):
    bench.line.facts = replace(AT_REST, volts=-9, in_use=True)
    bench.begin()
    bench.wait(1)
    assert bench.over() == "in_use"
    assert bench.line.answered == 0


def test_without_dial_tone_noise_and_echo_are_skipped(bench):
    bench.begin()
    bench.wait(1 + 1.5 + 5)
    assert bench.line.dialled == []
    assert not bench.line.off_hook
    assert bench.verdicts() | {
        "dial_tone": ("bad", "no_dial_tone"), "noise": ("skipped", "no_dial_tone"),
        "echo": ("skipped", "no_dial_tone"),
    } == bench.verdicts()  # fmt: skip


@pytest.mark.parametrize(("heard", "verdict", "number"), [
    (None, ("fair", "no_caller_id"), ""), (CallerId(), ("fair", "no_caller_id"), ""),
    (CallerId(presentation=Presentation.PRIVATE), ("fair", "private"), ""),
    (called("13800138000"), ("fair", "other_number"), "13800138000"),
])  # fmt: skip
def test_caller_id_of_the_own_call(bench, heard, verdict, number):
    bench.begin()
    bench.called_by()
    if heard is not None:  # by DTMF, before the first ring
        bench.do(lambda: bench.line.borrower.caller_id(heard))
    bench.do(bench.line.rings)
    bench.wait(0.3)
    bench.do(bench.line.rings)  # a burst with a hole in it
    bench.wait(7.7 + 1.5 + 6)
    assert bench.over() == ""
    assert bench.verdicts()["own_number"] == verdict
    assert bench.checks()["own_number"].number == number


def test_a_call_that_arrives_nowhere(bench):
    bench.begin()
    bench.called_by()
    bench.wait(15)
    assert not bench.trunk.lines[2].held
    bench.wait(7.5)
    assert bench.over() == ""
    assert bench.verdicts()["own_number"] == ("bad", "no_ring")


@pytest.mark.parametrize(("number", "busy", "detail"), [
    ("", (), "no_number"), ("110", (), "emergency_number"), ("888", (2, 3, 4), "no_other_line"),
])  # fmt: skip
def test_nobody_calls_where_that_is_not_possible(bench, number, busy, detail):
    bench.settings[1] = bench.settings[1].model_copy(update={"number": number})
    bench.trunk.busy = set(busy)
    bench.begin()
    bench.measured()
    bench.wait(3)
    assert bench.over() == ""
    assert bench.verdicts()["own_number"] == ("skipped", detail)


def test_a_named_line_that_is_busy_refuses_the_test(bench):
    bench.trunk.busy = {3}
    with pytest.raises(Refused, match="line_busy"):
        bench.begin(from_line=3)
    assert (bench.trunk.held, bench.events) == ([], [])


def test_a_caller_of_the_named_line_gets_it_and_the_test_goes_on(bench):
    bench.begin(from_line=3)
    bench.do(bench.trunk.lines[3].rings)
    assert bench.trunk.calls == [3]
    bench.measured()
    bench.wait(3)
    assert bench.over() == ""
    assert bench.verdicts()["own_number"] == ("skipped", "caller")


def test_the_calling_line_vanishes_while_it_rings(bench):
    bench.begin()
    bench.called_by()
    bench.do(bench.line.rings)
    bench.do(bench.trunk.lines[2].vanishes)
    assert bench.over() == ""
    assert bench.verdicts()["own_number"] == ("skipped", "no_board")


@pytest.mark.parametrize("moment", ["resting", "clearing", "calling"])
def test_a_caller_of_the_tested_line_always_wins(bench, moment):
    bench.begin()
    if moment != "resting":
        bench.measured()
    if moment == "calling":
        bench.wait(3)
    bench.do(bench.line.rings)
    assert bench.over() == "caller"
    assert bench.trunk.calls == [1]


def test_a_ring_that_goes_on_after_our_call_is_a_caller(bench):
    bench.begin()
    bench.called_by()
    bench.do(bench.line.rings)
    bench.do(lambda: bench.line.borrower.caller_id(called("13912345678")))
    bench.wait(4)
    bench.do(bench.line.rings)
    assert bench.over() == "caller"
    assert bench.trunk.calls == [1]


@pytest.mark.parametrize("seconds", [0, 1, 2.5, 6, 10, 14])
@pytest.mark.parametrize("end", ["cancel", "board"])
def test_the_line_is_idle_again_whenever_it_ends(bench, seconds, end):
    bench.begin(from_line=2)
    for _ in range(int(seconds * 2)):
        bench.wait(0.5)
        bench.do(bench.line.dial_tone)
        bench.do(bench.trunk.lines[2].dial_tone)
    bench.do(bench.job.cancel if end == "cancel" else bench.line.vanishes)
    assert bench.over() == ("cancelled" if end == "cancel" else "no_board")
    bench.do(bench.job.cancel)
    bench.wait(100)


@pytest.mark.parametrize("deaf", [True, False])
def test_a_measurement_that_never_ends_is_skipped(bench, deaf):
    bench.begin()
    bench.line.deaf = deaf
    bench.loop.set_default_executor(SlowExecutor())
    bench.wait(2.5)
    bench.do(bench.line.dial_tone)
    bench.wait(1.8 + 10)
    assert bench.verdicts()["noise"] == ("skipped", "not_measured")
    assert bench.job.view.step == "echo"
    bench.do(bench.job.cancel)


@pytest.mark.parametrize(("volts", "verdict"), [
    (-48, ("good", "")), (48, ("good", "")), (-38, ("good", "")), (-37, ("fair", "low")),
    (-20, ("fair", "low")), (-19, ("bad", "in_use")), (-2, ("bad", "no_battery")),
])  # fmt: skip
def test_voltage(volts, verdict):
    check = line_limits.battery(replace(AT_REST, volts=volts))
    assert (check.verdict.value, check.detail) == verdict


@pytest.mark.parametrize(("current", "verdict"), [
    (0, ("bad", "no_current")), (9, ("bad", "no_current")), (10, ("fair", "low")),
    (18, ("good", "")), (70, ("good", "")), (71, ("fair", "high")), (128, ("bad", "overload")),
])  # fmt: skip
def test_loop_current(current, verdict):
    check = line_limits.loop_current(current)
    assert (check.verdict.value, check.detail) == verdict


def test_reversed_wires_matter_only_where_reversals_are_signs():
    turned = replace(AT_REST, reversed=True)
    assert line_limits.polarity(turned, matters=True).verdict is Verdict.FAIR
    assert line_limits.polarity(turned, matters=False).verdict is Verdict.GOOD


@pytest.mark.parametrize(("noise", "verdict"), [
    (Noise(-60), ("good", "")), (Noise(-55), ("fair", "")), (Noise(-49), ("bad", "")),
    (Noise(-65, -44), ("fair", "hum")), (Noise(-40, -30), ("bad", "hum")),
    (Noise(-40), ("bad", "")),
    (Noise(-65, -90, 60.0, -40), ("fair", "hum")), (Noise(-65, -90, 425.0, -40), ("good", "")),
])  # fmt: skip
def test_noise(noise, verdict):
    check = line_limits.noise(noise)
    assert (check.verdict.value, check.detail) == verdict


@pytest.mark.parametrize(("loss", "verdict"), [
    (12, "good"), (11.9, "fair"), (6, "fair"), (5.9, "bad"), (0, "skipped"),
])  # fmt: skip
def test_echo(loss, verdict):
    assert line_limits.echo(loss).verdict.value == verdict


@pytest.mark.parametrize(("level", "after", "verdicts"), [
    (-10, 1, ["good", "good"]), (-23, 1, ["fair", "good"]), (-36, 3.1, ["bad", "fair"]),
])  # fmt: skip
def test_dial_tone(level, after, verdicts):
    _, *checks = line_limits.dial_tone(450, level, after)
    assert [check.verdict.value for check in checks] == verdicts


@pytest.mark.parametrize(("one", "other", "same"), [
    ("88887002", "01088887002", True), ("8002", "02188888002", True),
    ("88887002", "88887003", False), ("", "88887003", False),
])  # fmt: skip
def test_numbers_are_compared_by_their_last_digits(one, other, same):
    assert line_limits.same_number(one, other) is same
