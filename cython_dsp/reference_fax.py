"""Slow, plain definition of the fax tones (ITU-T T.30): what fax_tones.c equals but for rounding.

CED is 200 blocks of 5 ms in which the answering tone (reference_disabler.py) is not lost.  The
preamble of V.21 is heard by its frequency: the signal is turned down by 1750 Hz and filtered, the
turn from sample to sample is smoothed over half a bit, and below 0 is mark.  A flag is a run of
six bits of mark and one of two bits of space.
"""

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from cython_dsp.reference import Samples
from cython_dsp.reference_disabler import LOST, AnswerTone
from cython_dsp.reference_tones import FULL

BLOCK = 40
CED, PREAMBLE = 1, 2
HEARD, NEAR_2100, CED_BLOCKS = 8239.0, 0.7071, 200
FLOOR, SMOOTH, FLAGS = 4120.0, 13, 8
MARK_SAMPLES, SPACE_SAMPLES, TOLERANCE = 160.0, 53.33, 16.0

Find = tuple[int, int, float, float]
"""Block, kind, Hz, dBm0."""


def finds(pcm: Samples) -> list[Find]:
    """Return what is heard in whole blocks."""
    return sorted(_answered(pcm) + _flagged(pcm))


def _level(mean_square: float) -> float:
    return float(10 * np.log10(mean_square / (FULL**2 / 2)))


def _answered(pcm: Samples) -> list[Find]:
    tone, blocks, found = AnswerTone(), 0, []
    for block in range(len(pcm) // BLOCK):
        pure = tone.block(pcm[block * BLOCK : (block + 1) * BLOCK], HEARD)
        off = tone.lost >= LOST or (pure and not tone.is_near(NEAR_2100))
        blocks = 0 if off else blocks + 1
        if blocks == CED_BLOCKS:
            hertz = 2100 + float(np.angle(tone.drift)) * 200 / (2 * np.pi)
            found.append((block, CED, hertz, _level(tone.power)))
    return found


def _down(pcm: Samples) -> NDArray[np.complex128]:
    at_zero = pcm * np.exp(-2j * np.pi * 1750 / 8000 * np.arange(len(pcm)))
    return np.convolve(at_zero, _low_pass())[: len(pcm)]


def _low_pass() -> NDArray[np.float64]:
    """24 taps, -6 dB at 300 Hz, Hamming window."""
    taps = np.sinc(2 * 300 / 8000 * (np.arange(24) - 11.5)) * np.hamming(24)
    return np.asarray(taps / taps.sum())


def _flagged(pcm: Samples) -> list[Find]:
    z = _down(pcm)
    turns = np.angle(z * np.concatenate([[0], z[:-1]]).conj())
    marks = np.convolve(turns, np.ones(SMOOTH))[: len(turns)] < 0
    power = (np.abs(z.reshape(-1, BLOCK)) ** 2).mean(1)
    loud = np.repeat(power >= FLOOR, BLOCK)
    found = []
    at = 0
    for is_loud, stretch in groupby(loud):
        n = len(list(stretch))
        if is_loud:
            told = _flags(marks[at : at + n])
            found += [((at + i) // BLOCK) for i in told]
        at += n
    return [(block, PREAMBLE, 0.0, _level(2 * float(power[block]))) for block in found]


def _flags(marks: NDArray[np.bool_]) -> list[int]:
    """Samples at which the eighth flag in sequence was over."""
    at, flags, mark_fits, told = 0, 0, False, []
    for mark, run in groupby(marks):
        n = len(list(run))
        at += n
        if at == len(marks):
            break  # it is not over
        fits = abs(n - (MARK_SAMPLES if mark else SPACE_SAMPLES)) <= TOLERANCE
        flags = flags + (not mark and mark_fits) if fits else 0
        if fits and not mark and mark_fits and flags == FLAGS:
            told.append(at)
        mark_fits = bool(mark and fits)
    return told
