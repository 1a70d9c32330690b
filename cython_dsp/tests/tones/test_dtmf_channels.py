"""Many channels at once: none knows of another, whatever the order of the samples in memory."""

import numpy as np
import pytest

from cython_dsp import dtmf, g711
from cython_dsp.tests.tones.signals import ALL, speech_like, to_pcm

SAMPLES = 12_000


def channel(seed):
    """Five digits at random times and levels, over some noise or none."""
    dice = np.random.default_rng(seed)
    pcm = dice.normal(size=SAMPLES) * dice.choice([0, 30, 100])
    for number, digit in enumerate(dice.choice(list(ALL), 5)):
        at = number * 2000 + int(dice.integers(200, 800))
        tone = dtmf.tones(str(digit), int(dice.integers(40, 120)), 1) * dice.uniform(0.2, 1)
        pcm[at : at + len(tone)] += tone
    return to_pcm(pcm)


def codes_of(pcm):
    codes = g711.alaw_encode(pcm.astype("<i2").tobytes())
    return np.frombuffer(codes, np.uint8).reshape(pcm.shape)


def alone(row):
    return [(one.digit, one.start, one.end) for one in dtmf.Receiver(1).pcm(row[None, :])]


@pytest.mark.parametrize("channels", [1, 7, 8, 9, 13, 24])
def test_each_channel_hears_what_it_hears_alone(channels):
    pcm = np.stack([channel(seed) for seed in range(channels)])
    codes = codes_of(pcm)
    decoded = np.frombuffer(g711.alaw_decode(codes.tobytes()), "<i2").reshape(pcm.shape)
    expected = [[(*one,) for one in alone(row)] for row in decoded]
    assert sum(map(len, expected)) >= 4 * channels
    for heard in (
        dtmf.Receiver(channels).pcm(decoded),
        dtmf.Receiver(channels).alaw(codes),
        dtmf.Receiver(channels).bus(codes.T),
    ):
        by_channel = [[] for _ in range(channels)]
        for one in heard:
            by_channel[one.channel].append((one.digit, one.start, one.end))
        assert by_channel == expected


def test_each_channel_has_its_own_levels_in_every_order_of_samples():
    levels = -4.0 * np.arange(6)
    tone = np.concatenate([dtmf.tones("9", 80, 120), np.zeros(1600)])
    pcm = to_pcm(tone * 10 ** (np.concatenate([levels, levels])[:, None] / 20))
    codes = codes_of(pcm)
    for heard in (
        dtmf.Receiver(12).pcm(pcm),
        dtmf.Receiver(12).alaw(codes),
        dtmf.Receiver(12).bus(codes.T),
    ):
        assert [one.low for one in heard] == pytest.approx([*levels - 9] * 2, abs=0.5)
        assert [one.high for one in heard] == pytest.approx([*levels - 7] * 2, abs=0.5)


def test_every_code_of_a_law_is_the_sample_that_it_is():
    # A sine of each level is pure only when no code is wrong: so each is tried in a tone.
    for gain in np.geomspace(0.12, 1, 12):
        pcm = to_pcm(dtmf.tones("8", 100, 100) * gain)
        heard = dtmf.Receiver(1).alaw(codes_of(pcm)[None, :])
        assert [one.digit for one in heard] == ["8"]


def test_loud_speech_beside_a_digit_changes_nothing():
    digit = np.concatenate([np.zeros(4000), dtmf.tones("5", 60, 100), np.zeros(2720)])
    rows = [speech_like(seed, 1) for seed in range(7)]
    pcm = np.stack([*(row[:8000] for row in rows), digit[:8000]]).astype(np.int16)
    heard = dtmf.Receiver(8).pcm(pcm)
    assert [one.digit for one in heard if one.channel == 7] == ["5"]


@pytest.mark.parametrize(
    ("order", "array"),
    [
        ("pcm", np.zeros((2, 40), np.uint8)),
        ("pcm", np.zeros((3, 40), np.int16)),
        ("pcm", np.zeros((2, 41), np.int16)),
        ("pcm", np.zeros(80, np.int16)),
        ("alaw", np.zeros((2, 40), np.int16)),
        ("alaw", np.zeros((40, 2), np.uint8)),
        ("bus", np.zeros((2, 40), np.uint8)),
        ("bus", np.zeros((41, 2), np.uint8)),
        ("bus", b"words"),
    ],
)
def test_what_is_no_block_is_refused(order, array):
    with pytest.raises(ValueError, match=r"int(8|16) of shape \(.*\) is wanted, not"):
        getattr(dtmf.Receiver(2), order)(array)


@pytest.mark.parametrize("channels", [0, -1, 5000])
def test_a_number_of_channels_that_cannot_be_is_refused(channels):
    with pytest.raises(ValueError, match="channels are 1 to 4096"):
        dtmf.Receiver(channels)


def test_an_empty_block_is_nothing():
    assert dtmf.Receiver(3).pcm(np.zeros((3, 0), np.int16)) == []


@pytest.mark.parametrize(("digits", "on"), [("12E", 100), ("1" * 65, 100), ("1", 0), ("四", 50)])
def test_digits_that_cannot_be_sent_are_refused(digits, on):
    with pytest.raises(ValueError, match="at most 64 of them"):
        dtmf.tones(digits, on)
