"""Slow, plain definitions of DTMF and tones: what dtmf.c and tones.c must equal.

Samples are 16-bit linear PCM at 8 kHz; 0 dBm0 is a sine with a peak of 22827.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE = 8000
FULL = 22827.0  # peak of a sine of 0 dBm0 (G.711: full scale is +3.14 dBm0)
HOP, PARTS = 40, 3  # a look covers PARTS hops and is repeated each hop
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
DIGITS = ("123A", "456B", "789C", "*0#D")
HITS, MISSES = 5, 6
_SECTIONS = (
    (
        (0.5468681024705092, -1.0759251180103366, 0.5468681024705091),
        (-1.0783902037321313, 0.40941901137154424),
    ),
    ((1.0, -1.8607012848362545, 1.0), (-1.6647388803456409, 0.9017516494251502)),
)

Pcm = npt.NDArray[np.int16]
Real = npt.NDArray[np.float64]
Steps = Sequence[tuple[Sequence[float], int]]  # (frequencies, milliseconds; 0 = for ever)


def highpass(x: Real) -> Real:
    """Elliptic high-pass of order 4: above 660 Hz passes, 500 Hz and below is 30 dB down."""
    for (b0, b1, b2), (a1, a2) in _SECTIONS:
        y = np.zeros(len(x) + 2)
        padded = np.concatenate([np.zeros(2), x])
        for n in range(2, len(y)):
            past = b1 * padded[n - 1] + b2 * padded[n - 2] - a1 * y[n - 1] - a2 * y[n - 2]
            y[n] = b0 * padded[n] + past
        x = y[2:]
    return x


def spectrum(window: Real, hz: float) -> complex:
    """Correlation of a window with one frequency, phase zero at its first sample."""
    n = np.arange(len(window))
    return complex((window * np.exp(-2j * np.pi * hz / RATE * n)).sum())


def _offsets(now: Real, before: Real) -> list[float]:
    """Radians a hop each tone is above its nominal frequency, from two looks a hop apart."""
    found = []
    for hz in ROWS + COLUMNS:
        nominal = np.exp(-2j * np.pi * hz / RATE * HOP)
        turned = spectrum(now, hz) * np.conj(spectrum(before, hz)) * nominal
        found.append(float(np.angle(turned)))
    return found


def _kept(offset: float) -> float:
    """Part of its energy a sine keeps in a look when it is off the nominal frequency."""
    return max(float(np.sinc(offset * PARTS / (2 * np.pi)) ** 2), 0.6)


def _strongest(energy: Sequence[float]) -> int | None:
    best = int(np.argmax(energy))
    others = [e for k, e in enumerate(energy) if k != best]
    return None if any(e * 6.3 > energy[best] for e in others) else best


def _limit(hz: float, part: float) -> float:
    return part * 2 * np.pi * hz / RATE * HOP


@dataclass(frozen=True)
class Look:
    """What one look shows: a digit ("" = none), its offsets (radians a hop) and energies."""

    digit: str = ""
    low_offset: float = 0.0
    high_offset: float = 0.0
    low: float = 0.0
    high: float = 0.0
    total: float = 0.0


def pure(low: float, high: float, total: float, more_twist: float, purity: float) -> bool:
    """Twist and purity of one look, or of several summed."""
    twist = low <= high * 8.9 * more_twist and high <= low * 3.55 * more_twist
    return twist and low + high >= purity * total


def shown(now: Real, before: Real) -> Look:
    """Judge one look, given the one a hop before."""
    energies = [2 / len(now) * abs(spectrum(now, hz)) ** 2 for hz in ROWS + COLUMNS]
    offsets = _offsets(now, before)
    row, column = _strongest(energies[:4]), _strongest(energies[4:])
    if row is None or column is None:
        return Look()
    off_low, off_high = offsets[row], offsets[4 + column]
    low = energies[row] / _kept(off_low)
    high = energies[4 + column] / _kept(off_high)
    total = float((now**2).sum())
    good = (
        abs(off_low) <= _limit(ROWS[row], 0.04)
        and abs(off_high) <= _limit(COLUMNS[column], 0.04)
        and min(low, high) >= 511.0**2 / 2 * len(now)
        and pure(low, high, total, 1.6, 0.8)
    )
    return Look(DIGITS[row][column], off_low, off_high, low, high, total) if good else Look()


def certain(hits: Sequence[Look]) -> bool:
    """All hits together: mean frequency (the first look's phase has no say), twist and purity."""
    row = next(r for r in range(4) if hits[0].digit in DIGITS[r])
    column = DIGITS[row].index(hits[0].digit)
    off_low = abs(np.mean([look.low_offset for look in hits[1:]]))
    off_high = abs(np.mean([look.high_offset for look in hits[1:]]))
    if off_low > _limit(ROWS[row], 0.02) or off_high > _limit(COLUMNS[column], 0.02):
        return False
    low, high = sum(look.low for look in hits), sum(look.high for look in hits)
    total = sum(look.total for look in hits)
    first = hits[0]
    whole = low - first.low, high - first.high, total - first.total
    vowel = low > 3.16 * high and not pure(*whole, 1.6, 0.94)
    return pure(low, high, total, 1.0, 0.9) and not vowel


def dtmf(pcm: Pcm) -> list[tuple[str, int]]:
    """All digits with the sample (end of a hop) at which each becomes certain."""
    x = np.concatenate([np.zeros((PARTS + 1) * HOP), highpass(pcm.astype(np.float64))])
    found: list[tuple[str, int]] = []
    hits: list[Look] = []
    lasting, misses = "", 0
    for end in range(HOP, len(pcm) + 1, HOP):
        at = end + (PARTS + 1) * HOP
        look = shown(x[at - PARTS * HOP : at], x[at - (PARTS + 1) * HOP : at - HOP])
        misses = 0 if look.digit == lasting else misses + 1
        lasting = "" if misses >= MISSES else lasting
        same = bool(hits) and look.digit == hits[0].digit
        hits = [*hits, look] if same else [look] * bool(look.digit)
        if len(hits) < HITS or look.digit == lasting:
            continue
        if certain(hits):
            found.append((look.digit, end))
            lasting, misses = look.digit, 0
        else:
            hits = []
    return found


def tone(steps: Steps, level_dbm0: float, samples: int) -> Pcm:
    """A cadence from its start: each step begins with phase zero, the last leads to the first."""
    amplitude = FULL * 10 ** (level_dbm0 / 20)
    out = np.zeros(0)
    while len(out) < samples:
        for frequencies, ms in steps:
            t = np.arange(ms * RATE // 1000 if ms else samples) / RATE
            waves = [amplitude * np.sin(2 * np.pi * hz * t) for hz in frequencies if hz]
            out = np.concatenate([out, np.sum(waves, axis=0) if waves else np.zeros(len(t))])
    return np.round(out[:samples]).astype(np.int16)


def digit_tone(
    digit: str, samples: int, low_dbm0: float = -9.0, high_dbm0: float = -7.0, offset: float = 0.0
) -> Real:
    """A DTMF digit; `offset` is the relative error of both frequencies."""
    row = next(r for r in range(4) if digit in DIGITS[r])
    t = np.arange(samples) / RATE * (1 + offset) * 2 * np.pi
    low = FULL * 10 ** (low_dbm0 / 20) * np.sin(ROWS[row] * t)
    high = FULL * 10 ** (high_dbm0 / 20) * np.sin(COLUMNS[DIGITS[row].index(digit)] * t)
    total: Real = low + high
    return total
