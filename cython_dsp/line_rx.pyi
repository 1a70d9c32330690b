"""What the engine does for an analogue line, each alone, for tests and tools."""

import numpy as np
from numpy.typing import NDArray

BLOCK: int
PATH_SAMPLES: int

class CallerIdReceiver:
    """Hears Bell 202 and V.23 at once."""

    def take(self, pcm: NDArray[np.int16]) -> list[bytes]:
        """Return the messages in whole blocks of 40 samples: standard, type, length, payload."""

class EchoCanceller:
    """The canceller of one line."""

    def cancel(self, far: NDArray[np.int16], near: NDArray[np.int16]) -> None:
        """Take the echo of far out of near, in place; whole blocks of 40 samples."""

    def levels(self) -> tuple[float, float]:
        """Return echo return loss and its enhancement in dB."""
