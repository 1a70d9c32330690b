"""When a board's tick was, on the host's clock.

A frame arrives some milliseconds, seldom more, after its tick; one that is sent again arrives
later still.  So the smallest difference among the latest frames is the true one, as near as it
can be known, and follows the drift of the two clocks.
"""

from collections import deque

_FRAMES_A_SECOND = 8000
_REMEMBERED = 64  # frames: half a minute of LINES


class TickTime:
    """Of one board, from its start on (ticks wrap at 2**32, after 6.2 days)."""

    def __init__(self) -> None:
        self._latest: int | None = None  # without wrapping
        self._differences: deque[float] = deque(maxlen=_REMEMBERED)

    def heard(self, tick: int, now: float) -> None:
        """A frame of this tick arrived at `now`, monotonic seconds."""
        whole = self._unwrapped(tick)
        if self._latest is None or whole > self._latest:
            self._latest = whole
        self._differences.append(now - whole / _FRAMES_A_SECOND)

    def at(self, tick: int, now: float) -> float:
        """When that tick was: never after `now`."""
        if not self._differences:
            return now
        return min(now, self._unwrapped(tick) / _FRAMES_A_SECOND + min(self._differences))

    def _unwrapped(self, tick: int) -> int:
        if self._latest is None:
            return tick
        ahead = (tick - self._latest) & 0xFFFFFFFF
        return self._latest + (ahead if ahead < 1 << 31 else ahead - (1 << 32))
