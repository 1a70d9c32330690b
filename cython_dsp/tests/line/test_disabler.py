"""The tone disabler against its definition and the numbers of ITU-T G.168, clause 7."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cython_dsp import dtmf, reference_disabler
from cython_dsp.echo import BLOCK, Canceller
from cython_dsp.tests.line.modems import answering
from cython_dsp.tests.line.paths import Line, hybrid, noise, speech, through_alaw
from cython_dsp.tests.tones.signals import music_like, speech_like, to_pcm


def disabled(far, near, canceller=None):
    """Whether the canceller is off after each block; both int16."""
    canceller, told = canceller or Canceller(10), []
    for at in range(0, len(near) // BLOCK * BLOCK, BLOCK):
        canceller.cancel(far[at : at + BLOCK], near[at : at + BLOCK])
        told.append(canceller.disabled)
    return np.array(told)


def defined(far, near):
    plain = reference_disabler.Disabler()
    whole = range(0, len(near) // BLOCK * BLOCK, BLOCK)
    return np.array([plain.block(far[at : at + BLOCK], near[at : at + BLOCK]) for at in whole])


def on_line(x, side=1):
    """That side says x through A-law, the other is silent."""
    said = through_alaw(x)
    quiet = np.zeros_like(said)
    return disabled(quiet, said) if side else disabled(said, quiet)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(2050, 2150),
    st.floats(-36, 0),
    st.floats(0.4, 0.5),
    st.floats(90, 270),
    st.floats(-60, -20),
    st.integers(0, 2000),
)
@example(2125.0, 0.0, 0.4375, 135.0, -20.0, 0)  # a zero with a sign is no reversal
def test_it_equals_its_definition(hertz, level, period, turn, hiss, late):
    x = np.concatenate([np.zeros(late), answering(1.6, hertz, level, period, turn), np.zeros(4000)])
    near = to_pcm(x + noise(late, len(x) / 8000, hiss))
    far = to_pcm(noise(late + 1, len(x) / 8000, hiss))
    np.testing.assert_array_equal(disabled(far, near), defined(far, near))
    np.testing.assert_array_equal(disabled(near, far), defined(near, far))


@settings(max_examples=30, deadline=None)
@given(arrays(np.int16, (2, 400)), st.integers(1, 20))
def test_it_equals_its_definition_with_any_samples(pcm, times):
    far, near = np.tile(pcm, times)
    np.testing.assert_array_equal(disabled(far, near), defined(far, near))


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("hertz", [2079, 2085, 2100, 2115, 2121])
@pytest.mark.parametrize("level", [-31, -12, 0])
def test_the_tone_on_either_path_switches_off_within_a_second(side, hertz, level):
    for phase in range(0, 40, 7):  # of the reversal in a block
        told = on_line(np.concatenate([np.zeros(phase), answering(2, hertz, level)]), side)
        first = int(told.argmax())
        assert told[first:].all()
        assert 900 <= 5 * (first + 1) <= 1000


@pytest.mark.parametrize("period", [0.425, 0.45, 0.475])
@pytest.mark.parametrize("turn", [155, 170, 180, 205])
@pytest.mark.parametrize("ringing", [0, 0.2])
def test_reversals_may_be_as_early_late_and_small_as_allowed(period, turn, ringing):
    for hertz in (2079, 2100, 2121):
        told = on_line(answering(1, hertz, -20, period, turn, ringing))
        assert told[-1]


@pytest.mark.parametrize("hertz", [2079, 2100, 2121])
def test_noise_11_db_below_the_tone_does_not_hinder(hertz):
    for seed in range(20):
        x = answering(2, hertz, -20) + noise(seed, 2, -31)
        assert on_line(x).any()


@pytest.mark.parametrize(
    "x",
    [
        answering(10, turn=0),  # plain: of fax without V.34, for echo suppressors only
        answering(10, turn=110),
        answering(10, turn=-110),
        answering(10, hertz=2079, turn=110),
        answering(10, hertz=2121, turn=-110),
        answering(10, period=0.38),
        answering(10, period=0.53),
        answering(10, level=-37),
        answering(10, hertz=2010),
        answering(10, hertz=2190),
        answering(0.8),  # only one reversal
    ],
)
def test_what_is_not_that_tone_does_not_switch_off(x):
    assert not on_line(x).any()


@pytest.mark.parametrize("seed", range(3))
def test_speech_music_and_digits_do_not_switch_off(seed):
    digits = to_pcm(np.tile(dtmf.tones("0123456789*#ABCD", 80, 40), 8))
    for pcm in (speech_like(seed, 30), music_like(seed, 30), digits):
        assert not on_line(pcm.astype(float)).any()


@pytest.mark.parametrize("seed", range(3))
def test_two_tones_that_begin_anew_are_no_reversal(seed):
    starts = np.random.default_rng(seed).uniform(0.1, 0.4, 20)
    parts = [np.concatenate([answering(on, turn=0), np.zeros(400)]) for on in starts]
    assert not on_line(np.concatenate(parts)).any()


@pytest.mark.parametrize("after", [noise(1, 2, -28), speech(1, 2, -10), answering(2, 500, -25)])
def test_it_stays_off_while_anything_is_heard_on_either_path(after):
    x = np.concatenate([answering(1.2), np.zeros(800), after])  # 100 ms may be silent
    assert on_line(x)[200:].all()
    tone, rest = through_alaw(answering(1.2)), through_alaw(after)
    far = np.concatenate([np.zeros_like(tone), rest])
    near = np.concatenate([tone, np.zeros_like(rest)])
    assert disabled(far, near)[200:].all()


@pytest.mark.parametrize("level", [-36, -60, -90])
def test_it_comes_back_within_400_ms_of_silence(level):
    told = on_line(np.concatenate([answering(1.2), noise(1, 1, level)]))
    back = int(np.flatnonzero(told)[-1]) + 1 - 240
    assert 100 <= 5 * back <= 400


def test_a_fax_passes_unchanged_and_the_canceller_comes_back():
    canceller = Canceller()
    path = hybrid(1, 25, 10)
    talk = Line(noise(2, 2, -10), noise(9, 2, -65), path).cancelled(canceller)
    assert talk.loss(1, 2) > 30
    fax = Line(0.1 * noise(3, 4, -20), answering(4, level=-15), path).cancelled(canceller)
    assert canceller.disabled
    np.testing.assert_array_equal(fax.left[8000:], fax.said[8000:])
    Line(np.zeros(4000), np.zeros(4000), path).cancelled(canceller)
    assert not canceller.disabled
    again = Line(noise(4, 1, -10), noise(9, 1, -65), path).cancelled(canceller)
    assert again.loss(0.1, 1) > 25
