"""Slow, plain definition of the R2 receiver (ITU-T Q.441, Q.455): what r2_rx.c equals."""

import numpy as np

from cython_dsp.reference import Samples

HOP, WINDOW = 40, 133
FORWARD = (1380, 1500, 1620, 1740, 1860, 1980)
BACKWARD = (1140, 1020, 900, 780, 660, 540)
PAIRS = tuple((low, high) for high in range(1, 6) for low in range(high))  # Q.441, table 5
LEAST, TWIST, ALONE, PURE = 18400.0, 10.0, 5.0, 0.5
BEGIN_LOOKS, END_LOOKS = 2, 3


def look(window: Samples, frequencies: tuple[int, ...]) -> int:
    """Return the signal that a window shows, 0 for none."""
    x = window.astype(float)
    n = np.arange(WINDOW)
    waves = np.exp(-2j * np.pi * np.array(frequencies)[:, None] / 8000 * n)
    power = 2 * np.abs(waves @ x) ** 2 / WINDOW**2
    *_, third, b, a = np.argsort(power, kind="stable")
    twisted = power[a] > TWIST * power[b] or power[third] * ALONE > power[b]
    if power[b] < LEAST or twisted or power[a] + power[b] < PURE * (x**2).mean():
        return 0
    return 1 + PAIRS.index((min(a, b), max(a, b)))


def signals(pcm: Samples, *, backward: bool) -> list[tuple[int, int]]:
    """Return (hop, signal) of each change; signal 0 is the end of one."""
    frequencies = BACKWARD if backward else FORWARD
    x = np.concatenate([np.zeros(WINDOW, np.int16), pcm])
    shown: list[int] = [0] * END_LOOKS
    heard, changes = 0, []
    for hop in range(len(pcm) // HOP):
        shown.append(look(x[(hop + 1) * HOP : (hop + 1) * HOP + WINDOW], frequencies))
        newest = shown[-1]
        looks = BEGIN_LOOKS if newest else END_LOOKS
        if newest != heard and set(shown[-looks:]) == {newest}:
            heard = newest
            changes.append((hop, newest))
    return changes
