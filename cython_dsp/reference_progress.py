"""Slow, plain definition of supervision by ear: what progress.c and cadence.c must equal.

Everything about samples, levels and spectra is computed for the whole signal at first; then time
passes in hops of 40 samples (5 ms, 16 bit, 8 kHz).  Voice and silence: reference_activity.py.
Only a tone of more than a minute is judged otherwise by the kernel: its old looks count half.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cython_dsp.progress import TonePattern
from cython_dsp.reference_tones import FULL

HOP, WINDOW, BIN_HZ, HOPS_A_SECOND = 40, 256, 15.625, 200.0
FLOOR, HEARD = 2605.0, 8239.0  # -50 and -45 dBm0 as mean squares
QUIET_DB = -45.0
FAR_BELOW = 316.0  # 25 dB below the tone: rests of our own echo, say, and nobody who speaks
_HALF_BAND = (0.3106004, -0.0846791, 0.0329734, -0.0110614, 0.0020232)
_SECTIONS = (
    ((0.53596284, -1.06367023, 0.53596284), (-1.07893539, 0.39774409)),
    ((1.0, -1.92482094, 1.0), (-1.69508027, 0.88975435)),
)
_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)

Pcm = npt.NDArray[np.int16]
Real = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """One tone: the hop at whose end it is told, the pattern's index, and what was measured."""

    hop: int
    pattern: int
    hertz: tuple[float, float]
    level_dbm0: float
    seconds: float


def dbm0(power: float) -> float:
    """Level of a mean square."""
    return float(10 * np.log10(power / (FULL**2 / 2)))


def halves(pcm: Pcm) -> tuple[Real, Real]:
    """Split at 2 kHz by a half-band filter of 19 taps: both halves at 4 kHz, 9 samples late."""
    taps = np.zeros(19)
    taps[9] = 0.5
    for k, c in enumerate(_HALF_BAND):
        taps[9 - 2 * k - 1] = taps[9 + 2 * k + 1] = c
    x = np.concatenate([np.zeros(18), pcm.astype(np.float64)])
    low = np.convolve(x, taps, "valid")[1::2]
    centre = np.concatenate([np.zeros(9), pcm.astype(np.float64)])[1 : 1 + len(pcm) : 2]
    return low, centre - low  # the centre tap alone is both together


def highpass(x: Real) -> Real:
    """Elliptic, order 4, at 4 kHz: above 300 Hz passes, hum is 40 dB down."""
    for (b0, b1, b2), (a1, a2) in _SECTIONS:
        y = np.zeros(len(x) + 2)
        padded = np.concatenate([np.zeros(2), x])
        for n in range(2, len(y)):
            past = b1 * padded[n - 1] + b2 * padded[n - 2] - a1 * y[n - 1] - a2 * y[n - 2]
            y[n] = b0 * padded[n] + past
        x = y[2:]
    return x


