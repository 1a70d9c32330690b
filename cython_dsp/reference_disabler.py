"""Slow, plain definition of the tone disabler (ITU-T G.168, clause 7): what echo_disabler.c equals.

A block of 5 ms is told by its part at 2100 Hz, z.  z of a block against z of the last tells the
frequency, by a smoothed turn u; z against the one before the last, less two such turns, tells a
reversal of phase.  Two reversals 450 ms apart, the tone never lost, switch the canceller off.
"""

import cmath

import numpy as np

from cython_dsp.reference import Samples

BLOCK = 40
LOST, HEARD, HOLDS, PURE = 3, 131000.0, 104000.0, 0.75
NEAR_2100, TURNED = 0.5, -0.7071
SOONEST, LATEST, RELEASE = 84, 98, 50
_WAVE = np.exp(-2j * np.pi * 2100 / 8000 * np.arange(2 * BLOCK)).reshape(2, BLOCK)


class _Path:
    def __init__(self) -> None:
        self.lost = LOST
        self._forget()

    def _forget(self) -> None:
        self.last, self.before, self.drift, self.since = 0j, 0j, 0j, 0

    def hear(self, z: complex, power: float) -> bool:
        """Take a block's part at 2100 Hz and its mean square; whether a reversal was in time."""
        pure = abs(z) ** 2 > PURE * BLOCK**2 / 2 * power and power > HEARD
        self.lost = 0 if pure else self.lost + 1
        if self.lost >= LOST:
            self._forget()
        found = pure and self._follow(z) and self.drift.real > NEAR_2100 * abs(self.drift)
        self.last, self.before = z, self.last
        return found

    def _follow(self, z: complex) -> bool:
        turn = z * self.last.conjugate()
        if turn.real > 0:
            self.drift += (turn - self.drift) / 4
        self.since += self.since > 0
        twice = z * self.before.conjugate() * (self.drift**2).conjugate()
        if np.cos(cmath.phase(twice)) >= TURNED:
            return False
        if 0 < self.since <= LOST:  # the same reversal
            return False
        found, self.since = SOONEST <= self.since <= LATEST, 1
        return found


class Disabler:
    """Of one canceller."""

    def __init__(self) -> None:
        self.paths = (_Path(), _Path())
        self.odd, self.off, self.quiet = 0, False, 0

    def block(self, far: Samples, near: Samples) -> bool:
        """Take 40 samples of both paths; return whether the canceller is to be off."""
        found, loud = False, False
        for path, x in zip(self.paths, (far, near), strict=True):
            power = float((x.astype(float) ** 2).mean())
            found |= path.hear(complex(_WAVE[self.odd] @ x), power)
            loud |= power > HOLDS
        self.odd = 1 - self.odd
        self.quiet = 0 if loud else self.quiet + 1
        self.off = found or (self.off and self.quiet < RELEASE)
        return self.off
