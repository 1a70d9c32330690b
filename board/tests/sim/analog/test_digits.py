import numpy as np
import pytest

from board.sim import script, spandsp
from board.sim.alaw import decode, encode
from board.sim.analog.digits import Loop, ToneDigits
from board.sim.analog.states import LineState as S
from board.sim.script import Wait


def measured(samples):
    ear = ToneDigits()
    samples = np.concatenate([np.zeros(800, np.int16), samples, np.zeros(800, np.int16)])
    found = [
        digit
        for at in range(0, len(samples) - 39, 40)
        for digit in ear.take(at, samples[at : at + 40])
    ]
    ear.close()
    return found


@pytest.mark.parametrize(
    ("on_ms", "off_ms", "level"), [(50, 50, -4), (70, 70, -8), (100, 100, -20), (60, 60, -30)]
)
def test_tones_are_measured(on_ms, off_ms, level):
    found = measured(decode(encode(spandsp.dtmf("0123456789*#ABCD", on_ms, off_ms, level))))
    assert "".join(one.digit for one in found) == "0123456789*#ABCD"
    for at, one in enumerate(found):
        assert one.length_ms == pytest.approx(on_ms, abs=4)
        assert one.tick / 8 == pytest.approx(100 + at * (on_ms + off_ms), abs=4)
        assert one.level_dbm0 == pytest.approx(level, abs=0.7)
        assert one.twist_db == pytest.approx(0, abs=0.7)


def test_a_long_tone_has_its_length_as_far_as_is_kept():
    (one,) = measured(spandsp.dtmf("5", 180, 50, -8))
    assert one.length_ms == pytest.approx(180, abs=4)


def test_twist_is_measured():
    time = np.arange(800) * 2 * np.pi / 8000
    tone = 2000 * np.sin(770 * time) + 3000 * np.sin(1336 * time)
    (one,) = measured(tone.astype(np.int16))
    assert (one.digit, round(one.twist_db, 1)) == ("5", 3.5)


def loop_of(*changes):
    """A loop after (milliseconds, closed) one after another; what it counted as digits."""
    loop, tick, digits = Loop(), 0, []
    for lasts, closed in changes:
        for _ in range(lasts // 5):
            digit = loop.take(tick, closed=closed, dialling=True)
            digits += [digit] if digit else []
            loop.seized()
            tick += 40
    return loop, digits


@pytest.mark.parametrize(("break_ms", "make_ms"), [(60, 40), (65, 35), (30, 20), (100, 60)])
def test_pulses_are_counted(break_ms, make_ms):
    train = [(break_ms, False), (make_ms, True)]
    _, digits = loop_of((500, True), *train * 3, (600, True), *train * 10, (600, True))
    assert [(one.digit, one.method) for one in digits] == [("3", "pulse"), ("0", "pulse")]
    assert digits[0].length_ms == 3 * break_ms + 2 * make_ms
    assert digits[0].tick == 500 * 8


@pytest.mark.parametrize("breaks", [(10, 10), (200,)])
def test_clicks_and_long_breaks_are_no_pulses(breaks):
    changes = [change for lasts in breaks for change in ((lasts, False), (50, True))]
    assert loop_of((500, True), *changes, (600, True))[1] == []


def test_the_box_dials_by_pulses(office, box, line, end):
    office.answer_rule("119", script.busy())
    end.off_hook = True
    office.run(0.5)
    end.pulse("119", break_ms=65, make_ms=35)
    assert office.run(6, lambda: line.state is S.CLEARED)
    assert [(one.digit, one.method) for one in line.digits] == [
        ("1", "pulse"),
        ("1", "pulse"),
        ("9", "pulse"),
    ]
    assert line.digits[2].length_ms == 865
    assert line.tones[0][1] == "dial"


def test_what_the_network_saw_has_times_lengths_and_levels(office, box, line, end):
    line.pair.loss_db = 6.0
    office.answer_rule("110", script.busy())
    end.off_hook = True
    office.run(0.5)
    start = office.tick
    end.press("110", on_ms=80, off_ms=60, level=-9)
    office.run(1)
    assert [round((one.tick - start) / 8 / 140) for one in line.digits] == [0, 1, 2]
    for one in line.digits:
        assert (one.length_ms, one.level_dbm0) == (
            pytest.approx(80, abs=4),
            pytest.approx(-15, abs=0.7),
        )


def test_a_hook_flash_is_seen_and_does_not_clear(office, box, line, end):
    office.answer_rule("110", script.answers(0, [Wait(60)]))
    end.off_hook = True
    office.run(0.5)
    end.press("110")
    office.run(1.5)
    start = office.tick
    end.flash(600)
    office.run(1)
    assert (line.flashes, line.state) == ([(start, 600)], S.OUTGOING)
    assert line.hook_edges[-2:] == [(start, False), (start + 4800, True)]