def spectrum(window: Real) -> Real:
    """Power by bins of 15.625 Hz: the bins around a sine sum up to its mean square."""
    power = np.abs(np.fft.rfft(window * _HANN)[: WINDOW // 2]) ** 2
    power[0] = 0
    return power * 2 / (WINDOW * 0.375 * WINDOW)


def strongest(power: Real) -> float:
    """Energy of the strongest line from 266 to 1860 Hz, which is then taken out."""
    best = 17 + int(np.argmax(power[17:120]))
    energy = float(power[best - 4 : best + 5].sum())
    power[best - 4 : best + 5] = 0
    return energy


@dataclass
class Segment:
    """A stretch of even level, and the looks (spectra) that were taken of it."""

    begin: int
    mean: float = FLOOR
    hops: int = 2
    edge: tuple[float, float] | None = None
    sure: int = -1
    next_look: int = 0
    spoiled: int = 0
    looks: list[Real | None] = field(default_factory=list)  # None: not pure
    totals: list[float] = field(default_factory=list)

    @property
    def pure(self) -> list[Real]:
        """The looks that show a tone."""
        return [look for look in self.looks if look is not None]

    @property
    def convinces(self) -> bool:
        """Whether most looks show a tone."""
        return bool(self.looks) and len(self.pure) >= float(np.float32(0.7)) * len(self.looks)


class Measured:
    """Energies of all hops, and the look at the end of any."""

    def __init__(self, pcm: Pcm) -> None:
        pcm = pcm[: len(pcm) // HOP * HOP]
        low, high = halves(pcm)
        low = highpass(low)
        self.hops = len(pcm) // HOP
        self._low = np.concatenate([np.zeros(WINDOW), low])
        self._high = (high.reshape(-1, HOP // 2) ** 2).mean(axis=1)
        self.energy = (low.reshape(-1, HOP // 2) ** 2).mean(axis=1) + self._high

    def look(self, hop: int) -> tuple[Real, float, float]:
        """Spectrum, all energy, and what part of it is in two lines: 64 ms up to this hop."""
        end = WINDOW + (hop + 1) * (HOP // 2)
        power = spectrum(self._low[end - WINDOW : end])
        high = np.concatenate([np.zeros(13), self._high])[hop + 1 : hop + 14].mean()
        total = float(power[13:124].sum() + high)
        left = power.copy()
        lines = strongest(left) + strongest(left)
        return power, total, lines / total if total else 0.0


@dataclass
class Band:
    """Energy, centre (Hz) and variance (bins squared) of a part of the spectrum."""

    power: float
    hertz: float
    width: float

    @classmethod
    def of(cls, power: Real, low: float, high: float) -> "Band":
        """Take the bins from low to high Hz."""
        bins = np.arange(int(np.ceil(low / BIN_HZ)), int(np.floor(high / BIN_HZ)) + 1)
        part = power[bins]
        total = float(part.sum())
        centre = float((part * bins).sum()) / total
        return cls(total, centre * BIN_HZ, float((part * (bins - centre) ** 2).sum()) / total)


def lines(want: TonePattern, power: Real, total: float) -> tuple[float, float] | None:
    """What was measured of the pattern's one or two frequencies; None: it is another tone."""
    reach = want.tolerance_hz
    if len(want.frequencies) == 1:
        (hertz,) = want.frequencies
        band = Band.of(power, hertz - reach - 35, hertz + reach + 35)
        good = band.power >= 0.8 * total and band.width <= 1.2
        return (band.hertz, 0.0) if good and abs(band.hertz - hertz) <= reach else None
    first, second = want.frequencies
    half = abs(second - first) / 2
    return (_merged if half < 30 else _apart)(want, power, total, half)


def _merged(
    want: TonePattern, power: Real, total: float, half: float
) -> tuple[float, float] | None:
    middle, bins = sum(want.frequencies) / 2, half / BIN_HZ
    side = half + want.tolerance_hz + 35
    band = Band.of(power, middle - side, middle + side)
    wide = 1 / 3 + 0.2 * bins**2 <= band.width <= 1 / 3 + 1.6 * bins**2 + 0.3
    if band.power < 0.8 * total or abs(band.hertz - middle) > want.tolerance_hz or not wide:
        return None
    spread = np.sqrt(max(0.0, band.width - 1 / 3)) * BIN_HZ
    return band.hertz - spread, band.hertz + spread


def _apart(want: TonePattern, power: Real, total: float, half: float) -> tuple[float, float] | None:
    side = want.tolerance_hz + 35
    bands = []
    for hertz, other in zip(want.frequencies, reversed(want.frequencies), strict=True):
        below = min(side, half) if hertz > other else side
        above = min(side, half) if hertz < other else side
        bands.append(Band.of(power, hertz - below, hertz + above))
        if bands[-1].width > 1.2 or abs(bands[-1].hertz - hertz) > want.tolerance_hz:
            return None
    a, b = bands[0].power, bands[1].power
    good = a + b >= 0.8 * total and a <= 10 * b and b <= 10 * a
    return (bands[0].hertz, bands[1].hertz) if good else None


@dataclass
class Track:
    """Where one pattern is in its cadence; seconds."""

    want: TonePattern
    at: int = 0
    cycles: int = 0
    told: bool = False
    begun: float = 0.0
    hertz: tuple[float, float] = (0.0, 0.0)
    level: float = 0.0

    def restart(self) -> None:
        """Nothing of it has been heard."""
        self.at, self.cycles, self.told = 0, 0, False

    def reach(self, step: int) -> float:
        """How many hops a step may be off."""
        return max(self.want.tolerance * self.want.cadence[step] * HOPS_A_SECOND, 8.0)

    def fits(self, step: int, hops: float) -> bool:
        """Whether a duration is that of the step."""
        return abs(hops - self.want.cadence[step] * HOPS_A_SECOND) <= self.reach(step)

    def knows(self, segment: Segment) -> bool:
        """Whether the segment's tone is the pattern's; what was measured is kept."""
        power, total = np.sum(segment.pure, axis=0), sum(segment.totals)
        self.level = dbm0(total / len(segment.pure))
        if self.level < self.want.minimum_dbm0:
            return False
        measured = lines(self.want, power, total)
        self.hertz = measured or (0.0, 0.0)
        return measured is not None

    def burst(
        self, segment: Segment, begin: float, end: float, pause: float, *, quiet: bool
    ) -> None:
        """Take a tone from begin to end (hops), `pause` after the one before."""
        if self.at % 2 == 1:
            if not self.fits(self.at, pause) or not quiet:
                self.restart()
            else:
                self.at += 1
                if self.at == len(self.want.cadence):
                    self.at, self.cycles = 0, self.cycles + 1
        known = self.knows(segment)
        if not known or not self.fits(self.at, end - begin):
            self.restart()
            if not known or not (self.fits(0, end - begin) or self._first(segment.sure, end)):
                return
        if self.at == 0 and self.cycles == 0:
            self.begun = begin
        self.at += 1

    def _first(self, sure: int, end: float) -> bool:
        whole = self.want.cadence[0] * HOPS_A_SECOND
        return sure >= 0 and 0.4 * whole <= end - sure <= whole + self.reach(0) + 30

    def completed(self, pause: float, *, quiet: bool) -> bool:
        """Whether the present pause completes the last cycle."""
        if self.at % 2 == 0:
            return False
        wanted, reach = self.want.cadence[self.at] * HOPS_A_SECOND, self.reach(self.at)
        if pause > wanted + reach:
            self.restart()
            return False
        last = self.at == len(self.want.cadence) - 1 and self.cycles + 1 >= self.want.cycles
        if self.told or not last:
            return False
        self.told = pause >= wanted - reach and quiet
        return self.told


class Supervision:
    """The whole of it; `found` has every tone told."""

    def __init__(self, pcm: Pcm, patterns: Sequence[TonePattern]) -> None:
        self.found: list[Found] = []
        self.looked: dict[int, tuple[bool, float]] = {}  # hop -> pure, part of two lines
        self.opened: set[int] = set()  # hops in which a segment began
        self.looks_of: dict[int, int] = {}  # hop -> looks of the segment so far
        self._tracks = [Track(pattern) for pattern in patterns]
        self._measured = Measured(pcm)
        self._energy = [float(max(e, FLOOR)) for e in self._measured.energy]
        self._segment = Segment(0, hops=0)
        self._rises: list[bool] = []
        self._falls = 0
        self._burst_end, self._burst_level = 0.0, 0.0
        self._pause: list[float] = []
        for hop in range(self._measured.hops):
            self._hop(hop)

    def _hop(self, hop: int) -> None:
        self._level(hop, self._energy[hop])
        s = self._segment
        falls = 4 * self._energy[hop] < s.mean and self._falls > 0
        if s.next_look <= 0 and s.mean > HEARD and not falls:
            s.next_look = 4
            self._look(hop)
            if s.convinces:
                self._lasting(hop)
        self._completed(hop)
        self.looks_of[hop] = len(self._segment.looks)

    def _level(self, hop: int, energy: float) -> None:
        s = self._segment
        rises, falls = energy > 4 * s.mean, 4 * energy < s.mean
        self._rises = [*self._rises, rises][-4:]
        self._falls = self._falls + 1 if falls else 0
        s.next_look -= 1
        if sum(self._rises) >= 3:
            self._open(hop, hop - len(self._rises) + 1 + self._rises.index(True), rose=True)
        elif self._falls >= 8:
            self._open(hop, hop - 7, rose=False)
        elif not rises and not falls:
            s.hops += 1
            s.mean += (energy - s.mean) / min(s.hops, 16)

    def _before(self, hop: int) -> float:
        return self._energy[hop] if hop >= 0 else 0.0

    def _open(self, hop: int, begin: int, *, rose: bool) -> None:
        mean = (self._energy[hop] + self._before(hop - 1)) / 2
        self._rises, self._falls = [], 0
        self.opened.add(hop)
        if rose and self._segment.hops < 8 and not self._segment.looks:
            self._segment.mean = mean
            return
        self._close(begin, fell=not rose)
        edge = (self._before(begin - 1), self._energy[begin]) if rose else None
        self._segment = Segment(begin, mean, 2, edge, next_look=begin + 14 - hop)

    def _close(self, end: int, *, fell: bool) -> None:
        s = self._segment
        if not s.convinces:
            if s.hops >= 12 and s.mean > max(HEARD, self._burst_level / 10):
                self._break()
            return
        waits = any(track.at % 2 == 1 for track in self._tracks)
        if waits and s.mean < self._burst_level / FAR_BELOW:
            return  # part of the pause
        begin, finish = float(s.begin), float(end)
        if s.edge is not None:
            begin += 1 - sum(min(1.0, e / s.mean) for e in s.edge)
        if fell:
            edge = self._before(end - 1), self._energy[end]
            finish += sum(min(1.0, e / s.mean) for e in edge) - 1
        for track in self._tracks:
            if track.want.cadence:
                pause = begin - self._burst_end
                track.burst(s, begin, finish, pause, quiet=self._pause_was_quiet())
            else:
                track.told = False
        self._burst_end, self._burst_level, self._pause = finish, s.mean, []

    def _break(self) -> None:
        for track in self._tracks:
            track.restart()

    def _look(self, hop: int) -> None:
        s = self._segment
        power, total, part = self._measured.look(hop)
        pure = part >= 0.85 and total >= HEARD
        self.looked[hop] = pure, part
        s.looks.append(power if pure else None)
        if pure:
            s.totals.append(total)
        elif not s.convinces:
            s.spoiled += len(s.looks)
            s.looks, s.totals, s.sure = [], [], hop - 6
            if s.spoiled > 4:
                s.begin, s.edge = s.sure, None

    def _pause_was_quiet(self) -> bool:
        blocks = [sum(self._pause[i : i + 4]) / 4 for i in range(0, len(self._pause) - 3, 4)]
        quiet = max(QUIET_DB, dbm0(max(self._burst_level, FLOOR) / FAR_BELOW))
        levels = [max(quiet, dbm0(block)) for block in blocks]
        changes = sum(abs(b - a) > 2.0 for a, b in pairwise(levels))
        return changes <= 1 + len(self._pause) // 4 // 4

    def _completed(self, hop: int) -> None:
        pause = hop + 1 - self._burst_end
        if not self._burst_level or self._segment.mean > self._burst_level / 10:
            return
        if pause >= 10:
            self._pause.append(self._before(hop - 4))
        waiting = any(t.at % 2 == 1 for t in self._tracks)
        quiet = waiting and self._pause_was_quiet()
        told = [i for i, t in enumerate(self._tracks) if t.completed(pause, quiet=quiet)]
        self._tell(hop, told)

    def _lasting(self, hop: int) -> None:
        s = self._segment
        begin = s.begin if s.sure < 0 else s.sure
        told = []
        for i, track in enumerate(self._tracks):
            long = hop + 1 - begin >= track.want.continuous_s * HOPS_A_SECOND
            if not track.want.cadence and not track.told and long and track.knows(s):
                track.told, track.begun = True, begin
                told.append(i)
        self._tell(hop, told)

    def _tell(self, hop: int, told: list[int]) -> None:
        for i in told[:1]:
            t = self._tracks[i]
            seconds = (hop + 1 - t.begun) / HOPS_A_SECOND
            self.found.append(Found(hop, i, t.hertz, t.level, seconds))
