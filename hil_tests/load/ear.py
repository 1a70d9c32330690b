"""Whether somebody heard what he had to hear."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware.contract.views import CallPart
from hil_tests.load.marks import WINDOW_MS
from hil_tests.load.tracks import Track

MISSED = 0.04
"""Part of the windows that may be unclear: prompts that are spoken over a conversation."""
WAY_MS = 200.0
"""The sound is on its way for so long at most."""


@dataclass(frozen=True)
class Ear:
    """Somebody who has to hear a mark."""

    who: str
    track: Track
    mark: int

    def misses(self, part: CallPart, spoken: Sequence[tuple[float, float]]) -> Iterator[str]:
        """Whether the mark is heard in all that was spoken, but for the way of the sound."""
        due = wrong = 0
        for begin, end in spoken:
            span = end - begin - WAY_MS
            windows = max(0, int(span // WINDOW_MS) - 1)  # one is cut by each border
            marks = self.track.between(begin + WAY_MS, end)
            due += windows
            wrong += max(0, windows - sum(one == self.mark for one in marks))
        if wrong > max(1, MISSED * due):
            yield f"{self.who} the wrong thing in {wrong} of {due} windows with {part.who}"
