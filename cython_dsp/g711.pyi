"""G.711 A-law and mu-law: codes <-> 16-bit linear samples."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

_Law = Literal["alaw", "ulaw"]

def decode(codes: NDArray[np.uint8], law: _Law = "alaw") -> NDArray[np.int16]:
    """Return samples, shaped as these codes; ValueError for another type."""

def encode(samples: NDArray[np.int16], law: _Law = "alaw") -> NDArray[np.uint8]:
    """Return codes, shaped as these samples; ValueError for another type."""

Bytes = bytes | bytearray | memoryview

def alaw_decode(code: Bytes) -> bytes:
    """Return the 16-bit PCM of these A-law codes."""

def alaw_encode(pcm: Bytes) -> bytes:
    """Return the A-law codes of this 16-bit PCM; ValueError when it ends in half a sample."""

def ulaw_decode(code: Bytes) -> bytes:
    """Return the 16-bit PCM of these mu-law codes."""

def ulaw_encode(pcm: Bytes) -> bytes:
    """Return the mu-law codes of this 16-bit PCM; ValueError when it ends in half a sample."""
