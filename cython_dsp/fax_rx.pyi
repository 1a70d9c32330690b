"""The kernel that hears CED and the preamble of V.21, for cython_dsp/fax.py and tests."""

import numpy as np
from numpy.typing import NDArray

class Listener:
    """Hears one line."""

    def take(self, pcm: NDArray[np.int16]) -> list[tuple[int, int, float, float]]:
        """Hear whole blocks of 40 samples: (block, kind, hz, dBm0) of each find."""
