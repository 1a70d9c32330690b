"""A call's parts as a picture: one row a kind, time from left to right."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.contract.views import CallRecord

KINDS = ("ivr", "queue", "ring", "talk", "hold", "wrap_up")
WIDTH, ROW, BAR, LEFT, TOP = 1000, 26, 16, 110, 6
"""User units of the picture: its width, a row's and a bar's height, the space for names."""
_MIN_BAR = 2.0
_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_MAX_TICKS = 8


@dataclass(frozen=True)
class Bar:
    """One part."""

    kind: str
    who: str
    x: float
    y: float
    width: float
    seconds: float
    offset: float


@dataclass(frozen=True)
class Tick:
    """A mark on the time axis."""

    x: float
    seconds: int


@dataclass(frozen=True)
class Timeline:
    """Everything that the template draws."""

    rows: tuple[tuple[str, float], ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: float

    @classmethod
    def of(cls, call: CallRecord, name: Callable[[str, str], str]) -> "Timeline":
        """Lay out `call`; `name(kind, who)` is what people call a node, queue or agent."""
        ends = [part.end_ms or part.start_ms for part in call.parts]
        end = max([call.end_ms or call.start_ms, call.start_ms + 1000, *ends])
        scale = (WIDTH - LEFT) / (end - call.start_ms)
        present = [kind for kind in KINDS if any(part.kind == kind for part in call.parts)]
        top = {kind: TOP + n * ROW for n, kind in enumerate(present)}
        bars = [
            Bar(
                part.kind,
                name(part.kind, part.who),
                LEFT + (part.start_ms - call.start_ms) * scale,
                top[part.kind],
                max(_MIN_BAR, ((part.end_ms or end) - part.start_ms) * scale),
                ((part.end_ms or end) - part.start_ms) / 1000,
                (part.start_ms - call.start_ms) / 1000,
            )
            for part in call.parts
            if part.kind in top
        ]
        ticks = _ticks((end - call.start_ms) / 1000, scale * 1000)
        return cls(tuple(top.items()), tuple(bars), ticks, TOP + len(top) * ROW + 22)


def _ticks(length_s: float, scale: float) -> tuple[Tick, ...]:
    step = next((s for s in _STEPS_S if length_s / s <= _MAX_TICKS), _STEPS_S[-1])
    return tuple(Tick(LEFT + s * scale, s) for s in range(0, int(length_s) + 1, step))
