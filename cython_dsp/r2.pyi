"""The multifrequency signals of Signalling System R2 (ITU-T Q.441): made, and heard."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HOP: int
RATE: int
FORWARD: tuple[int, ...]
BACKWARD: tuple[int, ...]

class Change(NamedTuple):
    """What is heard has changed: in samples since the receiver was made."""

    signal: int
    at: int

def tones(
    signals: Iterable[int],
    on_ms: float,
    off_ms: float,
    *,
    backward: bool = False,
    level_dbm0: float = -11.5,
) -> NDArray[np.int16]:
    """Return int16 samples of signals with a pause after each; ValueError for what is none."""

class Receiver:
    """Hears the signals of one direction in one channel."""

    samples: int

    def __init__(self, *, backward: bool = False) -> None: ...
    def pcm(self, samples: NDArray[np.int16]) -> list[Change]:
        """Hear linear samples: int16 of shape (n * HOP,); ValueError for another."""
