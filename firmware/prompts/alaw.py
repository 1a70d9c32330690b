"""G.711 at rest: clips to 16-bit samples and back, over whole files.

The call's own coding is the engine's; this is for the few files an operator or a tool makes.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
"""One channel, full scale 32768."""


SILENCE = b"\xd5"
"""The byte of silence (the positive one of the two nearest to zero)."""


def _alaw_table() -> NDArray[np.int16]:
    """G.711 table 1a: sign, 3 bits of segment, 4 bits of step, every second bit inverted."""
    code = np.arange(256) ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    magnitude = np.where(
        segment == 0, step * 16 + 8, (step * 16 + 264) << np.maximum(segment - 1, 0)
    )
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


ALAW = _alaw_table()
_ORDER = np.argsort(ALAW)  # codes by rising value
_EDGES = (np.sort(ALAW)[1:].astype(np.int32) + np.sort(ALAW)[:-1]) / 2.0


def decode(clip: bytes) -> Samples:
    """A-law bytes to samples."""
    return ALAW[np.frombuffer(clip, np.uint8)].astype(np.float64)


def encode(samples: Samples) -> bytes:
    """Samples to the nearest A-law bytes; beyond full scale they clip."""
    return _ORDER[np.searchsorted(_EDGES, samples, side="right")].astype(np.uint8).tobytes()
