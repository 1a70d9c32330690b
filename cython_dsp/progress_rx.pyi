"""The kernel of supervision by ear alone, for tests and tools."""

import numpy as np
from numpy.typing import NDArray

def tones() -> list[tuple[str, str, float, list[tuple[int, int, int]]]]:
    """Return the rows of the table of tones: (zone, name, dBm0, [(hertz, hertz, ms) ...])."""

def fill(zone: str, name: str, pcm: NDArray[np.int16]) -> None:
    """Fill pcm with a tone from its beginning; ValueError when it is not in the table."""

class Listener:
    """Hears one line: tones of packed patterns, and silence and voice if asked."""

    def watch(self, packed: bytes) -> None:
        """Replace the patterns by these, each packed by TonePattern.packed()."""

    def activity(self, on: bool, silence_hops: int) -> None:
        """Tell of voice, and of so many hops (5 ms) of silence unless 0."""

    @property
    def suspects(self) -> bool: ...
    def take(
        self, pcm: NDArray[np.int16]
    ) -> list[tuple[int, int, int, float, float, float, float]]:
        """Hear whole hops of 40 samples: (hop, kind, value, hz, hz, dBm0, seconds) of each find."""
