"""An agent's levels against their definition, and what the people on the line get of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_dsp.leveller import BLOCK, Leveller
from cython_dsp.reference_level import speech_level
from cython_dsp.reference_leveller import Leveller as Defined
from cython_dsp.tests.tones.signals import speech_like, to_pcm

SPEECH = speech_like(3, 12).astype(float)
SPEECH_DBM0 = speech_level(to_pcm(SPEECH))[0]
FULL = 16142.0  # mean of 0 dBm0


def speech_at(dbm0):
    return SPEECH * 10 ** ((dbm0 - SPEECH_DBM0) / 20)


def noise_at(dbm0, seconds, seed=1):
    mean = FULL * 10 ** (dbm0 / 20)
    return mean * np.random.default_rng(seed).normal(size=int(8000 * seconds))


def levelled(signal, **how):
    return Leveller().pcm(to_pcm(signal[: len(signal) // BLOCK * BLOCK]), **how)


def power_dbm0(pcm):
    return 10 * np.log10(np.mean(pcm.astype(float) ** 2) + 1e-9) - 84.1575


@given(st.integers(0, 2**32), st.floats(-45, 0), st.floats(-80, -30), st.booleans())
@settings(max_examples=15, deadline=None)
def test_equals_the_definition(seed, speech_db, noise_db, adapt):
    rng = np.random.default_rng(seed)
    at = rng.integers(0, SPEECH.size - 8000)
    signal = np.concatenate([speech_at(speech_db)[at : at + 8000], np.zeros(4000)])
    pcm = to_pcm(signal + noise_at(noise_db, 1.5, seed))
    defined = Defined()
    wanted = [defined.take(pcm[i : i + BLOCK], adapt=adapt) for i in range(0, pcm.size, BLOCK)]
    found = Leveller().pcm(pcm, adapt=adapt)
    assert np.abs(found.astype(int) - np.concatenate(wanted)).max() <= 1


@pytest.mark.parametrize("dbm0", [-33, -30, -26, -20, -14, -10])
def test_whoever_speaks_is_brought_to_minus_20_dbm0(dbm0):
    pcm = levelled(speech_at(dbm0) + noise_at(-65, 12))
    assert speech_level(pcm[48000:])[0] == pytest.approx(-20, abs=1.5)


@pytest.mark.parametrize(("dbm0", "gain_db"), [(-45, 15), (-2, -12)])
def test_gain_has_its_bounds(dbm0, gain_db):
    leveller = Leveller()
    leveller.pcm(to_pcm(speech_at(dbm0)))
    assert leveller.gain_db == pytest.approx(gain_db, abs=0.2)


def test_nobody_is_made_louder_than_the_line_takes():
    loud = to_pcm(np.concatenate([speech_at(-40)[:48000], speech_at(0)[:8000]]))
    pcm = Leveller().pcm(loud)
    before, after = np.abs(loud[48400:].astype(int)), np.abs(pcm[48400:].astype(int))
    assert after.max() <= max(30000, before.max())


@pytest.mark.parametrize("dbm0", [-60, -45, -35, -25])
def test_noise_alone_is_never_raised(dbm0):
    leveller = Leveller()
    pcm = leveller.pcm(to_pcm(noise_at(dbm0, 8)))
    assert leveller.gain_db == 0
    assert power_dbm0(pcm[32000:]) < dbm0 - 4


def test_noise_that_begins_later_is_known_for_what_it_is_in_two_seconds():
    leveller = Leveller()
    leveller.pcm(to_pcm(speech_at(-20) + noise_at(-65, 12)))
    before = leveller.gain_db
    leveller.pcm(to_pcm(noise_at(-38, 8)))
    assert leveller.gain_db - before < 6
    assert leveller.gate_db == -12


def test_room_is_12_db_quieter_between_words_and_has_steady_noise_in_its_place():
    n = np.arange(64000)
    leveller = Leveller()
    pcm = leveller.pcm(to_pcm(500 * np.sin(2 * np.pi * 250 / 8000 * n)))  # -33 dBm0
    assert leveller.gate_db == -12
    end = pcm[48000:].astype(float)
    hum = 2 * np.abs(np.mean(end * np.exp(-2j * np.pi * 250 / 8000 * n[48000:])))
    assert 20 * np.log10(hum / 500) == pytest.approx(-12, abs=0.3)
    assert power_dbm0(pcm[48000:]) == pytest.approx(-33.2 - 5, abs=1)  # -6 dB noise, -12 dB hum


def test_first_sound_of_a_word_is_there():
    """5 ms after its beginning nothing is missing, however long it was silent before."""
    word = speech_at(-20)[:4000]
    quiet = noise_at(-60, 3)
    pcm = Leveller().pcm(to_pcm(np.concatenate([quiet, word])), adapt=False)
    heard, said = pcm[24000 + BLOCK :].astype(float), word[BLOCK:]
    assert np.abs(heard - said).max() < 60


def test_levels_change_without_a_click():
    """From block to block a sine never jumps by more than the sine itself."""
    n = np.arange(80000)
    sine = 3000 * np.sin(2 * np.pi * 200 / 8000 * n) * ((n // 8000) % 2)
    pcm = levelled(sine + noise_at(-70, 10)).astype(float)
    steps = np.abs(np.diff(pcm))
    assert steps.max() < 1.5 * np.abs(pcm).max() * 2 * np.pi * 200 / 8000 + 20


def test_gain_stays_where_it_is_without_adapting():
    leveller = Leveller()
    leveller.pcm(to_pcm(speech_at(-30)))
    before = leveller.gain_db
    leveller.pcm(to_pcm(speech_at(-10)[:16000]), adapt=False)
    assert leveller.gain_db == before > 5


@pytest.mark.parametrize(
    "samples", [np.zeros(41, np.int16), np.zeros((1, 40), np.int16), np.zeros(40), [0] * 40]
)
def test_what_is_no_signal_is_refused(samples):
    with pytest.raises(ValueError, match=r"int16 of shape \(n \* 40,\) is wanted"):
        Leveller().pcm(samples)
