import numpy as np
import pytest

from cython_dsp import g711
from firmware.prompts import alaw


def test_every_byte_comes_back():
    every = bytes(range(256))
    assert alaw.encode(alaw.decode(every)) == every


@pytest.mark.parametrize(
    ("code", "value"), [(0xD5, 8), (0x55, -8), (0xAA, 32256), (0x2A, -32256), (0xC5, 264)]
)
def test_a_law_values_of_g711(code, value):
    assert alaw.decode(bytes([code])) == value


def test_a_sample_between_two_integers_becomes_what_g711_makes_of_its_segment():
    every = np.arange(-32768.0, 32768.0)
    codes = alaw.encode(every)
    assert codes == g711.alaw_encode(every.astype("<i2").tobytes())
    assert alaw.encode(every + 0.9) == codes


def test_beyond_full_scale_is_full_scale():
    assert alaw.encode(np.array([1e9, -1e9])) == bytes([0xAA, 0x2A])


def test_silence_is_the_byte_of_zero():
    assert alaw.encode(np.array([0.0])) == alaw.SILENCE
