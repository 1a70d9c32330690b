"""The engine's kernels, each alone, for tests and tools: framing, mixing, rings, lateness."""

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

class Lateness:
    """A histogram of lateness; `cython_dsp.engine.lateness` says what its buckets are."""

    def add(self, ns: int) -> None:
        """Count something that was so late."""

    def counts(self) -> list[int]:
        """Return how many there were in each bucket."""

class Due:
    """When the blocks of a board are due, by its own clock; times in ns."""

    def next(self, arrival_ns: int, period_ns: int) -> int:
        """Return when the block that has arrived was due."""

    def skip(self, blocks: int) -> None:
        """So many have come that nobody asks about."""

class Bare:
    """A timer and nothing else: `run` in a thread, until `stop`."""

    def run(self, period_ns: int) -> None:
        """Wake up each period, and count how late; without the GIL."""

    def stop(self) -> None:
        """`run` returns within a period."""

    def counts(self) -> list[int]:
        """Return the histogram, as `Lateness` does."""

    def more_late(self) -> int:
        """Return how often it was late by more than a period."""
