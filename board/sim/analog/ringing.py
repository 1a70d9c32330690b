"""Ringing: voltage, frequency and cadence by country, and what goes wrong with it.

Cadences are those of DAHDI's tone zones.  Mainland China: 25 Hz, 90 V, 1 s on, 4 s off (GB/T 3380).
Frequencies of the others are what their networks are known for (16 Hz in Japan, 20 Hz in North
America, 50 Hz in France); they matter to a detector only as different ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from board.sim.alaw import RATE
from board.sim.analog.caller_id import Presentation


@dataclass(frozen=True)
class RingStyle:
    """A ring signal and its defects; `replace` one of RINGS."""

    hertz: float = 25.0
    volts: float = 90.0
    """rms, behind the exchange's feed."""
    cadence: tuple[tuple[float, float], ...] = ((1.0, 4.0),)
    """Seconds on and off, one cycle."""
    offset_volts: float | None = None
    """DC while it rings; None: the battery, as it should be."""
    first_s: float | None = None
    """The first burst is only so long."""
    missing: frozenset[int] = frozenset()
    """Bursts that do not come, from 0."""
    splash_s: float = 0.0
    """A short burst a second before all else."""
    cut_s: float | None = None
    """So long after the first burst began nothing rings any more, though the call goes on."""


_BRITISH = ((0.4, 0.2), (0.4, 2.0))
RINGS = {
    "CN": RingStyle(),
    "US": RingStyle(20.0, 86.0, ((2.0, 4.0),)),
    "GB": RingStyle(25.0, 75.0, _BRITISH),
    "TW": RingStyle(20.0, 80.0, ((1.0, 4.0),)),
    "HK": RingStyle(25.0, 75.0, ((0.4, 0.2), (0.4, 3.0))),
    "SG": RingStyle(25.0, 75.0, _BRITISH),
    "MY": RingStyle(25.0, 75.0, _BRITISH),
    "DE": RingStyle(25.0, 60.0, ((1.0, 4.0),)),
    "FR": RingStyle(50.0, 80.0, ((1.5, 3.5),)),
    "JP": RingStyle(16.0, 75.0, ((1.0, 2.0),)),
    "AU": RingStyle(25.0, 75.0, _BRITISH),
    "IN": RingStyle(25.0, 75.0, _BRITISH),
}
_SPLASH_PAUSE_S = 1.0


class Ringing:
    """The ringing of one call: what is on the line at a tick."""

    def __init__(self, style: RingStyle, shown: Presentation, tick: int) -> None:
        """`shown`: caller ID; `tick`: when it begins."""
        self.style, self._shown = style, shown
        lead_s = style.splash_s + _SPLASH_PAUSE_S if style.splash_s else 0.0
        self._splash = (tick, tick + _ticks(style.splash_s))
        self._begin = tick + _ticks(lead_s)
        self._bursts = self._plan(self._begin + shown.first_ring)
        self._burst = next(self._bursts)
        self._clip_at = self._begin + shown.clip_at
        if shown.after_first_ring:
            self._clip_at += shown.first_ring + self._first_cycle()
        self._clip_due = bool(len(shown.clip))

    def rings(self, tick: int) -> bool:
        """Whether there is ring voltage; ticks must not go back."""
        while tick >= self._burst[1]:
            self._burst = next(self._bursts)
        short = self._shown.short_ring_ticks
        return (
            self._burst[0] <= tick
            or self._splash[0] <= tick < self._splash[1]
            or (short is not None and short[0] <= tick - self._begin < short[1])
        )

    def reversed(self, tick: int) -> bool:
        """Whether the pair is reversed to announce the caller ID."""
        span = self._shown.reversed_ticks
        return span is not None and span[0] <= tick - self._begin < span[1]

    def clip(self, tick: int) -> bytes:
        """Return the caller ID in A-law, once, when it is time."""
        if not self._clip_due or tick < self._clip_at:
            return b""
        self._clip_due = False
        return self._shown.codes

    def _first_cycle(self) -> int:
        """Ticks from the begin of the first ring to the end of its last burst."""
        cadence = self.style.cadence
        if self.style.first_s is not None and len(cadence) == 1:
            return _ticks(self.style.first_s)
        return _ticks(sum(on + off for on, off in cadence) - cadence[-1][1])

    def _plan(self, begin: int) -> Iterator[tuple[int, int]]:
        """All bursts from `begin` on, as (from, until)."""
        style, at, number = self.style, begin, 0
        never = (1 << 62, 1 << 62)
        end = never[0] if style.cut_s is None else begin + _ticks(style.cut_s)
        while at < end:
            for on_s, off_s in style.cadence:
                length = style.first_s if number == 0 and style.first_s is not None else on_s
                if number not in style.missing and at < end:
                    yield at, min(end, at + _ticks(length))
                at += _ticks(on_s + off_s)
                number += 1
        while True:
            yield never


def ring(country: str = "CN", **changes: Any) -> RingStyle:
    """Return a country's ringing with some fields changed.  Raises KeyError, TypeError."""
    return replace(RINGS[country], **changes)


def _ticks(seconds: float) -> int:
    return round(seconds * RATE)
