"""The line echo canceller against its definition, and by tests after those of ITU-T G.168."""

import numpy as np
import pytest

from cython_dsp import dtmf, reference_echo
from cython_dsp.echo import TAIL_MS_MAX, Canceller
from cython_dsp.tests.line.paths import Line, db, hybrid, noise, power, speech, through_alaw

PATH = hybrid(1, 25, 10)
HISS = -65  # dBm0 of a good line


def quiet(seconds):
    return noise(9, seconds, HISS)


@pytest.fixture(scope="module")
def both_speak():
    """The other end speaks from second 3 to 4 of 5."""
    talk = speech(5, 5, -20)
    talk[:24000] = talk[32000:] = 0
    return Line(speech(2, 5, -15), talk + quiet(5), PATH).cancelled()


@pytest.mark.parametrize("tail_ms", [30, 80])
def test_it_equals_its_definition(tail_ms):
    line = Line(speech(2, 2, -15), speech(5, 2, -25), hybrid(3, 18, 8))
    line.cancelled(Canceller(tail_ms))
    plain = reference_echo.Canceller(tail_ms // 10)
    blocks = [
        plain.block(line.far[at : at + 40], line.said[at : at + 40])
        for at in range(0, len(line.far), 40)
    ]
    assert np.abs(np.concatenate(blocks) - line.left).max() <= 2


def test_it_equals_its_definition_without_learning_and_suppressing():
    line = Line(speech(2, 2, -15), quiet(2), hybrid(3, 18, 8))
    canceller, plain = Canceller(30), reference_echo.Canceller(3)
    assert (canceller.learns, canceller.suppresses) == (True, True)
    canceller.suppresses = plain.suppresses = False
    for second in range(2):
        part = slice(8000 * second, 8000 * second + 8000)
        far, said = line.far[part], line.said[part]
        left = canceller.cancel(far, said)
        blocks = [plain.block(far[at : at + 40], said[at : at + 40]) for at in range(0, 8000, 40)]
        assert np.abs(np.concatenate(blocks) - left).max() <= 2
        canceller.learns = plain.learns = False
    assert (canceller.learns, canceller.suppresses) == (False, False)


@pytest.mark.parametrize("delay_ms", [0, 25, 40, 65])
def test_noise_is_learned_within_a_second(delay_ms):
    line = Line(noise(2, 2, -10), quiet(2), hybrid(1, delay_ms, 10)).cancelled()
    assert line.loss(0.5, 1) > 25
    assert line.loss(1, 2) > 30


@pytest.mark.parametrize(("loss_db", "level"), [(6, -10), (6, -30), (15, -15), (0, -20)])
def test_speech_is_learned_at_all_levels_and_losses(loss_db, level):
    line = Line(speech(2, 4, level), quiet(4), hybrid(4, 25, loss_db)).cancelled()
    assert line.loss(1, 2) > 12
    assert line.loss(2.5, 4) > 20


def test_noise_of_30_dbm0_on_the_line_does_not_hinder_learning():
    line = Line(noise(2, 4, -10), noise(9, 4, -30), hybrid(1, 25, 6)).cancelled()
    assert line.canceller.enhancement_db > 12
    assert db(line.left[16000:], line.near[16000:]) == pytest.approx(0, abs=2)


def test_double_talk_loses_little_and_leaves_the_speech(both_speak):
    assert both_speak.loss(2.5, 3) > 25
    assert both_speak.loss(3.3, 4) > 10
    assert both_speak.loss(4.1, 5) > 25
    part = slice(25000, 32000)
    assert np.corrcoef(both_speak.left[part], both_speak.near[part])[0, 1] > 0.95


def test_another_path_is_learned_anew():
    line = Line(noise(2, 4, -10), quiet(4), PATH, hybrid(2, 20, 8), at=16000).cancelled()
    assert line.loss(1.5, 2) > 30
    assert line.loss(3, 4) > 30
    talk = Line(speech(2, 5, -15), quiet(5), PATH, hybrid(2, 20, 8), at=16000).cancelled()
    assert talk.loss(3.5, 5) > 20


def test_what_is_said_while_nothing_is_heard_stays_as_it_was():
    said = through_alaw(speech(5, 2, -15))
    left = Canceller().cancel(np.zeros_like(said), said)
    np.testing.assert_array_equal(left, said)


@pytest.mark.parametrize(("tail_ms", "has"), [(1, 10), (16, 20), (32, 40), (64, 70), (80, 80)])
def test_a_tail_is_as_long_as_was_asked_for(tail_ms, has):
    canceller = Canceller(tail_ms)
    assert canceller.tail_ms == has
    within = Line(noise(2, 2, -10), quiet(2), hybrid(1, 1, 10, 8)).cancelled(canceller)
    assert within.loss(1, 2) > 30
    if has <= 60:  # later still is hidden in the delay of a path
        beyond = Line(noise(2, 2, -10), quiet(2), hybrid(1, has + 10, 10, 8))
        assert abs(beyond.cancelled(Canceller(tail_ms)).loss(1, 2)) < 3


def test_a_path_is_known_for_a_long_time_of_silence():
    far = np.concatenate([noise(2, 1.5, -10), np.zeros(8000 * 60), noise(3, 0.5, -10)])
    line = Line(far, quiet(62), PATH).cancelled()
    assert line.loss(61.5, 61.7) > 30


@pytest.mark.parametrize("hertz", [(1004,), (450,), (350, 440), (3999,)])
def test_tones_do_not_make_it_diverge(hertz):
    n = np.arange(8000 * 5)
    tone = sum(np.sqrt(2 * power(-13)) * np.sin(2 * np.pi * f / 8000 * n) for f in hertz)
    line = Line(tone, quiet(5), PATH, hybrid(2, 20, 8), at=20000).cancelled()
    assert line.loss(1.5, 2.5) > 20
    assert line.loss(4, 5) > 20
    after = Line(noise(4, 1, -10), quiet(1), hybrid(2, 20, 8)).cancelled(line.canceller)
    assert after.loss(0.5, 1) > 20


@pytest.mark.parametrize("seed", range(3))
def test_speech_that_is_no_echo_passes_while_a_tone_is_heard(seed):
    tone = np.sqrt(2 * power(-13)) * np.sin(2 * np.pi * 450 / 8000 * np.arange(24000))
    line = Line(tone, speech(seed, 3, -20), np.zeros(1)).cancelled()
    assert db(line.left[8000:], line.left[8000:] - line.near[8000:]) > 12


def test_digits_are_heard_through_the_echo_of_speech():
    digits = dtmf.tones("0123456789*#", 80, 80)
    near = np.concatenate([np.zeros(8000), digits / 3, np.zeros(800)])
    line = Line(speech(2, 5, -12)[: len(near)], near, hybrid(4, 25, 6)).cancelled()
    left = line.left[: len(line.left) // dtmf.HOP * dtmf.HOP]
    found = dtmf.Receiver(1).pcm(left.astype(np.int16)[None, :])
    assert "".join(one.digit for one in found) == "0123456789*#"


def test_what_remains_is_as_loud_as_the_line_itself():
    line = Line(noise(2, 4, -10), noise(9, 4, -50), PATH).cancelled()
    assert db(line.left[16000:], line.near[16000:]) == pytest.approx(1.5, abs=2)


def test_the_levels_of_the_line_are_told():
    line = Line(noise(2, 3, -10), quiet(3), hybrid(1, 25, 12)).cancelled()
    loss, enhancement = line.canceller.return_loss_db, line.canceller.enhancement_db
    assert loss == pytest.approx(12, abs=1)
    assert enhancement > 25
    assert Canceller().return_loss_db == Canceller().enhancement_db == 0


def test_an_echo_louder_than_the_sound_and_full_scale_are_survived():
    rng = np.random.default_rng(1)
    far = rng.choice(np.array([-32768, 32767], np.int16), 40_000)
    near = rng.choice(np.array([-32768, 32767], np.int16), 40_000)
    canceller = Canceller()
    canceller.cancel(far, near)
    calm = Line(noise(2, 2, -10), quiet(2), PATH).cancelled(canceller)
    assert calm.loss(1, 2) > 20


def test_lost_audio_is_not_learned():
    line = Line(noise(2, 4, -10), quiet(4), PATH)
    line.said[16000:20000] = 0
    line.cancelled()
    assert not line.left[16000:20000].any()
    assert line.loss(2.5, 2.7) > 30


@pytest.mark.parametrize(
    ("far", "near", "words"),
    [
        (np.zeros(40, np.int16), np.zeros(80, np.int16), "far has 40 samples, near 80"),
        (np.zeros(41, np.int16), np.zeros(41, np.int16), "is wanted, not int16 of shape"),
        (np.zeros(40), np.zeros(40, np.int16), "is wanted, not float64"),
        (np.zeros(40, np.int16), b"words", "is wanted"),
    ],
)
def test_what_are_no_blocks_is_refused(far, near, words):
    with pytest.raises(ValueError, match=words):
        Canceller().cancel(far, near)


@pytest.mark.parametrize("tail_ms", [0, -5, TAIL_MS_MAX + 1])
def test_a_tail_that_cannot_be_is_refused(tail_ms):
    with pytest.raises(ValueError, match="tail_ms is 1 to 80"):
        Canceller(tail_ms)


def test_a_line_that_has_no_echo_any_more_is_not_made_louder():
    gone = np.zeros(len(PATH))
    for far in (noise(2, 4, -10), speech(2, 4, -15)):
        line = Line(far, quiet(4), PATH, gone, at=16000).cancelled()
        assert db(line.left[18400:20800], line.said[18400:20800].astype(float)) < 3
        assert db(line.left[24000:], line.said[24000:].astype(float)) < 1
