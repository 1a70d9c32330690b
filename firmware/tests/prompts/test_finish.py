import numpy as np
import pytest

from firmware.prompts import finish, level, music


def tone(hertz, seconds=1.0, rate=8000):
    return 8000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def test_silence_around_the_sound_is_cut():
    sound = np.concatenate([np.zeros(8000), tone(500), np.zeros(4000)])
    kept = finish.trimmed(sound)
    assert 8000 <= kept.size <= 8000 + 2 * 240 + 160
    assert kept[0] == kept[-1] == 0


def test_pauses_inside_stay():
    sound = np.concatenate([tone(500, 0.2), np.zeros(4000), tone(500, 0.2)])
    assert finish.trimmed(sound).size >= sound.size - 160


@pytest.mark.parametrize("silent", [np.zeros(0), np.zeros(50), np.zeros(8000)])
def test_silence_alone_leaves_nothing(silent):
    assert finish.trimmed(silent).size == 0


@pytest.mark.parametrize(
    ("hertz", "gain_db"), [(50, -40), (100, -15), (300, 0), (1004, 0), (3300, 0), (3800, -30)]
)
def test_the_band_is_kept_and_the_rest_taken_away(hertz, gain_db):
    change = level.rms(finish.band_limited(tone(hertz))[1000:-1000]) - level.rms(tone(hertz))
    assert change == pytest.approx(0, abs=0.6) if gain_db == 0 else change < gain_db


def test_peaks_are_rounded_and_never_clip():
    loud = finish.levelled(tone(500), 30)
    assert np.abs(loud).max() <= finish.PEAK
    assert level.clipped_share(loud) == 0


def test_speech_comes_out_at_the_wanted_level():
    noise = np.random.default_rng(1).standard_normal(48000) * 500
    assert level.active_speech(finish.speech(noise, 24000, -16)) == pytest.approx(-16, abs=0.5)


def test_the_music_is_the_same_each_time_and_its_end_meets_its_beginning():
    piece = music.slow_water(-20)
    assert level.rms(piece) == pytest.approx(-20, abs=0.2)
    np.testing.assert_array_equal(piece, music.slow_water(-20))
    assert abs(piece[0] - piece[-1]) <= np.abs(np.diff(piece)).max()
