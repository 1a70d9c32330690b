"""What the exchange makes of hook and tones: edges, pulses, flashes, DTMF with length and level."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from board.sim.alaw import Samples, level_dbm0
from board.sim.spandsp import DtmfReceiver

TICKS_PER_MS = 8
_PULSE_MS = (20, 150)  # a break that counts (nominal 60 or 67, Q.23's forerunners 50 to 80)
_FLASH_FROM_MS = 50
_BETWEEN_PULSES_MS = 220  # a longer make ends the digit
_BLOCK = 40  # samples
_PAST = 40 * _BLOCK  # kept for measuring
_STEP = 8  # 1 ms
_LOW_HZ, _HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_KEYS = ("123A", "456B", "789C", "*0#D")


@dataclass
class Dialled:
    """A digit that the network received; the length of a tone is 0 while it still sounds."""

    digit: str
    method: str
    """dtmf or pulse."""
    tick: int
    """Its begin."""
    length_ms: int
    level_dbm0: float = 0.0
    """Of each of the two tones, their mean; 0 for pulses."""
    twist_db: float = 0.0
    """How much stronger the high tone is."""


class Loop:
    """The loop as the exchange sees it: current or none, and for how long."""

    def __init__(self) -> None:
        self.closed = False
        self.edges: list[tuple[int, bool]] = []
        self.flashes: list[tuple[int, int]] = []
        """Tick and milliseconds of each break that was neither pulse nor clearing."""
        self.since = 0
        """Tick of the last edge."""
        self._pulses = 0
        self._first = 0
        self._cleared = True

    @property
    def seen(self) -> tuple[list[tuple[int, bool]], list[tuple[int, int]]]:
        """Edges and flashes."""
        return self.edges, self.flashes

    def take(self, tick: int, *, closed: bool, dialling: bool) -> Dialled | None:
        """Take the loop of a block; return a digit that pulses have completed."""
        if closed != self.closed:
            lasted = (tick - self.since) // TICKS_PER_MS
            if closed and not self._cleared:
                self._break_ended(lasted, dialling=dialling)
            self.closed, self.since = closed, tick
            self.edges.append((tick, closed))
        made_ms = (tick - self.since) // TICKS_PER_MS
        if not self._pulses or not self.closed or made_ms < _BETWEEN_PULSES_MS:
            return None
        count, self._pulses = self._pulses, 0
        length = (self.since - self._first) // TICKS_PER_MS
        return Dialled(str(count % 10), "pulse", self._first, length) if count <= 10 else None

    def seized(self) -> bool:
        """Whether somebody has gone off-hook after clearing (once)."""
        if self.closed and self._cleared:
            self._cleared, self._pulses = False, 0
            return True
        return False

    def cleared(self, tick: int, break_ms: int) -> bool:
        """Whether a break has lasted long enough to clear (once)."""
        over = tick - self.since >= break_ms * TICKS_PER_MS
        if self.closed or self._cleared or not over:
            return False
        self._cleared, self._pulses = True, 0
        return True

    def _break_ended(self, lasted_ms: int, *, dialling: bool) -> None:
        if dialling and _PULSE_MS[0] <= lasted_ms <= _PULSE_MS[1]:
            if not self._pulses:
                self._first = self.since
            self._pulses += 1
        elif not dialling and lasted_ms >= _FLASH_FROM_MS:
            self.flashes.append((self.since, lasted_ms))


class ToneDigits:
    """DTMF by spandsp's receiver; begin, length and levels are measured in the samples."""

    def __init__(self) -> None:
        self._receiver = DtmfReceiver()
        silence = np.zeros(_BLOCK, np.int16)
        self._blocks = deque([silence] * (_PAST // _BLOCK), maxlen=_PAST // _BLOCK)
        self._open: Dialled | None = None
        self._loud = 0.0

    def take(self, tick: int, samples: Samples) -> list[Dialled]:
        """Take the block of 40 that begins at `tick`; return digits that have begun."""
        self._blocks.append(samples)
        end = tick + len(samples)
        found = [self._begin(end, digit) for digit in self._receiver.feed(samples)]
        if self._open is not None and _rms(samples) < 0.5 * self._loud:
            self._finish(end)
        return found

    def close(self) -> None:
        """Free the detector."""
        self._receiver.close()

    def _begin(self, end: int, digit: str) -> Dialled:
        if self._open is not None:
            self._finish(end)
        steps = _steps(np.concatenate(self._blocks))
        # spandsp says so 25 to 40 ms after the begin; go back from there to where it was quiet.
        loud = float(np.max(steps[-30:]))
        at = len(steps) - 1 - int(np.argmax(steps[::-1] > 0.5 * loud))
        while at > 0 and steps[at - 1] > 0.35 * loud:
            at -= 1
        self._loud = loud
        self._open = Dialled(digit, "dtmf", end - _PAST + at * _STEP, 0)
        return self._open

    def _finish(self, end: int) -> None:
        """Find where the tone ended, and measure its middle."""
        one, self._open = self._open, None
        if one is None:
            return
        first = max(0, one.tick - (end - _PAST)) // _STEP
        past = np.concatenate(self._blocks)
        steps = _steps(past)
        quiet = np.flatnonzero(steps[first + 1 :] < 0.35 * self._loud)
        last = first + 1 + int(quiet[0]) if len(quiet) else len(steps)
        stop = end - _PAST + last * _STEP
        one.length_ms = max(1, (stop - one.tick) // TICKS_PER_MS)
        margin = 3 * _STEP
        middle = past[first * _STEP + margin : last * _STEP - margin]
        low, high = _levels(one.digit, middle)
        one.level_dbm0, one.twist_db = (low + high) / 2, high - low


def _steps(samples: Samples) -> NDArray[np.float64]:
    """The rms of each millisecond, smoothed over two (a period of the low tones)."""
    squares = np.square(samples, dtype=np.float64).reshape(-1, _STEP).mean(axis=1)
    smooth: NDArray[np.float64] = np.sqrt((squares + np.roll(squares, 1)) / 2)
    return smooth


def _levels(digit: str, samples: Samples) -> tuple[float, float]:
    """Return the levels of the low and of the high tone, by least squares."""
    row = next(at for at, keys in enumerate(_KEYS) if digit in keys)
    time = 2 * np.pi * np.arange(len(samples)) / 8000
    hertz = (_LOW_HZ[row], _HIGH_HZ[_KEYS[row].index(digit)])
    basis = np.stack([wave(time * one) for one in hertz for wave in (np.sin, np.cos)])
    fit = np.linalg.lstsq(basis.T, samples.astype(np.float64), rcond=None)[0]
    tones = [fit[at : at + 2] @ basis[at : at + 2] for at in (0, 2)]
    return level_dbm0(tones[0]), level_dbm0(tones[1])


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
