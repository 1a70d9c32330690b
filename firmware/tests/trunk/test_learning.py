from typing import get_args

import pytest

from cython_dsp.progress import zone_patterns
from firmware.contract import line_words
from firmware.contract.analog import BusyTone, HangUp
from firmware.contract.config import Site
from firmware.errors import ConfigRejected, Refused
from firmware.tests.trunk.borrowed import Bench, Pattern, SlowExecutor, Tone
from firmware.trunk.hang_up_signs import Ear, with_tone
from firmware.trunk.learning import PROMPTS, Learning

CHINA = {"dial": Pattern((450.0,)), "ringback": Pattern((450.0,), (1.0, 4.0))}


class LearningBench(Bench):
    """Line 1 learns; the test says what is heard and what saving does."""

    def __init__(self):
        super().__init__()
        self.heard, self.saved, self.save_error = None, [], None
        self.country = CHINA
        self.pieces, self.save_waits_for = [], None

    def ear(self):
        def find_cadence(alaw):
            self.pieces.append(len(alaw))
            return self.heard

        return Ear(find_cadence, lambda: self.country)

    async def save(self, order, change):
        if self.save_waits_for is not None:
            await self.save_waits_for
        if self.save_error is not None:
            raise self.save_error
        self.saved.append((order.line, order.actor, change(HangUp(polarity=False, tone=False))))

    def begin(self, from_line=None):
        job = Learning(self.trunk, self.order(from_line), self.around, self.ear(), self.save)
        return self.start(job)

    def listening(self):
        """A person called, and is about to hang up."""
        self.begin()
        self.do(self.line.rings)
        self.wait(2)
        self.do(self.line.prompt_ends)
        assert self.job.view.step == "listening"

    def steps(self):
        return [event.step for event in self.events]


@pytest.fixture
def bench():
    bench = LearningBench()
    yield bench
    bench.close()


def test_a_tone_is_learnt_and_saved(bench):
    bench.listening()
    bench.heard = Tone(0.2501, 0.2498)
    bench.wait(4)
    assert bench.over() == ""
    assert bench.saved == [
        (1, "boss", HangUp(polarity=False, tones=(BusyTone(on_s=0.25, off_s=0.25),)))
    ]
    assert bench.steps() == ["call_now", "hang_up_now", "listening", "saving", "saving"]
    assert {check.name: check.value for check in bench.checks().values()} == {
        "tone": 450.0, "tone_on": 0.25, "tone_off": 0.25, "tone_level": -15.0,
    }  # fmt: skip


def test_the_caller_hears_that_he_should_hang_up(bench):
    bench.begin()
    assert not bench.line.off_hook
    bench.do(bench.line.rings)
    assert bench.line.off_hook
    bench.wait(2)
    assert [prompts for prompts, _ in bench.line.played] == [PROMPTS]


def test_only_what_was_said_after_the_prompt_is_examined(bench):
    bench.listening()
    bench.wait(20)
    assert bench.pieces[0] == 4 * 8000
    assert set(bench.pieces[2:]) == {8 * 8000}


def test_a_reversal_that_lasts_is_learnt(bench):
    bench.listening()
    bench.do(bench.line.turns)
    bench.wait(1)
    assert bench.over() == ""
    assert bench.verdicts() == {"polarity_drop": ("good", "")}
    assert bench.saved[0][2] == HangUp(polarity=True, tone=False)


def test_a_reversal_that_goes_back_at_once_is_no_sign(bench):
    bench.listening()
    bench.do(bench.line.turns)
    bench.wait(0.5)
    bench.do(bench.line.turns)
    bench.wait(3)
    assert bench.job.view.step == "listening"


def test_a_battery_drop_is_learnt_when_it_ends(bench):
    bench.listening()
    bench.do(lambda: bench.line.borrower.battery(there=False))
    bench.wait(0.4)
    assert not bench.job.view.done
    bench.do(lambda: bench.line.borrower.battery(there=True))
    assert bench.over() == ""
    assert bench.verdicts() == {"battery_drop": ("good", "")}


def test_current_that_goes_through_zero_is_the_reversal_and_no_drop(bench):
    bench.listening()
    bench.do(lambda: bench.line.borrower.battery(there=False))
    bench.do(bench.line.turns)
    bench.wait(0.07)
    bench.do(lambda: bench.line.borrower.battery(there=True))
    bench.wait(1)
    assert bench.over() == ""
    assert bench.verdicts() == {"polarity_drop": ("good", "")}


