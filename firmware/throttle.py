"""Growing delays after failures, by key.  Time is an argument."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """`free` failures cost nothing; the next delays double from `first_s` up to `most_s`."""

    free: int
    first_s: float
    most_s: float
    forget_s: float = 3600.0


PER_USER = Limits(free=5, first_s=2, most_s=60)
"""A minute at most: nobody can lock a colleague out for long."""
PER_ADDRESS = Limits(free=20, first_s=2, most_s=900)
"""An office behind one address has many people who mistype."""
_MOST_KEYS = 10_000


class Throttle:
    """Counts failures; the oldest keys are forgotten first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, key: str, now: float) -> float:
        """Seconds that this key must still wait; 0 = may try."""
        count, last = self._failures.get(key, (0, now))
        over = count - self._limits.free
        if over < 0:
            return 0.0
        delay = min(self._limits.most_s, self._limits.first_s * 2.0 ** min(over, 30))
        return max(0.0, last + delay - now)

    def failed(self, key: str, now: float) -> None:
        """Count a failure (before it is certain: `forgive` takes it back)."""
        count, last = self._failures.pop(key, (0, now))
        count = 0 if now - last > self._limits.forget_s else count
        self._failures[key] = (count + 1, now)
        if len(self._failures) > _MOST_KEYS:
            self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take the last failure back."""
        count, last = self._failures.get(key, (0, 0.0))
        if count > 1:
            self._failures[key] = (count - 1, last)
        else:
            self.clear(key)

    def clear(self, key: str) -> None:
        """Forget all failures of this key."""
        self._failures.pop(key, None)
