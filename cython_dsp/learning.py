"""What a line said after the other end hung up, and what it says when it is idle.

Called in a worker thread: half a minute of audio takes about a tenth of a second.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cython_dsp import g711
from cython_dsp.progress import TonePattern
from cython_dsp.reference_tones import FULL

Real = NDArray[np.float64]
RATE = 8000
LOWEST_HZ, HIGHEST_HZ = 300.0, 1500.0
_LONGEST_S = 30
_SILENT = -90.0
_FRAME, _FRAME_HOP = 512, 128  # 64 and 16 ms
_HEARD = FULL**2 / 2 * 10**-4.5  # -45 dBm0
_PURE = 0.85  # part of a frame's energy in two lines
_SIDE_HZ = 150.0  # of the band in which bursts are timed
_GLITCH = 240  # samples: what is shorter than 30 ms is neither burst nor pause
_QUIET = 0.1  # a pause is 10 dB below the bursts
_LASTS_S = 2.0  # a tone without pauses
_APART_HZ = 20.0  # of two lines of one tone
_SHARE = 0.8  # part of a burst's energy in the lines
_BURSTS_MAX = 4  # in one cycle
_MOSTLY = 0.6  # part of the bursts that must be regular
_REGULAR_S, _REGULAR = 0.02, 0.06  # how much one cycle may differ from the next


@dataclass(frozen=True)
class LearntTone:
    """A tone that was repeated, or lasted."""

    frequencies: tuple[float, ...]
    """One or two, within 1 Hz."""
    cadence: tuple[float, ...]
    """Seconds on, off ... of one cycle, the longest pause last; empty: continuous.

    Within 5 ms; two frequencies that are closer than 60 Hz beat so slowly that it is 15 ms.
    """
    cycles: int
    """Whole cycles that were heard."""
    level_dbm0: float
    """Of the bursts, both frequencies together."""
    confidence: float
    """0 to 1: how pure, how regular, how often (four cycles are often)."""

    def pattern(self, cycles: int = 4) -> TonePattern:
        """Return what finds it again; ValueError when the engine cannot listen for it."""
        lasting = 3.0 if not self.cadence else 0.5
        return TonePattern(self.frequencies, self.cadence, cycles, continuous_s=lasting)


@dataclass(frozen=True)
class LineNoise:
    """What an idle line says; all in dBm0, -90 is silence."""

    level_dbm0: float
    """Flat, 250 to 3500 Hz."""
    weighted_dbm0p: float
    """As the ear hears it: psophometric weights of ITU-T O.41, reference 800 Hz."""
    hum_dbm0: tuple[float, float, float]
    """At 50, 100 and 150 Hz."""
    dominant_hz: float
    """The strongest line from 40 to 3800 Hz."""
    dominant_dbm0: float


# ITU-T O.41, table 1: psophometric weights for telephone circuits (Hz, dB).
_WEIGHT_HZ = (16.66, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1200, 1400, 1600, 1800)
_WEIGHT_DB = (-85, -63, -41, -21, -10.6, -6.3, -3.6, -2.0, -0.9, 0, 0.6, 1.0, 0, -0.9, -1.7, -2.4)
_HIGH_HZ = (2000, 2500, 3000, 3500, 4000)
_HIGH_DB = (-3.0, -4.2, -5.6, -8.5, -15.0)


@dataclass(frozen=True)
class _Bursts:
    """Where the tone is on: first samples and those after the last; its lines."""

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    frequencies: tuple[float, ...]


def find_cadence(alaw: bytes) -> LearntTone | None:
    """Return the tone that dominates the last 30 s of A-law; None: speech, music or silence."""
    x = _pcm(alaw)
    if len(x) < RATE:
        return None
    line, level = _dominant(x)
    frequencies = _frequencies(x, _bursts(x, (line,), level)) if level else ()
    if not frequencies:
        return None
    bursts, share, power = _pure(x, _bursts(x, frequencies, level))
    if not len(bursts.begins) or power < _HEARD:
        return None
    return _told(x, bursts, share, power)


def measure(alaw: bytes) -> LineNoise:
    """Return the levels of A-law from an idle line (its last 30 s); less than 0.5 s is silence."""
    x = np.frombuffer(g711.alaw_decode(alaw[-_LONGEST_S * RATE :]), "<i2").astype(np.float64)
    size = min(RATE, len(x))
    if size < RATE // 2:
        return LineNoise(_SILENT, _SILENT, (_SILENT,) * 3, 0.0, _SILENT)
    parts = x[: len(x) // size * size].reshape(-1, size) * np.hanning(size)
    power = (np.abs(np.fft.rfft(parts, axis=1)) ** 2).mean(axis=0) * 2 / (size * 0.375 * size)
    hertz = np.arange(len(power)) * RATE / size
    weights = np.interp(hertz, (*_WEIGHT_HZ, *_HIGH_HZ), (*_WEIGHT_DB, *_HIGH_DB))
    strongest = int(np.where((hertz >= 40) & (hertz <= 3800), power, 0.0).argmax())
    return LineNoise(
        _dbm0(power[(hertz >= 250) & (hertz <= 3500)].sum()),
        _dbm0((power * 10 ** (weights / 10)).sum()),
        (_line(power, hertz, 50), _line(power, hertz, 100), _line(power, hertz, 150)),
        round(_between(power, strongest) * RATE / size, 1),
        _line(power, hertz, float(hertz[strongest])),
    )


def _line(power: Real, hertz: Real, hz: float) -> float:
    step = hertz[1]
    return _dbm0(power[np.abs(hertz - hz) <= 2.5 * step].sum())


def _dbm0(power: float) -> float:
    return max(_SILENT, round(float(10 * np.log10(power / (FULL**2 / 2) + 1e-12)), 2))


def _pcm(alaw: bytes) -> Real:
    """Samples of the last 30 s between 250 and 3500 Hz: without hum."""
    x = np.frombuffer(g711.alaw_decode(alaw[-_LONGEST_S * RATE :]), "<i2").astype(np.float64)
    return _band(x, 250.0, 3500.0)


def _band(x: Real, low: float, high: float) -> Real:
    """What is between two frequencies, without delay."""
    spectrum = np.fft.rfft(x, len(x) + RATE)
    hertz = np.fft.rfftfreq(len(x) + RATE, 1 / RATE)
    edge = np.minimum(hertz - low, high - hertz) / 40.0 + 0.5  # 40 Hz wide
    filtered: Real = np.fft.irfft(spectrum * np.clip(edge, 0.0, 1.0), len(x) + RATE)[: len(x)]
    return filtered


def _frames(x: Real) -> Real:
    """Power spectra of 64 ms each 16 ms; the sum of a line's bins is its mean square."""
    count = max(0, (len(x) - _FRAME) // _FRAME_HOP + 1)
    index = np.arange(_FRAME) + _FRAME_HOP * np.arange(count)[:, None]
    spectra = np.fft.rfft(x[index] * np.hanning(_FRAME), axis=1)
    power: Real = np.abs(spectra) ** 2 * 2 / (_FRAME * 0.375 * _FRAME)
    return power


def _dominant(x: Real) -> tuple[float, float]:
    """The line that most of the pure frames share, and their mean square; 0: there is none."""
    power = _frames(x)
    total = power.sum(axis=1)
    left = power.copy()
    lines = np.zeros(len(power))
    for _ in range(2):
        best = np.clip(left.argmax(axis=1), 4, power.shape[1] - 5)
        around = best[:, None] + np.arange(-4, 5)
        lines += np.take_along_axis(left, around, axis=1).sum(axis=1)
        np.put_along_axis(left, around, 0.0, axis=1)
    pure = (total >= _HEARD) & (lines >= _PURE * total)
    if pure.sum() < 6:
        return 0.0, 0.0
    shares = power[pure] / total[pure, None]
    low, high = round(LOWEST_HZ * _FRAME / RATE), round(HIGHEST_HZ * _FRAME / RATE)
    best = low + int(shares.sum(axis=0)[low : high + 1].argmax())
    having = shares[:, best - 3 : best + 4].sum(axis=1) > 0.2
    return best * RATE / _FRAME, float(np.median(total[pure][having])) if having.any() else 0.0


def _beat_s(frequencies: tuple[float, ...]) -> float:
    """The beat of two lines; 0 of one."""
    apart = max(frequencies) - min(frequencies)
    return 1 / apart if apart >= 20 else 0.0


def _bursts(x: Real, frequencies: tuple[float, ...], level: float) -> _Bursts:
    """Where the band around the lines is within 3 dB of the level (mean square)."""
    low, high = min(frequencies), max(frequencies)
    power = _band(x, low - _SIDE_HZ, high + _SIDE_HZ) ** 2
    width = max(80, round(_beat_s(frequencies) * RATE))  # over a whole beat a tone is even
    even = np.convolve(power, np.ones(width) / width, "same")
    on = np.concatenate([[0], (even > level / 2).astype(np.int8), [0]])
    begins, ends = np.flatnonzero(np.diff(on) == 1), np.flatnonzero(np.diff(on) == -1)
    for _ in range(2):  # pauses too short, then bursts too short
        keep = begins[1:] - ends[:-1] >= _GLITCH
        begins = begins[np.concatenate([[True], keep])] if len(begins) else begins
        ends = ends[np.concatenate([keep, [True]])] if len(ends) else ends
        long = ends - begins >= _GLITCH
        begins, ends = begins[long], ends[long]
    return _Bursts(begins, ends, frequencies)


def _frequencies(x: Real, bursts: _Bursts) -> tuple[float, ...]:
    """One or two lines, from the longest bursts."""
    if not len(bursts.begins):
        return ()
    lengths = bursts.ends - bursts.begins
    length = int(min(0.8 * lengths.max(), RATE)) - 160
    if length < 400:
        return ()
    spectra = []
    for begin in bursts.begins[lengths >= length + 160]:
        part = x[begin + 80 : begin + 80 + length] * np.hanning(length)
        power = np.abs(np.fft.rfft(part, 1 << 15)) ** 2
        spectra.append(power / power.sum())
    power = np.median(spectra, axis=0)
    step = RATE / (1 << 15)
    first = _peak(power)
    lobe = round(max(2.2 * RATE / length, _APART_HZ) / step)
    others = power.copy()
    others[max(0, first - lobe) : first + lobe + 1] = 0
    second = _peak(others)
    lines = [first, second] if others[second] > 0.08 * power[first] else [first]
    return tuple(sorted(float(_between(power, k)) * step for k in lines))


def _peak(power: Real) -> int:
    step = RATE / (1 << 15)
    low, high = round(LOWEST_HZ / step), round(HIGHEST_HZ / step)
    return low + int(power[low : high + 1].argmax())


def _between(power: Real, k: int) -> float:
    """Where the top of a parabola through three values (dB) is."""
    a, b, c = np.log(power[k - 1 : k + 2] + 1e-30)
    bend = a - 2 * b + c
    return k + (0.5 * (a - c) / bend if bend else 0.0)


def _pure(x: Real, bursts: _Bursts) -> tuple[_Bursts, float, float]:
    """The bursts that are the tone and nothing else, how pure they are, and their mean square."""
    low, high = min(bursts.frequencies), max(bursts.frequencies)
    if high - low < 80:
        lines = _band(x, low - 40, high + 40)
    else:
        lines = _band(x, low - 40, low + 40) + _band(x, high - 40, high + 40)
    inner = [slice(b + 80, e - 80) for b, e in zip(bursts.begins, bursts.ends, strict=True)]
    power = np.array([(x[part] ** 2).mean() for part in inner])
    share = np.array([(lines[part] ** 2).mean() for part in inner]) / np.maximum(power, 1.0)
    good = share >= _SHARE
    if not good.any():
        return _Bursts(bursts.begins[good], bursts.ends[good], bursts.frequencies), 0.0, 0.0
    kept = _Bursts(bursts.begins[good], bursts.ends[good], bursts.frequencies)
    return kept, float(np.median(share[good])), float(np.median(power[good]))


def _told(x: Real, bursts: _Bursts, share: float, power: float) -> LearntTone | None:
    level = round(float(10 * np.log10(power / (FULL**2 / 2))), 2)
    purity = min(1.0, share)
    if bursts.ends[-1] >= len(x) - RATE // 5 and (
        bursts.ends[-1] - bursts.begins[-1] >= _LASTS_S * RATE
    ):
        return LearntTone(bursts.frequencies, (), 0, level, round(purity, 2))
    on, off = _durations(x, bursts, power)
    for each in range(1, _BURSTS_MAX + 1):
        regular = _regular(on, off, each, _beat_s(bursts.frequencies) / 2)
        cycles = regular // each
        if cycles >= 2 and regular >= _MOSTLY * len(on):
            cadence = _cadence(on[-regular:], off[-regular:], each)
            sure = purity * min(1.0, cycles / 4) * regular / len(on)
            return LearntTone(bursts.frequencies, cadence, cycles, level, round(sure, 2))
    return None


