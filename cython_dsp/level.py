"""How loud somebody speaks, pauses left out: the active speech level of ITU-T P.56, method B.

    from cython_dsp import level
    said = level.Meter()
    said.pcm(samples)
    print(said.speech.dbm0, said.speech.activity)

Noise and silence between words do not lower it, as they do a mean power.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cython_dsp import level_rx

STEP = 8
"""Samples: what a meter hears at once is a multiple of it."""
SILENCE_DBM0 = -90.0


class Speech(NamedTuple):
    """What was said."""

    dbm0: float  # SILENCE_DBM0: nothing
    activity: float  # 0 to 1: part of the time


class Meter:
    """Hears one channel at 8 kHz."""

    def __init__(self) -> None:
        self._heard = level_rx.Level()

    def pcm(self, samples: NDArray[np.int16]) -> None:
        """Hear linear samples: int16 of shape (n * STEP,); ValueError for another."""
        found = np.asarray(samples)
        if found.dtype != np.int16 or found.ndim != 1 or found.size % STEP:
            wanted = f"int16 of shape (n * {STEP},)"
            raise ValueError(f"{wanted} is wanted, not {found.dtype.name} of shape {found.shape}")
        self._heard.take(np.ascontiguousarray(found))

    def fade(self, keep: float) -> None:
        """What was heard so far counts only so much (0 to 1) from now on; ValueError."""
        if not 0 <= keep <= 1:
            raise ValueError(f"keep is 0 to 1, not {keep}")
        self._heard.fade(keep)

    @property
    def speech(self) -> Speech:
        """Of everything heard so far."""
        return Speech(*self._heard.read())
