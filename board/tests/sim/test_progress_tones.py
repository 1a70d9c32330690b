import numpy as np
import pytest

from board.sim.alaw import decode, level_dbm0
from board.sim.progress_tones import ZONES, Tone, clip, cycle, tone

NAMES = ("dial", "ringback", "busy", "congestion", "vacant", "stutter")


def lines_of(samples, strongest):
    """The strongest frequencies to 2 Hz, sorted."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8000))
    peaks = np.flatnonzero((spectrum[1:-1] > spectrum[:-2]) & (spectrum[1:-1] >= spectrum[2:])) + 1
    return sorted(peaks[np.argsort(spectrum[peaks])[-strongest:]].tolist())


@pytest.mark.parametrize("country", ZONES)
@pytest.mark.parametrize("name", NAMES)
def test_every_tone_has_its_frequencies_level_and_cadence(country, name):
    wanted = tone(name, country)
    samples = decode(cycle(name, country)).astype(float)
    assert len(samples) == 8 * sum(on + off for on, off in wanted.cadence)
    on_ms, off_ms = wanted.cadence[0]
    burst = samples[: on_ms * 8]
    level = -10 - (4.3 if wanted.modulation_hz else 0)
    assert level_dbm0(burst.astype(np.int16)) == pytest.approx(level, abs=0.6)
    assert np.abs(samples[on_ms * 8 : (on_ms + off_ms) * 8]).max(initial=0) <= 8
    if on_ms >= 400 and not wanted.modulation_hz:
        expected = pytest.approx(sorted(wanted.hertz), abs=2)
        assert lines_of(burst, len(wanted.hertz)) == expected


def test_a_modulated_tone_has_sidebands():
    assert lines_of(decode(cycle("dial", "IN")).astype(float), 3) == [375, 400, 425]


def test_a_continuous_tone_joins_its_own_end():
    twice = decode(cycle("dial", "AU") * 2).astype(float)
    spectrum = np.abs(np.fft.rfft(twice))
    assert np.sort(spectrum)[-3] < 0.02 * spectrum.max()


def test_tones_may_be_off_their_frequency():
    busy = Tone((450,), ((350, 350),))
    assert lines_of(decode(clip(busy, -0.02))[:2800].astype(float), 1) == [441]


def test_the_howler_gets_louder():
    howl = decode(cycle("howler"))
    assert lines_of(howl[:8000].astype(float), 1) == [950]
    levels = [level_dbm0(howl[at : at + 8000]) for at in range(0, 40000, 8000)]
    assert levels == sorted(levels)
    with pytest.raises(KeyError):
        cycle("dial", "XX")
