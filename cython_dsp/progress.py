"""Patterns of call-progress tones, and those of each country's network."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from cython_dsp import progress_rx

PATTERNS_MAX = 16  # PROGRESS_PATTERNS of progress.h
STEPS_MAX = 8
LOWEST_HZ, HIGHEST_HZ = 300.0, 1500.0
_WHOLE_CYCLES = {"busy": 4, "congestion": 4, "unobtainable": 2, "ringback": 1, "dial": 1}
_DIAL_S, _LASTING_S = 0.5, 3.0  # after a continuous unobtainable tone a call is cleared: be sure
_CLOSE_HZ = 25.0  # two lines of one tone are at least so far apart


@dataclass(frozen=True)
class TonePattern:
    """A tone to listen for; ValueError when it is not one that can be heard."""

    frequencies: tuple[float, ...]
    """One or two, 300 to 1500 Hz.  A modulated tone (400 x 25 Hz) is its side bands (375, 425)."""
    cadence: tuple[float, ...] = ()
    """Seconds on, off, on, off ... of one cycle, at most 8; empty: continuous."""
    cycles: int = 4
    """Found after so many whole cycles, the last pause being nearly (`tolerance`) over."""
    tolerance_hz: float = 25.0
    tolerance: float = 0.15
    """Of each duration, as a part of it; at least 40 ms."""
    minimum_dbm0: float = -40.0
    continuous_s: float = 0.5
    """A continuous tone is found after so long."""

    def __post_init__(self) -> None:
        for wrong, text in self._doubts():
            if wrong:
                raise ValueError(f"tone pattern: {text}")

    def _doubts(self) -> list[tuple[bool, str]]:
        f, steps = self.frequencies, self.cadence
        return [
            (len(f) not in (1, 2), "one or two frequencies"),
            (not all(LOWEST_HZ <= hz <= HIGHEST_HZ for hz in f), "frequencies are 300 to 1500 Hz"),
            (len(f) == 2 and abs(f[-1] - f[0]) < _CLOSE_HZ, "two frequencies 25 Hz apart at least"),
            (len(steps) % 2 == 1 or len(steps) > STEPS_MAX, "on and off alternate, at most 8"),
            (not all(0.08 <= on <= 30 for on in steps[::2]), "a burst has 0.08 to 30 s"),
            (not all(0.08 <= off <= 30 for off in steps[1::2]), "a pause has 0.08 to 30 s"),
            (not 1 <= self.cycles <= 100, "1 to 100 cycles"),
            (not 5 <= self.tolerance_hz <= 100, "tolerance_hz is 5 to 100"),
            (not 0.02 <= self.tolerance <= 0.4, "tolerance is 0.02 to 0.4"),
            (not -43 <= self.minimum_dbm0 <= 0, "minimum_dbm0 is -43 to 0"),
            (not 0.1 <= self.continuous_s <= 60, "continuous_s is 0.1 to 60"),
        ]

    def packed(self) -> bytes:
        """Return it as progress_pattern_t of progress.h."""
        hz = (*self.frequencies, 0.0)[:2]
        steps = (*self.cadence, *[0.0] * STEPS_MAX)[:STEPS_MAX]
        limits = self.tolerance_hz, self.tolerance, self.minimum_dbm0, self.continuous_s
        return struct.pack("=10f2i4f", *hz, *steps, len(self.cadence), self.cycles, *limits)

    def alike(self, other: "TonePattern") -> bool:
        """Say whether the frequencies are within each other's tolerance: only the cadence tells."""
        reach = max(self.tolerance_hz, other.tolerance_hz)
        middle = sum(self.frequencies) / len(self.frequencies)
        their = sum(other.frequencies) / len(other.frequencies)
        return abs(middle - their) <= 2 * reach


def packed(patterns: Sequence[TonePattern]) -> bytes:
    """Return patterns as the kernel takes them; ValueError when there are more than 16."""
    if len(patterns) > PATTERNS_MAX:
        raise ValueError(f"at most {PATTERNS_MAX} tone patterns")
    return b"".join(pattern.packed() for pattern in told_apart(patterns))


def told_apart(patterns: Sequence[TonePattern]) -> list[TonePattern]:
    """Return patterns that can be watched together: ringback is no dial tone.

    A continuous tone beside an intermittent one of the same frequency is found only when it
    lasts longer than any burst of that one.
    """
    return [_longer_than_bursts(pattern, patterns) for pattern in patterns]


def _longer_than_bursts(pattern: TonePattern, others: Sequence[TonePattern]) -> TonePattern:
    if pattern.cadence:
        return pattern
    bursts = [
        on * (1 + other.tolerance) + 0.1
        for other in others
        if other.alike(pattern)
        for on in other.cadence[::2]
    ]
    return replace(pattern, continuous_s=max([pattern.continuous_s, *bursts]))


def zones() -> list[str]:
    """Return the countries that zone_patterns() knows."""
    return sorted({zone for zone, name, _, _ in progress_rx.tones() if zone and name == "busy"})


@cache
def zone_patterns(country: str) -> MappingProxyType[str, TonePattern]:
    """Return dial, ringback, busy, congestion and unobtainable of a country (ISO 3166-1).

    One that is the same as another before it is left out.  The sources of the table are in
    tones.c.  Raises KeyError for a country that is not in it.
    """
    found: dict[str, TonePattern] = {}
    for zone, name, _, steps in progress_rx.tones():
        if zone != country or name not in _WHOLE_CYCLES:
            continue
        pattern = _pattern(steps, name)
        if all(_sound(pattern) != _sound(other) for other in found.values()):
            found[name] = pattern
    if not found:
        raise KeyError(country)
    return MappingProxyType(found)


def _sound(pattern: TonePattern) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """What is heard: frequencies and the shortest cycle."""
    steps = pattern.cadence
    half = len(steps) // 4 * 2
    return pattern.frequencies, steps[:half] if steps == 2 * steps[:half] else steps


def _pattern(steps: Sequence[tuple[int, int, int]], name: str) -> TonePattern:
    first = steps[0]
    frequencies = tuple(float(hz) for hz in first[:2] if hz)
    cadence = () if first[2] == 0 else tuple(ms / 1000 for _, _, ms in steps)
    lasting = _DIAL_S if name == "dial" else _LASTING_S
    return TonePattern(frequencies, cadence, _WHOLE_CYCLES[name], continuous_s=lasting)
