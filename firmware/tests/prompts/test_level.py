import numpy as np
import pytest

from firmware.prompts import level

FULL = 32768 * 10 ** (-3.14 / 20)  # a sine of 0 dBm0


def sine(seconds=1.0, dbm0=0.0, hertz=1004):
    time = np.arange(int(seconds * 8000)) / 8000
    return FULL * 10 ** (dbm0 / 20) * np.sin(2 * np.pi * hertz * time)


@pytest.mark.parametrize("dbm0", [0, -10, -16, -40])
def test_a_sine_has_its_level(dbm0):
    assert level.rms(sine(dbm0=dbm0)) == pytest.approx(dbm0, abs=0.01)
    assert level.active_speech(sine(20, dbm0)) == pytest.approx(dbm0, abs=0.1)


def test_pauses_do_not_count_as_speech():
    bursts = np.concatenate([sine(2.0, -16), np.zeros(32000)] * 3)
    assert level.active_speech(bursts) == pytest.approx(-16, abs=1.0)
    assert level.rms(bursts) == pytest.approx(-20.8, abs=0.1)


def test_the_activity_of_bursts_is_their_share_and_the_hangover():
    bursts = np.concatenate([sine(0.8, -16), np.zeros(9600)] * 20)  # 0.8 s of 2 s, and 0.2 s
    share = 10 ** ((level.rms(bursts) - level.active_speech(bursts)) / 10)
    assert share == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("nothing", [np.zeros(0), np.zeros(8000)])
def test_silence_has_the_lowest_level(nothing):
    assert level.rms(nothing) == level.active_speech(nothing) == level.SILENCE_DBM0


def test_amplifying_moves_both_levels():
    louder = level.amplified(sine(5, -30), 12)
    assert level.rms(louder) == pytest.approx(-18, abs=0.01)
    assert level.active_speech(louder) == pytest.approx(-18, abs=0.1)


def test_clipping_is_seen():
    assert level.clipped_share(np.clip(sine() * 4, -32768, 32767)) > 0.5
    assert level.clipped_share(sine()) == level.clipped_share(np.zeros(0)) == 0
