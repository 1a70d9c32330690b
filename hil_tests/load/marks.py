"""Who speaks: everybody has a pair of tones, found again in what others hear.

Between the frequencies of keys, call progress and facsimile, and below 3.4 kHz:

    2240 ... 2680 Hz (23)  and  2760 ... 3200 Hz (23), each a multiple of 20 Hz

Agents and callers have no tone in common: what the far end speaks, too, is echo to a canceller.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from board.sim.alaw import RATE, encode

LOW, HIGH = np.arange(2240, 2700, 20), np.arange(2760, 3220, 20)
_EACH = len(HIGH)
_AGENTS = 10  # tones of either group


def _pairs(tones: range) -> Sequence[int]:
    return [1 + low * _EACH + high for low in tones for high in tones]


AGENTS, CALLERS = _pairs(range(_AGENTS)), _pairs(range(_AGENTS, _EACH))
"""Marks of 100 agents and of 169 callers."""
MOST = len(LOW) * _EACH
"""Marks are 1 to this."""
NOBODY, SEVERAL = 0, -1
WINDOW = 2000  # samples: bins of 4 Hz
WINDOW_MS = 1000 * WINDOW / RATE
LEVEL_DBM0 = -16.0
"""Of each tone."""
_FULL_SCALE_DBM0 = 3.14
_FAINT_DBM0 = -36.0
_CLEAR_DB = 6.0
"""The strongest tone of a group is so much above the next, else there are several people."""
_LOOP = RATE // 20  # samples: all frequencies begin again

_WINDOW = np.hanning(WINDOW)
_WINDOW *= 2 / _WINDOW.sum() / 32768
_LOW_BINS, _HIGH_BINS = LOW * WINDOW // RATE, HIGH * WINDOW // RATE


def tones(mark: int) -> tuple[int, int]:
    """Frequencies in Hz.  ValueError for what is no mark."""
    if not 1 <= mark <= MOST:
        raise ValueError(f"no mark: {mark}")
    low, high = divmod(mark - 1, _EACH)
    return int(LOW[low]), int(HIGH[high])


def voice(mark: int) -> bytes:
    """A-law, 50 ms: said again and again it has no seam."""
    amplitude = 32768 * 10 ** ((LEVEL_DBM0 - _FULL_SCALE_DBM0) / 20)
    at = np.arange(_LOOP) * 2 * np.pi / RATE
    both = sum(amplitude * np.sin(at * tone) for tone in tones(mark))
    return encode(np.rint(both).astype(np.int16))


def marks(samples: NDArray[np.int16]) -> list[int]:
    """Who is heard in each window of 0.25 s; what does not fill one is left out."""
    count = len(samples) // WINDOW
    found = np.fft.rfft(samples[: count * WINDOW].reshape(count, WINDOW) * _WINDOW)
    low, high = (_strongest(np.abs(found[:, bins])) for bins in (_LOW_BINS, _HIGH_BINS))
    both = (low >= 0) & (high >= 0)
    several = (low == SEVERAL - 1) | (high == SEVERAL - 1)
    marks = np.where(both, low * _EACH + high + 1, np.where(several, SEVERAL, NOBODY))
    return [int(mark) for mark in marks]


def _strongest(group: NDArray[np.float64]) -> NDArray[np.int64]:
    """Its index, -1 where all is faint, -2 where two are strong."""
    index = np.argmax(group, axis=1)
    order = np.sort(group, axis=1)
    faint = order[:, -1] < 10 ** ((_FAINT_DBM0 - _FULL_SCALE_DBM0) / 20)
    alone = order[:, -1] >= order[:, -2] * 10 ** (_CLEAR_DB / 20)
    return np.where(faint, NOBODY - 1, np.where(alone, index, SEVERAL - 1))
