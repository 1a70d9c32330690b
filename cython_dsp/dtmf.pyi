"""DTMF after ITU-T Q.23 and Q.24: a receiver for any number of channels, a sender."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE: int
HOP: int

class Digit(NamedTuple):
    """One that was heard: times in samples since the receiver was made, levels in dBm0."""

    channel: int
    digit: str
    start: int
    end: int
    low: float
    high: float

class Receiver:
    """Hears digits in `channels` channels; what was heard before counts in the next block."""

    channels: int
    samples: int

    def __init__(self, channels: int) -> None: ...
    def pcm(self, samples: NDArray[np.int16]) -> list[Digit]:
        """Hear linear samples: int16 of shape (channels, n * HOP)."""

    def alaw(self, codes: NDArray[np.uint8]) -> list[Digit]:
        """Hear A-law codes, each channel's in a row: uint8 of shape (channels, n * HOP)."""

    def bus(self, codes: NDArray[np.uint8]) -> list[Digit]:
        """Hear A-law codes as an E1 bus has them: uint8 of shape (n * HOP, channels)."""

def tones(digits: str, on_ms: int = 100, off_ms: int = 100) -> NDArray[np.int16]:
    """Return int16 samples of these digits, each with its pause; ValueError when they cannot be."""
