"""What a pair of wires does to speech: loss, noise, hum, twist, frequency error, echo.

Blocks of all lines at once, shape (lines, frames), linear samples of 16 bits as float64; all state
is kept from block to block and every random number comes from the seed, so a run can be repeated.
Levels are dBm0 of A-law (`board.sim.alaw`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from board.sim.alaw import RATE

Block = NDArray[np.float64]

FULL_SCALE_DBM0 = 3.14
NO_LEVEL = -90.0
_PEAK = 32767.0


def amplitude(level_dbm0: float) -> float:
    """Return the rms of 16-bit samples at a level."""
    return _PEAK / math.sqrt(2) * 10 ** ((level_dbm0 - FULL_SCALE_DBM0) / 20)


def noise_for(signal_dbm0: float, signal_to_noise_db: float) -> float:
    """Return the level of white noise (0 to 4 kHz) for a signal-to-noise ratio."""
    return signal_dbm0 - signal_to_noise_db


@dataclass
class Impairment:
    """What is wrong with one line in one direction; may be changed between blocks."""

    loss_db: float = 0.0
    noise_dbm0: float = NO_LEVEL
    """White noise; NO_LEVEL or less: none."""
    hum_dbm0: float = NO_LEVEL
    """50 Hz with harmonics up to 350 Hz, all together."""
    impulses_per_s: float = 0.0
    """Impulse noise: short decaying clicks, at random times."""
    impulse_dbm0: float = -6.0
    """Their peak, as the level of a sine with that peak."""
    clip_dbm0: float = FULL_SCALE_DBM0
    """Samples are limited to the peak of a sine of this level."""
    frequency_error: float = 0.0
    """0.02: everything is heard 2 % higher."""
    twist_db: float = 0.0
    """How much louder 1209 Hz and above are than 941 Hz and below; the mean stays."""


class Impairments:
    """Applies an `Impairment` to each line, block by block."""

    def __init__(self, settings: Sequence[Impairment], seed: int = 1) -> None:
        """`settings` is read anew in every block."""
        self._settings = settings
        self._random = np.random.default_rng(seed)
        self._twist = FirBank(len(settings), _TWIST_TAPS)
        self._twisted = [0.0] * len(settings)
        self._clicks = np.zeros((len(settings), len(_CLICK)))  # what is left of them
        self._clicking = [False] * len(settings)
        self._stretchers = [Stretcher() for _ in settings]
        self._levels: list[tuple[float, float]] = []
        self._gains: Block = np.ones((len(settings), 1))
        self._limits: Block = np.ones((len(settings), 1))
        self._at = 0

    def block(self, samples: Block) -> Block:
        """Return what arrives of what was sent; shape (lines, frames), any frames up to 160."""
        self._set_levels()
        out: Block = samples * self._gains
        out = self._tilt(out)
        for line, one in enumerate(self._settings):
            if one.frequency_error or self._stretchers[line].late:
                out[line] = self._stretchers[line].block(out[line], 1.0 + one.frequency_error)
        self._add_noise(out)
        self._at += out.shape[1]
        return np.clip(out, -self._limits, self._limits)

    def _set_levels(self) -> None:
        levels = [(one.loss_db, one.clip_dbm0) for one in self._settings]
        if levels != self._levels:
            self._levels = levels
            gains = [10 ** (-loss_db / 20) for loss_db, _ in levels]
            peaks = [amplitude(clip_dbm0) * math.sqrt(2) for _, clip_dbm0 in levels]
            self._gains, self._limits = np.array(gains)[:, None], np.array(peaks)[:, None]

    def _tilt(self, samples: Block) -> Block:
        for line, one in enumerate(self._settings):
            if one.twist_db != self._twisted[line]:
                self._twisted[line] = one.twist_db
                self._twist.set(line, _twist_response(one.twist_db))
        return self._twist.block(samples) if any(self._twisted) else samples

    def _add_noise(self, out: Block) -> None:
        frames = out.shape[1]
        for line, one in enumerate(self._settings):
            if one.noise_dbm0 > NO_LEVEL:
                out[line] += amplitude(one.noise_dbm0) * self._random.standard_normal(frames)
            if one.hum_dbm0 > NO_LEVEL:
                at = (self._at + np.arange(frames)) % len(_HUM)
                out[line] += amplitude(one.hum_dbm0) * _HUM[at]
            if one.impulses_per_s > 0 or self._clicking[line]:
                self._click(line, one, out[line])

    def _click(self, line: int, one: Impairment, out: Block) -> None:
        frames = len(out)
        whole = np.concatenate([self._clicks[line], np.zeros(frames)])
        for _ in range(self._random.poisson(one.impulses_per_s * frames / RATE)):
            begin = int(self._random.integers(frames))
            peak = amplitude(one.impulse_dbm0) * math.sqrt(2) * self._random.choice((-1, 1))
            whole[begin : begin + len(_CLICK)] += peak * _CLICK
        out += whole[:frames]
        self._clicking[line] = bool(whole[frames:].any())
        self._clicks[line] = whole[frames : frames + len(_CLICK)]


class FirBank:
    """A filter for each line, with what each line said before; an echo path is one."""

    def __init__(self, lines: int, taps: int) -> None:
        """All filters are nought until set."""
        self._taps = np.zeros((lines, taps))
        self._past = np.zeros((lines, taps - 1))
        self._spectra: dict[int, NDArray[np.complex128]] = {}

    def set(self, line: int, response: Block) -> None:
        """Give a line an impulse response, at most `taps` long."""
        self._taps[line] = 0.0
        self._taps[line, : len(response)] = response
        self._spectra.clear()

    def block(self, samples: Block) -> Block:
        """Return the filtered block, shape (lines, frames)."""
        frames = samples.shape[1]
        whole = np.concatenate([self._past, samples], axis=1)
        self._past = whole[:, frames:]
        size = whole.shape[1]  # overlap-save: what wraps around is dropped
        if size not in self._spectra:
            self._spectra[size] = np.fft.rfft(self._taps, size)
        filtered = np.fft.irfft(np.fft.rfft(whole) * self._spectra[size], size)
        return filtered[:, size - frames :]


class Stretcher:
    """Plays a stream at another pitch, sample for sample; drops or repeats some in a pause.

    A frequency error of an analogue carrier would keep the time; what a resampler gains or loses
    of it has to go somewhere, so now and then, rather in a pause, the reading place jumps: at 2 %
    not before 2.5 s of sound.  It is 100 ms late.
    """

    def __init__(self) -> None:
        self._past: Block = np.zeros(_STORE)
        self._read = 0.0  # how far behind the newest sample; 0: not at work
        self.jumps = 0

    @property
    def late(self) -> bool:
        """Whether it is at work; it begins with 100 ms of silence and ends by leaving them out."""
        return self._read > 0

    def block(self, samples: Block, ratio: float) -> Block:
        """Return as many samples at `ratio` times the frequency (0.9 to 1.1)."""
        if ratio == 1.0:
            self._past, self._read = np.zeros(_STORE), 0.0
            return samples
        self._past = np.concatenate([self._past[len(samples) :], samples])
        frames = len(samples)
        self._jump(frames, ratio)
        places = _STORE - frames - self._read + ratio * np.arange(frames, dtype=np.float64)
        self._read += frames * (1.0 - ratio)
        return self._interpolate(places)

    def _jump(self, frames: int, ratio: float) -> None:
        """Stay between the newest and the oldest sample, by whole jumps to the middle."""
        least, most = _SINC + frames * abs(ratio - 1.0), _STORE - frames - 2 * _SINC
        at = int(_STORE - frames - self._read)
        pause = self._read > 0 and np.abs(self._past[at : at + frames]).max() < _PAUSE
        off_centre = abs(self._read - _STORE / 2) > _STORE / 4
        if not least < self._read < most or (pause and off_centre):
            self.jumps += self._read > 0
            self._read = _STORE / 2

    def _interpolate(self, places: Block) -> Block:
        whole = np.floor(places).astype(np.intp)
        near = whole[:, None] + np.arange(1 - _SINC, _SINC + 1)
        offset = places[:, None] - near
        window = np.cos(np.pi * offset / (2 * (_SINC + 1))) ** 2
        weights: Block = np.sinc(offset) * window
        heard: Block = np.sum(self._past[near] * weights, axis=1)
        return heard


def echo_response(
    seed: int, return_loss_db: float, delay_ms: float = 0.0, tail_ms: float = 8.0
) -> Block:
    """Return an echo path: a delay, then a dispersive tail that decays by 30 dB over `tail_ms`.

    `return_loss_db` is the loss of white noise by it (as in the hybrid models of G.168 annex D).
    """
    taps = max(1, round(tail_ms * 8))
    decay = 10 ** (-1.5 * np.arange(taps) / taps)
    tail = np.random.default_rng(seed).standard_normal(taps) * decay
    tail *= 10 ** (-return_loss_db / 20) / np.sqrt(np.sum(tail**2))
    return np.concatenate([np.zeros(round(delay_ms * 8)), tail])


def _hum() -> Block:
    """One period of 50 Hz with odd and even harmonics as of a rectifier, rms 1."""
    at = np.arange(RATE // 50) / RATE
    parts = {50: 1.0, 100: 0.5, 150: 0.6, 250: 0.3, 350: 0.2}
    wave: Block = sum(
        (part * np.sin(2 * np.pi * hertz * at + hertz) for hertz, part in parts.items()),
        np.zeros_like(at),
    )
    wave /= np.sqrt(np.mean(wave**2))
    return wave


@cache
def _twist_response(twist_db: float) -> Block:
    """Linear phase, so the delay is half its length: 6 ms."""
    bins = np.fft.rfftfreq(_DESIGN, 1 / RATE)
    tilt = np.interp(bins, [941.0, 1209.0], [-twist_db / 2, twist_db / 2])
    response = np.fft.irfft(10 ** (tilt / 20))
    middle = np.roll(response, _TWIST_TAPS // 2)[:_TWIST_TAPS]
    return middle * np.hanning(_TWIST_TAPS + 2)[1:-1]


_HUM = _hum()
_CLICK = np.exp(-np.arange(24) / 5.0) * np.cos(np.arange(24) * 1.1)  # 3 ms
_TWIST_TAPS = 97
_DESIGN = 1024
_STORE = 1600  # samples: 200 ms
_SINC = 8  # samples on each side
_PAUSE = 60.0  # about -52 dBm0
