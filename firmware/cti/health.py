"""How the box is, for callbox-ota: calls, boards, database, and since when calls are possible."""

from dataclasses import dataclass

from firmware.contract.events import ChannelChanged, LineChanged, Recorded, SpanChanged
from firmware.contract.ids import TrunkId
from firmware.contract.model import LineState
from firmware.contract.update import BoardHealth, Health
from firmware.cti.control import CallControl
from firmware.store.boards import BoardsSeen
from firmware.switching.spans import Spans
from firmware.trunk.line_span import LineSpan
from firmware.trunk.span import Span

_NEWS = (SpanChanged, ChannelChanged, LineChanged)


@dataclass(frozen=True)
class Release:
    """What runs: version of the program, revision of its schema."""

    version: str
    database: str


class HealthBook:
    """`take` follows the ledger.  Belongs to the loop."""

    def __init__(
        self,
        control: CallControl,
        spans: Spans,
        seen: BoardsSeen,
        release: Release,
    ) -> None:
        self._control, self._spans, self._seen = control, spans, seen
        self._release = release
        self._clock = control.office.clock
        self._began_s = self._clock.monotonic()
        self._possible_ms: int | None = None

    def take(self, recorded: Recorded) -> None:
        """An event of the ledger: has a board or a line come into service by it?"""
        if isinstance(recorded.event, _NEWS):
            self.look()

    def look(self) -> None:
        """Note the boards that are there, and the moment at which calls became possible."""
        now_ms = self._clock.utc_ms()
        for trunk, span in self._all().items():
            if span.board.ready:
                self._seen.note(trunk, now_ms)
        if self._possible_ms is None and self._serving():
            self._possible_ms = now_ms

    def health(self) -> Health:
        """Now."""
        self.look()
        calls = list(self._control.calls)
        return Health(
            version=self._release.version,
            calls=len(calls),
            emergency_calls=sum(call.story.emergency for call in calls),
            draining=self._control.draining.on,
            boards=tuple(self._board(trunk, span) for trunk, span in self._all().items()),
            database=self._release.database,
            timezone=self._control.office.settings().site.timezone,
            up_s=round(self._clock.monotonic() - self._began_s, 3),
            call_possible_ms=self._possible_ms,
        )

    def _all(self) -> dict[TrunkId, Span | LineSpan]:
        both: dict[str, Span | LineSpan] = {**self._spans.spans, **self._spans.analog}
        return {TrunkId(key): span for key, span in both.items()}

    def _serving(self) -> bool:
        """Every trunk that had its board before is in service."""
        group = self._spans.group
        awaited = self._seen.before & self._all().keys()
        return all(
            group.trunks[key].serves
            if key in group.trunks
            else any(
                line.shown is not LineState.OUT_OF_SERVICE
                for line in group.analog[key].lines.values()
            )
            for key in awaited
        )

    def _board(self, trunk: TrunkId, span: Span | LineSpan) -> BoardHealth:
        kind, there = ("e1" if isinstance(span, Span) else "fxo"), span.board.ready
        firmware = span.board.firmware if there else ""
        wanted = span.board.firmware_view().wanted
        return BoardHealth(trunk, kind, there, firmware, self._seen.has(trunk), wanted)