def test_a_line_that_breaks_is_no_sign(bench):
    bench.listening()
    bench.do(lambda: bench.line.borrower.battery(there=False))
    bench.wait(2)
    assert (bench.over(), bench.saved) == ("no_battery", [])


@pytest.mark.parametrize(("tone", "problem"), [
    (Tone(1.0, 4.0), "only_ringback"), (Tone(5.0, 0.0, cycles=1), "only_dial_tone"),
    (Tone(5.0, 0.0, (350.0, 440.0)), "only_dial_tone"), (Tone(cycles=2), "nothing"),
    (Tone(0.4, 0.2, more=(0.4, 2.0)), "nothing"),
    (Tone(0.05, 0.3), "nothing"), (Tone(0.3, 11), "nothing"), (Tone(frequencies=(50,)), "nothing"),
    (Tone(frequencies=(450, 600, 700)), "nothing"), (Tone(frequencies=()), "nothing"),
    (None, "nothing"),
])  # fmt: skip
def test_what_says_nothing_of_a_hang_up_is_not_learnt(bench, tone, problem):
    bench.listening()
    bench.heard = tone
    bench.wait(60)
    assert (bench.over(), bench.saved) == (problem, [])


@pytest.mark.parametrize("country", get_args(Site.model_fields["country"].annotation))
def test_the_tones_of_every_country_are_told_apart(country):
    for name, pattern in zone_patterns(country).items():
        bench = LearningBench()
        bench.country = zone_patterns(country)
        bench.listening()
        on, off, *more = pattern.cadence or (8.0, 0.0)
        bench.heard = Tone(on, off, pattern.frequencies, more=more)
        bench.wait(4)
        sign = name not in ("dial", "ringback") and len(pattern.cadence) == 2
        assert (bench.job.view.done, len(bench.saved)) == (sign, int(sign)), name
        bench.do(bench.job.cancel)
        bench.over()
        bench.close()


def test_a_modulated_ringback_that_is_heard_as_one_tone_is_known(bench):
    bench.country = zone_patterns("JP")
    bench.listening()
    bench.heard = Tone(1.0, 2.0, (400.0,))
    bench.wait(60)
    assert bench.over() == "only_ringback"


def test_a_busy_tone_after_a_dial_tone_is_learnt(bench):
    bench.listening()
    bench.heard = Tone(5.0, 0.0)
    bench.wait(20)
    bench.heard = Tone(0.35, 0.35, (480.0, 620.0))
    bench.wait(2)
    assert bench.over() == ""
    assert bench.saved[0][2].tones[0].frequencies == (480.0, 620.0)


def test_a_port_that_is_lost_leaves_the_other_signs(bench):
    bench.listening()
    bench.line.deaf = True
    bench.wait(6)
    bench.do(bench.line.turns)
    bench.wait(1)
    assert (bench.over(), len(bench.saved)) == ("", 1)


def test_nobody_calls(bench):
    bench.begin()
    bench.wait(301)
    assert bench.over() == "no_call"


@pytest.mark.parametrize("moment", ["waiting", "answered", "asking", "listening"])
@pytest.mark.parametrize("end", ["cancel", "board"])
def test_the_line_is_idle_again_whenever_it_ends(bench, moment, end):
    bench.begin()
    if moment != "waiting":
        bench.do(bench.line.rings)
    if moment in ("asking", "listening"):
        bench.wait(2)
    if moment == "listening":
        bench.do(bench.line.prompt_ends)
    bench.do(bench.job.cancel if end == "cancel" else bench.line.vanishes)
    assert bench.over() == ("cancelled" if end == "cancel" else "no_board")
    bench.do(bench.line.prompt_ends)
    bench.do(bench.job.cancel)
    bench.wait(100)
    assert bench.saved == []


def test_another_line_calls_and_hangs_up(bench):
    bench.begin(from_line=2)
    other = bench.trunk.lines[2]
    assert (other.off_hook, other.dialled, bench.job.lines) == (True, [], {1, 2})
    bench.do(other.dial_tone)
    assert other.dialled == ["88887001"]
    bench.do(bench.line.rings)
    assert bench.line.off_hook
    bench.wait(2)
    assert not other.held
    assert bench.line.played == []
    bench.heard = Tone()
    bench.wait(4)
    assert bench.over() == ""
    assert len(bench.saved) == 1


