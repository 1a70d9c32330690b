"""A-law, tones and speech of the exchange against their definitions."""

import numpy as np
import pytest

from board.sim import progress_tones, spandsp
from board.sim.alaw import DECODE, SILENCE, decode, encode, level_dbm0
from board.sim.speech import babble


def test_alaw_has_the_values_of_g711():
    assert (DECODE[0xD5], DECODE[0x55]) == (8, -8)
    assert (DECODE[0xAA], DECODE[0x2A]) == (32256, -32256)
    assert (DECODE[0x80], DECODE[0xC5]) == (5504, 264)


def test_every_code_survives_decoding_and_encoding():
    assert encode(DECODE) == bytes(range(256))


def test_encoding_takes_the_nearest_value():
    samples = np.arange(-32768, 32768, 7).astype(np.int16)
    error = np.abs(decode(encode(samples)).astype(int) - samples)
    nearest = np.min(np.abs(DECODE.astype(int)[:, None] - samples), axis=0)
    np.testing.assert_array_equal(error, nearest)


def test_levels_are_in_dbm0():
    full_scale = np.array([0, 23170, 32767, 23170, 0, -23170, -32768, -23170] * 100, np.int16)
    assert level_dbm0(full_scale) == pytest.approx(3.14, abs=0.01)
    assert level_dbm0(np.zeros(0, np.int16)) == -90


@pytest.mark.parametrize(
    ("name", "seconds"), [("busy", 0.7), ("ringback", 5.0), ("congestion", 1.4), ("vacant", 1.4)]
)
def test_tones_have_their_cadence_frequency_and_level(name, seconds):
    samples = decode(progress_tones.cycle(name))
    assert len(samples) / 8000 == seconds
    on = np.abs(samples) > 1000
    burst = samples[: np.flatnonzero(~np.convolve(on, np.ones(40), "same").astype(bool))[0] - 20]
    spectrum = np.abs(np.fft.rfft(burst * np.hanning(len(burst)), 8000))
    assert np.argmax(spectrum) == pytest.approx(450, abs=2)
    assert level_dbm0(burst) == pytest.approx(-10, abs=0.5)


def test_digits_are_found_again_after_alaw():
    receiver = spandsp.DtmfReceiver()
    samples = decode(encode(spandsp.dtmf("159D", 60, 60, -20)))
    found = "".join(receiver.feed(samples[at : at + 40]) for at in range(0, len(samples) - 39, 40))
    receiver.close()
    assert found == "159D"
    with pytest.raises(ValueError, match="no such digit"):
        spandsp.dtmf("x")


def test_babble_is_like_speech_and_never_like_itself():
    samples = decode(babble(4.0, 1)).astype(float)
    assert level_dbm0(samples.astype(np.int16)) == pytest.approx(-18, abs=0.5)
    correlation = np.correlate(samples, samples[8000:16000], "valid")
    peak = int(np.argmax(correlation))
    assert peak == 8000
    beside = np.delete(correlation, slice(peak - 80, peak + 80))
    assert beside.max() < 0.5 * correlation[peak]
    receiver = spandsp.DtmfReceiver()
    assert receiver.feed(decode(babble(20.0, 7))) == ""
    receiver.close()
    assert babble(0.01, 3) != bytes([SILENCE]) * 80
