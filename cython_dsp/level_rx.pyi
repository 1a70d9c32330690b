"""The kernel of the active speech level, for cython_dsp/level.py and tests."""

import numpy as np
from numpy.typing import NDArray

class Level:
    """Hears one channel."""

    def take(self, pcm: NDArray[np.int16]) -> None:
        """Hear whole steps of 8 samples, 2^28 at most."""

    def fade(self, keep: float) -> None:
        """What was heard so far counts only so much from now on."""

    def read(self) -> tuple[float, float]:
        """(dBm0 while somebody speaks, part of the time)."""