@pytest.mark.parametrize(("line", "from_line"), [(1, 2), (2, 2)])
def test_a_caller_before_our_own_call_wins(bench, line, from_line):
    bench.begin(from_line)
    bench.do(bench.trunk.lines[line].rings)
    assert bench.over() == "caller"
    assert bench.trunk.calls == [line]


def test_the_other_line_has_no_dial_tone(bench):
    bench.begin(from_line=2)
    bench.wait(5)
    assert bench.over() == "no_dial_tone"
    assert bench.trunk.lines[2].dialled == []


def test_our_own_call_never_arrives(bench):
    bench.begin(from_line=2)
    bench.do(bench.trunk.lines[2].dial_tone)
    bench.wait(44)
    assert not bench.job.view.done
    bench.wait(1)
    assert bench.over() == "no_call"


def test_the_other_line_vanishes(bench):
    bench.begin(from_line=2)
    bench.do(bench.trunk.lines[2].vanishes)
    assert bench.over() == "no_board"


@pytest.mark.parametrize(("number", "busy", "code"), [
    ("", (), "no_number"), ("110", (), "emergency_number"), ("888", (1,), "line_busy"),
    ("888", (2,), "line_busy"),
])  # fmt: skip
def test_refused_before_anything_happens(bench, number, busy, code):
    bench.settings[1] = bench.settings[1].model_copy(update={"number": number})
    bench.trunk.busy = set(busy)
    with pytest.raises(Refused) as refused:
        bench.begin(from_line=2)
    assert refused.value.code == code
    assert (bench.trunk.held, bench.events) == ([], [])


@pytest.mark.parametrize(("error", "problem"), [
    (Refused("no_such_line"), "no_such_line"), (ConfigRejected([]), "not_saved"),
])  # fmt: skip
def test_what_cannot_be_saved_is_said(bench, error, problem):
    bench.listening()
    bench.heard, bench.save_error = Tone(), error
    bench.wait(4)
    assert bench.over() == problem
    assert problem in line_words.PROBLEMS


def test_a_tone_that_is_found_after_the_end_is_not_saved(bench):
    bench.listening()
    slow = SlowExecutor()
    bench.loop.set_default_executor(slow)
    bench.heard = Tone()
    bench.wait(4)
    bench.do(bench.job.cancel)
    bench.do(slow.finish)
    assert (bench.over(), bench.saved) == ("cancelled", [])


def test_what_is_being_saved_cannot_be_cancelled(bench):
    bench.listening()
    bench.heard, written = Tone(), bench.loop.create_future()
    bench.save_waits_for = written
    bench.wait(4)
    bench.do(bench.job.cancel)
    assert (bench.job.view.step, bench.job.view.done) == ("saving", False)
    assert bench.trunk.held == []
    bench.do(lambda: written.set_result(None))
    assert (bench.over(), len(bench.saved)) == ("", 1)


def test_a_database_that_does_not_answer(bench):
    bench.listening()
    bench.heard, bench.save_waits_for = Tone(), bench.loop.create_future()
    bench.wait(4 + 10)
    assert bench.over() == "not_saved"
    bench.save_waits_for.cancel()
    bench.wait(0)


def test_voltage_that_was_never_away_is_no_sign(bench):
    bench.listening()
    bench.do(lambda: bench.line.borrower.battery(there=True))
    bench.wait(2)
    assert bench.job.view.step == "listening"


def test_a_tone_like_a_known_one_takes_its_place():
    known = HangUp(tones=(BusyTone(on_s=0.35), BusyTone(on_s=0.24, off_s=0.26)))
    learnt = BusyTone(on_s=0.25, off_s=0.25)
    assert with_tone(known, learnt).tones == (known.tones[0], learnt)


def test_the_oldest_of_many_tones_goes():
    tones = tuple(BusyTone(on_s=on) for on in (0.1, 0.5, 1.0, 2.0))
    assert with_tone(HangUp(tones=tones), BusyTone(on_s=4)).tones == (*tones[1:], BusyTone(on_s=4))
