"""What was heard, on the time line: who, window by window."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil_tests.load.marks import WINDOW_MS, marks


@dataclass(frozen=True)
class Track:
    """Marks of windows of 0.25 s from a time in virtual UTC milliseconds."""

    start_ms: float
    marks: tuple[int, ...] = ()

    @classmethod
    def of(cls, start_ms: float, samples: NDArray[np.int16]) -> "Track":
        """Listen to int16 samples."""
        return cls(start_ms, tuple(marks(samples)))

    @property
    def end_ms(self) -> float:
        """After the last window."""
        return self.start_ms + WINDOW_MS * len(self.marks)

    def between(self, start_ms: float, end_ms: float) -> tuple[int, ...]:
        """The marks of the windows that are wholly in between."""
        first = max(0, -int((self.start_ms - start_ms) // WINDOW_MS))
        last = int((end_ms - self.start_ms) // WINDOW_MS)
        return self.marks[first : max(first, last)]

    def stretches(self, wanted: frozenset[int] | set[int]) -> list[tuple[int, float, float]]:
        """(mark, from, to) in ms for each unbroken stretch of one of these marks."""
        found: list[tuple[int, float, float]] = []
        for at, mark in enumerate(self.marks):
            begin = self.start_ms + at * WINDOW_MS
            if mark not in wanted:
                continue
            if found and found[-1][0] == mark and found[-1][2] == begin:
                found[-1] = (mark, found[-1][1], begin + WINDOW_MS)
            else:
                found.append((mark, begin, begin + WINDOW_MS))
        return found
