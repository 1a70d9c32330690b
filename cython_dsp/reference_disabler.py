"""Slow, plain definition of the tone disabler (ITU-T G.168, clause 7): what echo_disabler.c equals.

A block of 5 ms is told by its part at 2100 Hz, z.  z of a block against z of the last tells the
frequency, by a smoothed turn u; z against the one before the last, less two such turns, tells a
reversal of phase.  Two reversals 450 ms apart, the tone never lost, switch the canceller off.
"""

import numpy as np

from cython_dsp.reference import Samples

BLOCK = 40
LOST, HEARD, HOLDS, PURE = 3, 131000.0, 104000.0, 0.75
NEAR_2100, TURNED = 0.5, -0.7071
SOONEST, LATEST, RELEASE = 84, 98, 50
_WAVE = np.exp(-2j * np.pi * 2100 / 8000 * np.arange(2 * BLOCK)).reshape(2, BLOCK)


class AnswerTone:
    """The tone of 2100 Hz, followed block by block: what answer_tone.c equals."""

    def __init__(self) -> None:
        self.parts, self.drift, self.power = [0j, 0j, 0j], 0j, 0.0
        self.lost, self.odd = LOST, 0

    def block(self, x: Samples, least: float) -> bool:
        """Take 40 samples; return whether they are the tone, of a mean square above `least`."""
        z = complex(_WAVE[self.odd] @ x)
        self.odd = 1 - self.odd
        self.power = float((x.astype(float) ** 2).mean())
        self.parts = [z, *self.parts[:2]]
        pure = abs(z) ** 2 > PURE * BLOCK**2 / 2 * self.power and self.power > least
        self.lost = 0 if pure else self.lost + 1
        if self.lost >= LOST:
            self.parts, self.drift = [z, 0j, 0j], 0j
        turn = z * self.parts[1].conjugate()
        if pure and turn.real > 0:
            self.drift += (turn - self.drift) / 4
        return pure

    def is_near(self, cosine: float) -> bool:
        """Whether its turn in a block is so small."""
        return self.drift.real > cosine * abs(self.drift)


class _Path:
    def __init__(self) -> None:
        self.tone, self.since = AnswerTone(), 0

    def hear(self, x: Samples) -> bool:
        """Take a block; return whether it has the second of two reversals in time."""
        pure = self.tone.block(x, HEARD)
        if self.tone.lost >= LOST:
            self.since = 0
        return pure and self._reversed() and self.tone.is_near(NEAR_2100)

    def _reversed(self) -> bool:
        self.since += self.since > 0
        newest, _, before = self.tone.parts
        twice = newest * before.conjugate() * (self.tone.drift**2).conjugate()
        if twice.real >= TURNED * abs(twice) or 0 < self.since <= LOST:  # or the same reversal
            return False
        found, self.since = SOONEST <= self.since <= LATEST, 1
        return found


class Disabler:
    """Of one canceller."""

    def __init__(self) -> None:
        self.paths = (_Path(), _Path())
        self.off, self.quiet = False, 0

    def block(self, far: Samples, near: Samples) -> bool:
        """Take 40 samples of both paths; return whether the canceller is to be off."""
        found, loud = False, False
        for path, x in zip(self.paths, (far, near), strict=True):
            found |= path.hear(x)
            loud |= path.tone.power > HOLDS
        self.quiet = 0 if loud else self.quiet + 1
        self.off = found or (self.off and self.quiet < RELEASE)
        return self.off
