from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from cython_dsp import dtmf
from cython_dsp import reference_tones as reference
from cython_dsp.reference import alaw_decode
from cython_dsp.tests.door import DtmfSender
from cython_dsp.tests.tones.signals import (
    ALL,
    between_silence,
    music_like,
    noise_at,
    speech_like,
    to_pcm,
)

MS = 8  # samples
ROOT = Path(__file__).parents[3]


def hear(pcm, receiver=None):
    """Every digit of one channel; the rest of a hop at the end is not heard."""
    whole = np.asarray(pcm, np.int16)[: len(pcm) // dtmf.HOP * dtmf.HOP]
    return (receiver or dtmf.Receiver(1)).pcm(whole[None, :])


def digits(pcm):
    return "".join(one.digit for one in hear(pcm))


def tone(digit, ms=40, low=-10.0, high=-10.0, offset=0.0):
    return reference.digit_tone(digit, ms * MS, low, high, offset)


@pytest.mark.parametrize("digit", ALL)
def test_forty_milliseconds_are_heard_wherever_they_begin(digit):
    for before in range(800, 840, 3):
        assert digits(between_silence(tone(digit, 40), before)) == digit


@pytest.mark.parametrize("digit", ALL)
def test_less_than_23_milliseconds_are_not_heard(digit):
    for before in range(800, 840, 3):
        assert digits(between_silence(tone(digit, 23), before)) == ""


@pytest.mark.parametrize("error", [-0.015, -0.01, 0.01, 0.015])
def test_frequencies_within_1_5_percent_are_accepted(error):
    for digit in ALL:
        for low, high in ((-10, -10), (-10, -18), (-14, -10)):
            assert digits(between_silence(tone(digit, 45, low, high, error))) == digit


@pytest.mark.parametrize("error", [-0.06, -0.035, 0.035, 0.06])
def test_frequencies_off_by_3_5_percent_are_rejected(error):
    for digit in ALL:
        assert digits(between_silence(tone(digit, 200, offset=error))) == ""


@pytest.mark.parametrize("row", [0, 1, 2, 3])
def test_one_frequency_off_by_3_5_percent_is_enough_to_reject(row):
    t = np.arange(100 * MS) / 8000 * 2 * np.pi
    for hz in (reference.ROWS[row] * 1.035, reference.ROWS[row] * 0.965):
        wrong = 7000 * np.sin(hz * t) + 7000 * np.sin(1336 * t)
        assert digits(between_silence(wrong)) == ""


@pytest.mark.parametrize(("twist", "heard"), [(8, True), (-4, True), (11, False), (-7, False)])
def test_twist_row_stronger_by_8_db_or_column_by_4_is_accepted(twist, heard):
    for digit in ALL:
        assert digits(between_silence(tone(digit, 40, -10, -10 - twist))) == digit * heard


@pytest.mark.parametrize(("level", "heard"), [(0, True), (-29, True), (-36, False)])
def test_levels_down_to_minus_29_dbm0_are_heard(level, heard):
    for digit in ALL:
        assert digits(between_silence(tone(digit, 40, level, level))) == digit * heard


@pytest.mark.parametrize("digit", ALL)
def test_noise_15_db_below_is_borne(digit):
    rng = np.random.default_rng(ord(digit))
    for _ in range(10):
        pcm = between_silence(tone(digit, 40))
        assert digits(to_pcm(pcm + noise_at(rng, tone(digit, 40), 15, len(pcm)))) == digit


@pytest.mark.parametrize("stronger_db", [6, 8])
@pytest.mark.parametrize("digit", ALL)
def test_noise_is_borne_by_a_digit_with_a_stronger_low_group(digit, stronger_db):
    rng = np.random.default_rng(ord(digit))
    for _ in range(5):
        x = tone(digit, 40, -10, -10 - stronger_db)
        pcm = between_silence(x)
        assert digits(to_pcm(pcm + noise_at(rng, x, 15, len(pcm)))) == digit


def vowel(level_dbm0):
    """38 ms of a vowel as English prompts have it: formants on the tones of 1, a glide, a third."""
    t = np.arange(38 * MS) / 8000
    glide = 2 * np.pi * 697 * (1.024 * t - 0.017 * t**2 / 2 / t[-1])
    second, third = np.sin(2 * np.pi * 1196 * t), np.sin(2 * np.pi * 1010 * t)
    wave = np.sin(glide) + 10 ** (-8 / 20) * second + 10 ** (-9.3 / 20) * third
    return reference.FULL * 10 ** (level_dbm0 / 20) * wave


@pytest.mark.parametrize("level", [-16, -8])
def test_a_vowel_on_two_tones_is_no_digit(level):
    for before in range(800, 840, 3):
        pcm = between_silence(vowel(level), before)
        assert digits(pcm) == ""
        assert reference.dtmf(pcm) == []


@pytest.mark.parametrize(("gap_ms", "times"), [(10, 1), (40, 2)])
def test_a_gap_of_10_ms_is_bridged_and_a_pause_of_40_ms_divides(gap_ms, times):
    for digit in ALL:
        for before in range(800, 840, 5):
            x = tone(digit, 200)
            x[100 * MS : (100 + gap_ms) * MS] = 0
            assert digits(between_silence(x, before)) == digit * times


@pytest.mark.parametrize("dial", [(450,), (425,), (350, 440)])
def test_digits_are_heard_over_dial_tone(dial):
    pcm = reference.tone([(dial, 0)], -10 if len(dial) == 1 else -13, 2400)
    for digit in ALL:
        mixed = pcm + between_silence(tone(digit, 50, -16, -16), 800, 1200)
        assert digits(to_pcm(mixed)) == digit


def test_the_start_of_the_tone_is_told_within_5_ms():
    for before in range(800, 1000, 7):
        (heard,) = hear(between_silence(tone("5", 80), before))
        assert abs(heard.start - before) <= 5 * MS


def test_the_digit_is_certain_45_ms_after_its_start():
    for before in range(800, 1000, 7):
        (heard,) = hear(between_silence(tone("5", 80), before))
        assert heard.end - before <= 45 * MS


@pytest.mark.parametrize("low", [-5, -11, -17, -22])
@pytest.mark.parametrize("twist", [-7, -4, 0, 3])
def test_levels_of_both_tones_are_told_within_half_a_db(low, twist):
    for digit in ALL:
        for before in range(800, 840, 9):
            (heard,) = hear(between_silence(tone(digit, 50, low, low + twist), before))
            assert heard.low == pytest.approx(low, abs=0.5)
            assert heard.high == pytest.approx(low + twist, abs=0.5)
            assert heard.high - heard.low == pytest.approx(twist, abs=0.5)


@pytest.mark.parametrize("error", [-0.015, 0.015])
def test_levels_of_a_sender_off_its_frequencies_are_told_within_one_db(error):
    for digit in ALL:
        for before in range(800, 840, 9):
            (heard,) = hear(between_silence(tone(digit, 50, -9, -7, error), before))
            assert (heard.low, heard.high) == pytest.approx((-9, -7), abs=1.0)


@pytest.mark.parametrize("block", [40, 160, 1200])
def test_the_size_of_the_blocks_does_not_matter(block):
    pcm = np.concatenate([between_silence(tone(d, 50), 400, 400) for d in "13#"])
    receiver = dtmf.Receiver(1)
    parts = (hear(pcm[at : at + block], receiver) for at in range(0, len(pcm), block))
    assert list(chain.from_iterable(parts)) == hear(pcm)


def test_two_different_digits_without_a_pause_are_both_heard():
    assert digits(between_silence(np.concatenate([tone("1", 60), tone("2", 60)]))) == "12"


@pytest.mark.parametrize("seed", range(3))
def test_receiver_equals_the_definition(seed):
    rng = np.random.default_rng(seed)
    parts = []
    for digit in rng.permutation(list(ALL)):
        low, high = rng.uniform(-20, -6, 2)
        x = tone(digit, int(rng.uniform(20, 80)), low, high, rng.uniform(-0.03, 0.03))
        parts.append(between_silence(x, rng.integers(80, 500), rng.integers(80, 500)))
    pcm = np.concatenate(parts)
    pcm = to_pcm(pcm + rng.normal(size=len(pcm)) * 50)
    assert [(one.digit, one.end) for one in hear(pcm)] == reference.dtmf(pcm)


@pytest.mark.timeout(60)  # twelve minutes of audio are made and heard
def test_six_minutes_each_of_hard_synthetic_speech_and_music_give_a_handful_of_digits():
    # Vowels on one note and chords of pure notes: some of it is within the limits of Q.24.
    assert sum(len(digits(speech_like(seed, 60))) for seed in range(6)) <= 3
    assert sum(len(digits(music_like(seed, 60))) for seed in range(6)) <= 5


def recordings():
    """Spoken prompts and callers' speech kept in the repository, as A-law without a header."""
    folders = (ROOT / "firmware/prompts", ROOT / "board/sim/speech")
    return sorted(path for folder in folders for path in folder.rglob("*.alaw"))


@pytest.mark.timeout(60)  # all recorded speech of the repository, some minutes of it
def test_recorded_speech_is_no_digit():
    found = {}
    for path in recordings():
        pcm = alaw_decode(np.frombuffer(path.read_bytes(), np.uint8))
        if heard := digits(pcm):
            found[path.name] = heard
    assert found == {}


def test_sender_and_receiver_agree():
    sender = DtmfSender()
    assert sender.start(ALL, 80, 60) == 0
    more, pcm = sender.give(len(ALL) * 140 * MS + 40)
    assert more == 0
    assert digits(pcm) == ALL


def test_sender_equals_the_definition():
    sender = DtmfSender()
    sender.start("7", 100, 50)
    _, pcm = sender.give(150 * MS)
    expected = np.concatenate([np.round(reference.digit_tone("7", 800)), np.zeros(400)])
    assert np.abs(pcm - expected).max() <= 2


def test_sender_says_when_it_is_finished_and_is_silent_then():
    sender = DtmfSender()
    sender.start("12", 50, 50)
    assert [sender.give(400)[0] for _ in range(5)] == [1, 1, 1, 0, 0]
    assert not sender.give(40)[1].any()


@pytest.mark.parametrize(
    ("text", "on", "off"), [("12x", 50, 50), ("1" * 65, 50, 50), ("1", 0, 50), ("1", 50, 10001)]
)
def test_sender_refuses_what_is_not_valid_and_goes_on(text, on, off):
    sender = DtmfSender()
    sender.start("5", 50, 50)
    sender.give(40)
    assert sender.start(text, on, off) == -1
    assert sender.give(40)[1].any()
