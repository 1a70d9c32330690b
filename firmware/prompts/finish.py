"""From a voice to a clip: telephone band, silence cut, one level, A-law."""

import numpy as np

from cython_dsp.resample import RATE, resample
from firmware.prompts import alaw, level
from firmware.prompts.alaw import Samples

PEAK = 0.9 * 32768
_BAND = (200.0, 3400.0)  # Hz; what is below only costs level on a telephone
_EDGE = 0.03  # s kept before and after the sound
_FADE = 0.01  # s
_QUIET = -40.0  # dB below the loudest 10 ms is silence


def speech(samples: Samples, rate: int, target: float) -> Samples:
    """Speech at any rate to 8 kHz samples at an active speech level of `target` dBm0."""
    narrow = trimmed(band_limited(resample(samples, rate)))
    return levelled(narrow, target - level.active_speech(narrow))


def levelled(samples: Samples, gain_db: float) -> Samples:
    """Amplify, but keep peaks below clipping by soft limiting."""
    loud = level.amplified(samples, gain_db)
    over = np.abs(loud) > PEAK / 2
    limited = loud.copy()
    excess = np.abs(loud[over]) - PEAK / 2
    limited[over] = np.sign(loud[over]) * (PEAK / 2 + PEAK / 2 * np.tanh(excess / (PEAK / 2)))
    return limited


def band_limited(samples: Samples) -> Samples:
    """Linear-phase band pass (windowed sinc, 401 taps at 8 kHz)."""
    n = np.arange(-200, 201)
    low, high = (2 * edge / RATE for edge in _BAND)
    taps = (high * np.sinc(high * n) - low * np.sinc(low * n)) * np.hamming(n.size)
    return np.convolve(samples, taps, mode="full")[200:-200]


def trimmed(samples: Samples) -> Samples:
    """Without leading and trailing silence, edges faded; empty where there is only silence."""
    frame = RATE // 100
    power = np.square(samples[: samples.size // frame * frame]).reshape(-1, frame).mean(axis=1)
    if not power.size or power.max() <= 0:
        return samples[:0]
    loud = np.flatnonzero(power > power.max() * 10 ** (_QUIET / 10))
    edge = int(_EDGE * RATE)
    start = max(0, loud[0] * frame - edge)
    kept = samples[start : (loud[-1] + 1) * frame + edge].copy()
    fade = np.linspace(0, 1, min(int(_FADE * RATE), kept.size))
    kept[: fade.size] *= fade
    kept[kept.size - fade.size :] *= fade[::-1]
    return kept


def clip(samples: Samples) -> bytes:
    """The finished A-law bytes."""
    return alaw.encode(samples)
