"""The active speech level against its definition, and by what ITU-T P.56 says of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from board.sim.speech import sentence, sentences
from cython_dsp import level
from cython_dsp.reference import alaw_decode
from cython_dsp.reference_level import speech_level
from cython_dsp.tests.tones.signals import speech_like, to_pcm

SPEECH = speech_like(1, 4).astype(float)


def measured(signal):
    meter = level.Meter()
    meter.pcm(to_pcm(signal[: len(signal) // 8 * 8]))
    return meter.speech


def sine(seconds, dbm0):
    n = np.arange(int(8000 * seconds))
    return 22827 * 10 ** (dbm0 / 20) * np.sin(2 * np.pi * n / 8)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_recorded_sentences_have_the_level_of_the_definition(language):
    codes = b"".join(sentence(language, name) for name in sentences(language)[:3])
    said = alaw_decode(np.frombuffer(codes, np.uint8))
    wanted = speech_level(said[: said.size // 8 * 8])
    assert measured(said.astype(float)) == pytest.approx(wanted, abs=0.02)


@given(st.integers(0, 2**32), st.floats(-60, 0), st.floats(-80, -20))
@settings(max_examples=20, deadline=None)
def test_equals_the_definition(seed, speech_db, noise_db):
    rng = np.random.default_rng(seed)
    signal = np.concatenate([SPEECH[:8000], np.zeros(rng.integers(0, 12000))])
    signal = signal * 10 ** (speech_db / 20)
    signal += 22827 * 10 ** (noise_db / 20) * rng.normal(size=signal.size)
    signal = to_pcm(signal[: signal.size // 8 * 8])
    found, activity = measured(signal.astype(float))
    wanted, part = speech_level(signal)
    assert found == pytest.approx(wanted, abs=0.1)
    assert activity == pytest.approx(part, abs=0.02)


@pytest.mark.parametrize("dbm0", [0, -20, -40])
def test_a_steady_sine_has_its_own_level(dbm0):
    found = measured(sine(4, dbm0))
    assert found.dbm0 == pytest.approx(dbm0, abs=0.05)
    assert found.activity > 0.99


@given(st.floats(-30, 0))
@settings(max_examples=10, deadline=None)
def test_a_change_of_gain_moves_the_level_by_as_much(gain_db):
    before, after = measured(SPEECH), measured(SPEECH * 10 ** (gain_db / 20))
    assert after.dbm0 - before.dbm0 == pytest.approx(gain_db, abs=0.1)
    assert after.activity == pytest.approx(before.activity, abs=0.01)


@pytest.mark.parametrize("silence_s", [2, 4, 12])
def test_silence_lowers_the_activity_and_not_the_level(silence_s):
    before = measured(SPEECH)
    after = measured(np.concatenate([SPEECH, np.zeros(8000 * silence_s)]))
    assert after.dbm0 == pytest.approx(before.dbm0, abs=0.3)
    assert after.activity == pytest.approx((4 + 0.2) / (4 + silence_s), abs=0.02)


@pytest.mark.parametrize("signal", [np.zeros(8000), np.zeros(0), np.ones(8)])
def test_silence_has_neither(signal):
    assert measured(signal) == (level.SILENCE_DBM0, 0.0)


def test_what_is_faded_counts_less():
    meter = level.Meter()
    meter.pcm(to_pcm(sine(4, -10)))
    meter.fade(0.01)
    meter.pcm(to_pcm(sine(4, -30)))
    assert meter.speech.dbm0 == pytest.approx(-27, abs=0.5)  # 99 % of the time: 10 log 2 up
    meter.fade(0.0)
    assert meter.speech == (level.SILENCE_DBM0, 0.0)


@pytest.mark.parametrize(
    "samples",
    [np.zeros(7, np.int16), np.zeros((2, 8), np.int16), np.zeros(8, np.float64), [0.5] * 8],
)
def test_what_is_no_signal_is_refused(samples):
    with pytest.raises(ValueError, match=r"int16 of shape \(n \* 8,\) is wanted"):
        level.Meter().pcm(samples)


@pytest.mark.parametrize("keep", [-0.1, 1.1, float("nan")])
def test_what_is_no_part_is_refused(keep):
    with pytest.raises(ValueError, match="keep is 0 to 1"):
        level.Meter().fade(keep)