def _durations(x: Real, bursts: _Bursts, power: float) -> tuple[Real, Real]:
    """Seconds of each whole burst and of the pause behind it; a loud pause is NaN."""
    begins, ends = bursts.begins, bursts.ends
    first = 1 if len(begins) and begins[0] < _GLITCH else 0  # its beginning was not heard
    on = (ends - begins)[first:-1] / RATE
    off = (begins[1:] - ends[:-1])[first:] / RATE
    for i, (end, begin) in enumerate(zip(ends[first:-1], begins[first + 1 :], strict=True)):
        pause = x[end + 80 : begin - 80]
        if len(pause) and (pause**2).mean() > _QUIET * power:
            off[i] = np.nan
    return on, off


def _regular(on: Real, off: Real, each: int, blur_s: float) -> int:
    """How many of the latest bursts repeat those one cycle before (they are counted too)."""
    if len(on) < 2 * each:
        return 0
    same = _alike(on[each:], on[:-each], blur_s) & _alike(off[each:], off[:-each], blur_s)
    broken = np.flatnonzero(~same)
    last = int(broken[-1]) + 1 if len(broken) else 0
    run = len(same) - last
    return run + each if run else 0


def _alike(a: Real, b: Real, blur_s: float) -> NDArray[np.bool_]:
    return np.abs(a - b) <= np.maximum(_REGULAR_S + blur_s, _REGULAR * np.minimum(a, b))


def _cadence(on: Real, off: Real, each: int) -> tuple[float, ...]:
    """Mean durations of one cycle, turned so that the longest pause is last."""
    whole = len(on) // each * each
    ons = on[-whole:].reshape(-1, each).mean(axis=0)
    offs = off[-whole:].reshape(-1, each).mean(axis=0)
    turn = (int(offs.argmax()) + 1) % each
    pairs = zip(np.roll(ons, -turn), np.roll(offs, -turn), strict=True)
    return tuple(round(float(seconds), 3) for pair in pairs for seconds in pair)
