"""Parts of a call: stretches of one kind, opened and closed by events."""

from dataclasses import dataclass

from firmware.contract.ids import CallId
from firmware.store.changes import Change


@dataclass(frozen=True)
class Part:
    """A stretch that has begun."""

    key: str
    kind: str
    who: str
    start_ms: int


class Parts:
    """The open stretches of one call; at most one of each kind and person."""

    def __init__(self, call: CallId) -> None:
        self._call = call
        self._open: dict[tuple[str, str], Part] = {}

    def begin(self, seq: int, at_ms: int, kind: str, who: str) -> list[Change]:
        """Open a stretch, unless it is open already."""
        if (kind, who) in self._open:
            return []
        part = Part(f"{seq}.{kind}", kind, who, at_ms)
        self._open[kind, who] = part
        return [begun(self._call, seq, part)]

    def end(self, at_ms: int, kind: str, who: str | None = None) -> tuple[list[Change], int]:
        """Close the stretches of this kind (and person); the changes and the milliseconds."""
        ended = [p for p in self._open.values() if p.kind == kind and who in (None, p.who)]
        for part in ended:
            del self._open[part.kind, part.who]
        return [ended_at(p, at_ms) for p in ended], sum(at_ms - p.start_ms for p in ended)

    def whose(self, kind: str) -> str | None:
        """The person of the open stretch of this kind."""
        return next((p.who for p in self._open.values() if p.kind == kind), None)


def begun(call: CallId, seq: int, part: Part) -> Change:
    """The new row of a stretch."""
    row = {
        "call": call,
        "seq": seq,
        "kind": part.kind,
        "who": part.who,
        "start_ms": part.start_ms,
        "end_ms": None,
    }
    return Change("call_parts", part.key, row, insert=True)


def ended_at(part: Part, at_ms: int) -> Change:
    """The end of a stretch."""
    return Change("call_parts", part.key, {"end_ms": at_ms})
