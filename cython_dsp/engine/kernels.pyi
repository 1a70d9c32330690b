"""The engine's kernels, each alone, for tests and tools: framing, mixing, rings."""

import numpy as np
from numpy.typing import NDArray

def seal(body: bytes) -> bytes:
    """Return what goes on the wire for header and payload; ValueError when it is too long."""

class Receiver:
    """Takes a byte stream apart."""

    def feed(self, data: bytes) -> list[bytes | int]:
        """Return what `data` completes: checked bodies, or the negative number of what is wrong."""

def mix(talk: NDArray[np.int16], gain: NDArray[np.int32], hear: NDArray[np.int16]) -> None:
    """Put the gain-weighted sum of the rows of talk into hear; gains are Q12, 0 to 16384."""

class Ring:
    """A ring of messages; room is a power of two."""

    def __init__(self, room: int) -> None: ...
    def put(self, message: bytes) -> bool:
        """Append a message; False when it does not fit."""

    def get(self) -> bytes | None:
        """Take the oldest message; None when there is none."""
