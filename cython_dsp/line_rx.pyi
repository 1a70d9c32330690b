"""The caller's number on an analogue line, for tests and tools."""

import numpy as np
from numpy.typing import NDArray

class CallerIdReceiver:
    """Hears Bell 202 and V.23 at once."""

    def take(self, pcm: NDArray[np.int16]) -> list[bytes]:
        """Return the messages in whole blocks of 40 samples: standard, type, length, payload."""
