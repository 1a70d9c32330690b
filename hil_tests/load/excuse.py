"""What a fault excuses in the calls it touched; everything else of them is judged as ever."""

from dataclasses import dataclass

from firmware.contract.model import Cause, Outcome
from firmware.contract.model import Party as By
from firmware.contract.views import CallRecord

NEAR_MS = 100.0
AGAIN_MS = 1000.0 + NEAR_MS
"""A recording that could not be begun is tried again so often."""
UNHEARD_MS = 4000.0 + NEAR_MS
"""Messages under way when layer 2 is set up anew are lost: T303 or T313 (Q.931 9.5) ends a call."""
SIGN_OF_LIFE_MS = 1000.0
"""The box notes so often that it lives while a call is open (`firmware.store.writer`)."""
Span = tuple[float, float]


@dataclass(frozen=True)
class Excuse:
    """Of one call; times in virtual UTC milliseconds.

    `start_ms` to `until_ms`: the fault began, the box was back as if nothing had been.
    """

    start_ms: float
    until_ms: float
    lost_ms: float = 0.0
    """What happened so shortly before it may be lost (DESIGN section 3)."""
    causes: frozenset[Cause] = frozenset()
    """The box may end the call within the span with one of these; empty: it goes on."""
    sound: bool = False
    """Nobody vouches for what is heard within the span."""
    files: bool = False
    """A recording may miss what was said within the span."""
    signals: bool = False
    """What either side tells within the span the other may learn later, or never."""

    @property
    def from_ms(self) -> float:
        """What was before this is as it always is."""
        return self.start_ms - self.lost_ms

    def has(self, at_ms: float | None, *, unheard: bool = False) -> bool:
        """Whether this was within the span, or of a call whose answer the exchange never heard."""
        latest = self.until_ms + (UNHEARD_MS if unheard else NEAR_MS)
        return at_ms is not None and self.from_ms <= at_ms <= latest

    def misses(self, begin_ms: float, end_ms: float) -> bool:
        """Whether a recording of this time may be missing."""
        return self.files and begin_ms < self.until_ms + AGAIN_MS and end_ms > self.from_ms

    def over(self, at_ms: float | None) -> bool:
        """The same for an end that the box knows by its sign of life."""
        return at_ms is not None and self.from_ms - SIGN_OF_LIFE_MS <= at_ms <= self.until_ms

    def ended(self, record: CallRecord) -> bool:
        """Whether the fault ended it in the box, and the record says so."""
        return (
            record.cause in self.causes
            and record.by is By.BOX
            and self.over(record.end_ms)
            and (record.cause is Cause.BOX_RESTART) == (record.outcome is Outcome.BOX_RESTART)
        )

    def without(self, spans: list[Span], *, file: bool = False) -> list[Span]:
        """The parts of spans for which somebody vouches."""
        if not (self.sound or (file and self.files)):
            return spans
        cut: list[Span] = []
        for begin, end in spans:
            cut += [(begin, min(end, self.from_ms)), (max(begin, self.until_ms), end)]
        return [(begin, end) for begin, end in cut if begin < end]
