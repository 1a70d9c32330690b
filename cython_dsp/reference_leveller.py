"""Slow, plain definition of an agent's levels: what voice_level.c must equal, to a rounding."""

import math

import numpy as np
from numpy.typing import NDArray

BLOCK = 40
_DB_FULL = 84.1575


def _db(power: float) -> float:
    return max(-80.0, 10 * math.log10(power + 1e-6) - _DB_FULL)


def _factor(db: float) -> float:
    return float(10 ** (db / 20))


class Leveller:
    """One agent.  `gain_db` is that of his voice, `gate_db` what is taken from his room."""

    def __init__(self) -> None:
        self.gain_db = self.gate_db = 0.0
        self._smoothed: list[float] = []
        self._floor_db, self._power, self._voiced, self._hold = 0.0, 0.0, 0, 0
        self._applied, self._noise = 1.0, 1

    def take(self, pcm: NDArray[np.int16], *, adapt: bool = True) -> NDArray[np.int16]:
        """A block of 40 samples, levelled."""
        x = pcm.astype(float)
        power = float(np.mean(x**2))
        if self._voice(_db(power)):
            self._move(power, adapt=adapt)
        self.gate_db = 0.0 if self._hold else max(-12.0, self.gate_db - 0.3)
        peak = max(1.0, float(np.max(np.abs(x))))
        to = min(_factor(self.gain_db + self.gate_db), 30000 / peak)
        gain = self._applied + (to - self._applied) * np.arange(1, BLOCK + 1) / BLOCK
        self._applied = to
        out = np.round(gain * x + self._comfort())
        return np.asarray(np.clip(out, -32768, 32767), np.int16)

    def _voice(self, db: float) -> bool:
        """Somebody speaks: 9 dB above the least of this second and the one before."""
        last = self._smoothed[-1] if self._smoothed else db
        known = len(self._smoothed) >= 200
        self._smoothed.append(last + 0.25 * (db - last))
        begin = max(0, (len(self._smoothed) - 1) // 200 - 1) * 200
        self._floor_db = min(self._smoothed[begin:])
        speaks = known and db > -50 and db > self._floor_db + 9
        self._hold = 40 if speaks or not known else max(0, self._hold - 1)
        return speaks

    def _move(self, power: float, *, adapt: bool) -> None:
        """Towards -20 dBm0, by the mean of a second of voice."""
        self._voiced = min(200, self._voiced + 1)
        self._power += (power - self._power) / self._voiced
        if adapt and self._voiced >= 20:
            wanted = min(15.0, max(-12.0, -20 - _db(self._power)))
            self.gain_db += min(0.015, max(-0.1, wanted - self.gain_db))

    def _comfort(self) -> NDArray[np.float64]:
        """Even noise, 6 dB below the room's, as far as the gate is closed."""
        drawn = np.empty(BLOCK)
        for i in range(BLOCK):
            self._noise = (self._noise * 1664525 + 1013904223) & 0xFFFFFFFF
            drawn[i] = (self._noise ^ 0x80000000) - 0x80000000
        closed = (1 - _factor(self.gate_db)) / (1 - _factor(-12.0))
        mean = 16142 * _factor(self._floor_db + self.gain_db - 6)
        return closed * math.sqrt(3) * mean * drawn / 2**31
