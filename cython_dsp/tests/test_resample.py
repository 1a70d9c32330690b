import tracemalloc
from math import gcd

import numpy as np
import pytest
from scipy.signal import resample_poly

from cython_dsp.resample import narrowed, resample

RATES = [8001, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]


def tone(hertz, rate, seconds=0.5):
    return 10000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hertz", [300, 1004, 3300])
def test_the_telephone_band_passes_unchanged_and_in_time(rate, hertz):
    got, wanted = resample(tone(hertz, rate), rate), tone(hertz, 8000)
    inner = slice(800, 3200)
    np.testing.assert_allclose(got[inner], wanted[inner], atol=30)


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate > 10000])
@pytest.mark.parametrize("hertz", [4600, 5000])
def test_what_would_fold_into_the_band_is_gone(rate, hertz):
    inner = resample(tone(hertz, rate), rate)[800:3200]
    assert np.abs(inner).max() < 10000 * 10 ** (-60 / 20)


@pytest.mark.parametrize("rate", [16000, 24000, 44100, 48000])
def test_agrees_with_scipy_on_noise_of_the_band(rate):
    noise = resample_poly(np.random.default_rng(rate).standard_normal(3000), rate // 100, 60)
    common = gcd(8000, rate)
    peer = resample_poly(noise, 8000 // common, rate // common, window=("kaiser", 8.0))
    got = resample(noise, rate)
    size = min(got.size, peer.size)
    assert np.corrcoef(got[:size], peer[:size])[0, 1] > 0.999


@pytest.mark.parametrize("rate", RATES)
def test_the_length_follows_the_rates(rate):
    assert resample(np.zeros(rate * 2), rate).size == 16000
    assert resample(np.zeros(1), rate).size == 1


def test_up_and_down_again_is_the_same():
    there = tone(1004, 8000)
    back = resample(resample(there, 8000, 16000), 16000)
    np.testing.assert_allclose(back[800:3200], there[800:3200], atol=30)


def test_a_rate_that_divides_by_nothing_needs_little_memory():
    tracemalloc.start()
    resample(np.zeros(8000), 47999)  # 8000 sets of taps
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6


def test_the_same_rate_is_left_alone():
    sound = tone(500, 8000)
    assert resample(sound, 8000) is sound


@pytest.mark.parametrize(("rate", "samples"), [(11025, 1_400_007), (8001, 480_061), (48000, 11)])
def test_a_long_recording_in_pieces_is_the_same_sound(rate, samples):
    pcm = np.random.default_rng(rate).integers(-9000, 9000, (2, samples), np.int16)
    got = narrowed(pcm, rate)
    assert got.dtype == np.int16
    for row, whole in zip(got, pcm, strict=True):
        np.testing.assert_allclose(row, resample(whole.astype(float), rate), atol=0.51)


def test_what_overshoots_clips():
    square = np.where(np.arange(4800) // 240 % 2, 32767, -32768).astype(np.int16)
    got = narrowed(square[None, :], 48000)
    assert (got.min(), got.max()) == (-32768, 32767)


def test_a_long_recording_needs_little_memory():
    pcm = np.zeros((1, 16000 * 300), np.int16)
    tracemalloc.start()
    narrowed(pcm, 16000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 70e6
