"""Clips as samples of full precision, and back; the coding itself is the engine's."""

import numpy as np
from numpy.typing import NDArray

from cython_dsp import g711

Samples = NDArray[np.float64]
"""One channel, full scale 32768."""

SILENCE = b"\xd5"
"""The byte of silence (the positive one of the two nearest to zero)."""


def decode(clip: bytes) -> Samples:
    """A-law bytes to samples."""
    return g711.decode(np.frombuffer(clip, np.uint8)).astype(np.float64)


def encode(samples: Samples) -> bytes:
    """Samples to A-law bytes; beyond full scale they clip."""
    whole = np.floor(np.clip(samples, -32768, 32767))
    return g711.encode(whole.astype(np.int16)).tobytes()
