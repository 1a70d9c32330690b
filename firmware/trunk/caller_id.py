"""Who calls, as the exchange tells an analogue line before or between the rings.

Two ways: a message by FSK (SDMF and MDMF of Telcordia GR-30-CORE; ETSI EN 300 659-3 has the same
form with more parameters; China YD/T 1277.1 takes over both), or DTMF digits between a start and
an end digit (ETSI EN 300 659-1 annex B).  Every byte here comes from a line and is hostile.
"""

from dataclasses import dataclass
from enum import StrEnum


class Presentation(StrEnum):
    """Whether there is a number, and why not."""

    ALLOWED = "allowed"
    PRIVATE = "private"
    """The caller withheld it."""
    UNAVAILABLE = "unavailable"
    """The exchange does not know it, or it came damaged."""


@dataclass(frozen=True)
class CallerId:
    """What is known of the caller."""

    number: str = ""
    """Digits, perhaps a + in front; empty unless `presentation` is ALLOWED."""
    presentation: Presentation = Presentation.UNAVAILABLE
    name: str = ""
    date_time: tuple[int, int, int, int] | None = None
    """Month, day, hour, minute of the exchange's clock, local time."""
