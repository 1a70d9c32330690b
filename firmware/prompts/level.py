"""Levels in dBm0: ITU-T P.56 method B for speech, plain RMS for music.

G.711 full scale is a sine of +3.14 dBm0, so a sample value of 32768 squared is +6.15 dBm0.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.prompts.alaw import Samples

RATE = 8000
FULL_SCALE_DBM0 = 3.14 + 10 * math.log10(2)
SILENCE_DBM0 = -90.0
_TIME_CONSTANT = 0.03  # s, P.56 clause 5.2
_HANGOVER = 0.2  # s
_MARGIN = 15.9  # dB between active level and threshold
_THRESHOLDS = 2.0 ** np.arange(1, 15)


def rms(samples: Samples) -> float:
    """Long-term level in dBm0; SILENCE_DBM0 for nothing."""
    power = float(np.mean(np.square(samples))) if samples.size else 0.0
    return _dbm0(power)


def active_speech(samples: Samples) -> float:
    """Active speech level of 8 kHz samples in dBm0 (P.56 method B); pauses do not count."""
    energy = float(np.sum(np.square(samples)))
    if energy <= 0:
        return SILENCE_DBM0
    active = _active_samples(_envelope(samples))
    heard = active > 0
    levels = 10 * np.log10(energy / active[heard])
    margins = levels - 20 * np.log10(_THRESHOLDS[heard])
    if margins[-1] >= _MARGIN:  # louder than the greatest threshold
        return _dbm0(10 ** (levels[-1] / 10))
    level = float(np.interp(_MARGIN, margins[::-1], levels[::-1]))
    return _dbm0(10 ** (level / 10))


def clipped_share(samples: Samples) -> float:
    """Share of samples that sit at the extremes, as after recording too loud."""
    if not samples.size:
        return 0.0
    return float(np.mean(np.abs(samples) >= 0.98 * 32768))


def amplified(samples: Samples, gain_db: float) -> Samples:
    """The samples at another level."""
    return samples * 10 ** (gain_db / 20)


def _dbm0(power: float) -> float:
    if power <= 0:
        return SILENCE_DBM0
    return max(SILENCE_DBM0, 10 * math.log10(power / 32768.0**2) + FULL_SCALE_DBM0)


def _envelope(samples: Samples) -> Samples:
    """Two exponential averages one after the other, as one convolution (impulse n·g^n)."""
    length = int(10 * _TIME_CONSTANT * RATE)
    n = np.arange(length)
    g = np.exp(-1 / (_TIME_CONSTANT * RATE))
    impulse = (1 - g) ** 2 * (n + 1) * g**n
    size = 1 << int(np.ceil(np.log2(samples.size + length)))
    spectrum = np.fft.rfft(np.abs(samples), size) * np.fft.rfft(impulse, size)
    return np.fft.irfft(spectrum, size)[: samples.size]


def _active_samples(envelope: Samples) -> NDArray[np.float64]:
    """Samples at or above each threshold, each burst prolonged by the hangover."""
    hangover = int(_HANGOVER * RATE)
    counts = []
    for threshold in _THRESHOLDS:
        above = np.cumsum(np.concatenate(([0], envelope >= threshold)))
        since = np.maximum(np.arange(envelope.size) - hangover, 0)
        counts.append(np.count_nonzero(above[1:] > above[since]))
    return np.array(counts, np.float64)
