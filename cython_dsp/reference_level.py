"""Slow, plain definition of the active speech level: what speech_level.c must equal.

ITU-T P.56 (12/2011) method B, sample by sample as G.191's sv56 does it; the kernel's envelope is
one of each millisecond.
"""

import math

import numpy as np
from numpy.typing import NDArray

_MARGIN_DB, _HANGOVER_S, _TIME_S = 15.9, 0.2, 0.03
_DB_FULL = 10 * math.log10(22827.0**2 / 2)  # mean square of 0 dBm0


def speech_level(pcm: NDArray[np.int16], rate: int = 8000) -> tuple[float, float]:
    """Return (dBm0 while somebody speaks, part of the time); (-90, 0) for silence."""
    x = np.asarray(pcm, float)
    energy = float(np.sum(x**2))
    if energy == 0:
        return -90.0, 0.0
    thresholds = np.array([2.0**j for j in range(15)])
    active = _active(np.abs(x), thresholds, rate)
    if active[0] == 0:
        return -90.0, 0.0
    found = [10 * math.log10(energy / n) for n in active if n]
    above = [level - 20 * math.log10(c) for level, c in zip(found, thresholds, strict=False)]
    level = _cross(found, above) - _DB_FULL
    whole = 10 * math.log10(energy / x.size) - _DB_FULL
    return level, min(1.0, 10 ** ((whole - level) / 10))


def _active(size: NDArray[np.float64], thresholds: NDArray[np.float64], rate: int) -> list[int]:
    """Samples in which the envelope is above each threshold, or was 200 ms ago."""
    keep, p, q = math.exp(-1 / (rate * _TIME_S)), 0.0, 0.0
    hangover = math.ceil(rate * _HANGOVER_S)
    since = np.full(thresholds.size, hangover)
    active = np.zeros(thresholds.size, int)
    for one in size:
        p = keep * p + (1 - keep) * float(one)
        q = keep * q + (1 - keep) * p
        since = np.where(q >= thresholds, -1, since)
        active += since < hangover
        since = np.minimum(since + 1, hangover)
    return active.tolist()


def _cross(found: list[float], above: list[float]) -> float:
    """The level that lies 15.9 dB above its threshold."""
    for j in range(1, len(found)):
        if above[j] <= _MARGIN_DB < above[j - 1]:
            part = (above[j - 1] - _MARGIN_DB) / (above[j - 1] - above[j])
            return found[j - 1] + part * (found[j] - found[j - 1])
    return found[0] if above[0] <= _MARGIN_DB else found[-1]
