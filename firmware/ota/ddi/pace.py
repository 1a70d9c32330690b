"""When the server is asked again.  Pure: chance and time are arguments."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LEAST_S = 10.0
"""Of our own will; a server may ask for less."""
BUSY_S = 60.0
"""At most, while an action of the server's is under way: it may be cancelled."""
_MOST_S = 86400.0
_MOST_BACK_OFF_S = 3600.0
_JITTER = 0.1


class Pace:
    """A fleet must not ask in step: each wait differs by up to a tenth."""

    def __init__(self, chance: Callable[[], float]) -> None:
        """`chance` gives 0 to 1."""
        self._chance = chance
        self._failures = 0

    def answered(self, told_s: float | None, own_s: float, *, busy: bool = False) -> float:
        """Seconds to wait after an answer: the server's word, else our own interval."""
        self._failures = 0
        wanted = own_s if told_s is None else told_s
        if busy:
            wanted = min(wanted, BUSY_S)
        least = LEAST_S if told_s is None else min(LEAST_S, told_s)
        return max(least, wanted * (1 + _JITTER * (2 * self._chance() - 1)))

    def failed(self, retry_after_s: float | None = None) -> float:
        """Seconds to wait after a failure: doubling up to an hour, never before Retry-After."""
        self._failures = min(self._failures + 1, 30)
        back_off = min(_MOST_BACK_OFF_S, LEAST_S * 2.0 ** (self._failures - 1))
        back_off *= 1 + _JITTER * (2 * self._chance() - 1)
        asked = (retry_after_s or 0) * (1 + _JITTER * self._chance())
        return max(LEAST_S, back_off, asked)


def retry_after_s(value: str | None, now: datetime | None = None) -> float | None:
    """A Retry-After header in seconds, 0 to a day; None when there is none that is understood."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(_MOST_S, float(value.strip()[:9]))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, min(_MOST_S, (moment - (now or datetime.now(UTC))).total_seconds()))
