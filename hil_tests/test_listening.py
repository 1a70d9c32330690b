"""The measures themselves: known delay, gap and level come out as they were put in."""

import numpy as np
import pytest

from hil_tests.listening import level_dbm0, likeness


def speech(seconds, seed=1):
    """Noise with the slow rise and fall of speech."""
    rng = np.random.default_rng(seed)
    n = int(seconds * 8000)
    return (rng.normal(0, 3000, n) * (1.2 + np.sin(np.arange(n) / 1200))).astype(np.int16)


def test_a_delayed_copy_is_alike_and_late():
    said = speech(2)
    heard = np.concatenate([np.zeros(1234, np.int16), said // 2, np.zeros(500, np.int16)])
    found = likeness(said, heard)
    assert found.correlation > 0.999
    assert found.delay_s == pytest.approx(1234 / 8000)
    assert found.longest_gap_s == 0


def test_another_voice_is_not_alike():
    assert abs(likeness(speech(2), speech(2, seed=2)).correlation) < 0.1


def test_a_hole_is_found():
    said = speech(2)
    heard = said.copy()
    heard[4000:4400] = 0
    assert likeness(said, heard).longest_gap_s == pytest.approx(0.05, abs=0.006)


def test_a_full_sine_has_the_level_of_the_standard():
    sine = 32124 * np.sin(np.arange(8000) * 2 * np.pi * 1000 / 8000 + 0.3)
    assert level_dbm0(sine) == pytest.approx(3.14, abs=0.01)
