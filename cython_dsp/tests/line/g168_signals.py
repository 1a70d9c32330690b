"""Test signals of ITU-T G.168 at 8 kHz, in linear samples: levels are of the active part, dBm0."""

import numpy as np

from cython_dsp.tests.line.g168_tables import NOISE_DB, NOISE_HZ, VOICED_C1, VOICED_C3
from cython_dsp.tests.line.paths import power

RATE = 8000
_TABLE_HZ = 44100
_NOISE_PERIOD = 8192  # samples at 44.1 kHz
_NOISE = 1600  # 200 ms


def _scaled(x, dbm0, active=slice(None)):
    return x * np.sqrt(power(dbm0) / (x[active] ** 2).mean())


def _voiced(table, samples):
    """The table as a periodic sound: its harmonics below 3.6 kHz."""
    first = _TABLE_HZ / len(table)
    coefficients = np.fft.rfft(table) / len(table)
    phase = 2j * np.pi * first * np.arange(samples) / RATE
    harmonics = range(1, int(3600 / first) + 1)
    return sum(2 * (coefficients[k] * np.exp(k * phase)).real for k in harmonics)


def _noise(amplitudes, phases):
    """C.1: lines 5.38 Hz apart, their amplitudes after the spectrum of figure C.2."""
    hz = _TABLE_HZ / _NOISE_PERIOD * np.arange(len(amplitudes))
    shape = 10 ** (np.interp(hz, NOISE_HZ, NOISE_DB) / 20) * ((hz >= 50) & (hz <= 3680))
    angle = 2 * np.pi * np.outer(np.arange(_NOISE), hz) / RATE + phases
    return np.cos(angle) @ (shape * amplitudes)


def _repeated(voiced, noise, period, seconds, dbm0):
    noise = noise * np.sqrt((voiced**2).mean() / (noise**2).mean())
    sound = np.concatenate([voiced, noise])
    one = np.concatenate([_scaled(sound, dbm0), np.zeros(period - len(sound))])
    cycle = np.concatenate([one, -one])
    samples = round(seconds * RATE)
    return np.tile(cycle, samples // len(cycle) + 1)[:samples]


def css(seconds, dbm0):
    """Composite source signal for one talker (C.1): 48.62 ms voiced, 200 noise, 101.38 pause."""
    lines = round(3700 * _NOISE_PERIOD / _TABLE_HZ)
    signs = np.random.default_rng(168).integers(0, 2, lines)
    noise = _noise(np.ones(lines), np.pi * (signs - 0.5))
    return _repeated(_voiced(VOICED_C1, 389), noise, 2800, seconds, dbm0)


def css_double(seconds, dbm0):
    """The same for the other talker (C.3): 72.69 ms voiced, 200 Gaussian noise, 127.31 pause."""
    rng = np.random.default_rng(3168)
    lines = round(3700 * _NOISE_PERIOD / _TABLE_HZ)
    noise = _noise(rng.rayleigh(size=lines), rng.uniform(0, 2 * np.pi, lines))
    return _repeated(_voiced(VOICED_C3, 582), noise, 3200, seconds, dbm0)


def tones(seconds, hertz, dbm0):
    """Sines together, `dbm0` each."""
    time = np.arange(round(seconds * RATE)) / RATE
    levels = np.broadcast_to(dbm0, len(hertz))
    return sum(
        np.sqrt(2 * power(level)) * np.sin(2 * np.pi * f * time)
        for f, level in zip(hertz, levels, strict=True)
    )


def answer_tone(seconds, dbm0, hertz=2100.0, reversal_ms=450.0, turn=180.0):
    """ANSam without its modulation: 2100 Hz that turns by 180° every 450 ms (V.25, G.168 7)."""
    samples = np.arange(round(seconds * RATE))
    turned = samples // (reversal_ms * RATE / 1000) * np.deg2rad(turn)
    return np.sqrt(2 * power(dbm0)) * np.sin(2 * np.pi * hertz * samples / RATE + turned)


def v21(seconds, dbm0, seed=21):
    """T.30's binary signals: 300 bit/s on channel 2, 1650 Hz (1) and 1850 Hz (0), flags first."""
    bits = round(seconds * 300)
    flags = np.tile([0, 1, 1, 1, 1, 1, 1, 0], bits // 8 + 1)[: min(bits, 300)]
    data = np.random.default_rng(seed).integers(0, 2, bits - len(flags))
    sent = np.concatenate([flags, data])[(np.arange(round(seconds * RATE)) * 300 // RATE)]
    phase = 2 * np.pi * np.cumsum(np.where(sent == 1, 1650, 1850)) / RATE
    return np.sqrt(2 * power(dbm0)) * np.sin(phase)


def silence(seconds):
    return np.zeros(round(seconds * RATE))
