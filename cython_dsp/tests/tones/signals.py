"""Signals for the detector's tests: digits in silence or noise, and what is not a digit.

The Bellcore talk-off tapes cannot be shipped; the speech-like and musical signals here are our
own, harsher than most speech (strong harmonics held still), and no substitute for the tapes.
"""

import numpy as np
from scipy import signal

from cython_dsp.reference_tones import RATE

ALL = "0123456789*#ABCD"


def to_pcm(x):
    return np.clip(np.round(x), -32768, 32767).astype(np.int16)


def between_silence(x, before=800, after=1600):
    return to_pcm(np.concatenate([np.zeros(before), x, np.zeros(after)]))


def noise_at(rng, x, snr_db, n):
    """White noise of n samples, snr_db below the power of x."""
    return rng.normal(size=n) * np.sqrt((x**2).mean() / 10 ** (snr_db / 10))


def speech_like(seed, seconds, peak=20000):
    """Voiced stretches with moving pitch and formants, and unvoiced ones between."""
    rng = np.random.default_rng(seed)
    out = []
    while sum(map(len, out)) < seconds * RATE:
        n = int(rng.uniform(0.06, 0.35) * RATE)
        if rng.random() < 0.25:
            source = rng.normal(size=n)
        else:
            pitch = np.linspace(*rng.uniform(85, 320, 2), n) if rng.random() < 0.6 else None
            pitch = np.full(n, rng.uniform(85, 400)) if pitch is None else pitch
            source = signal.sawtooth(2 * np.pi * np.cumsum(pitch) / RATE)
        for low, high in ((300, 950), (950, 1900), (2200, 3200)):
            f, width = rng.uniform(low, high), rng.uniform(40, 160)
            r = np.exp(-np.pi * width / RATE)
            source = signal.lfilter(
                [1 - r], [1, -2 * r * np.cos(2 * np.pi * f / RATE), r * r], source
            )
        envelope = np.hanning(n) ** 0.3 * rng.uniform(0.2, 1)
        out.append(envelope * source / (np.abs(source).max() + 1e-9))
        out.append(np.zeros(int(rng.uniform(0, 0.1) * RATE)))
    return to_pcm(peak * np.concatenate(out)[: seconds * RATE])


def music_like(seed, seconds, peak=20000):
    """Chords of plucked and held harmonic notes of the equal-tempered scale."""
    rng = np.random.default_rng(seed)
    out = np.zeros(seconds * RATE)
    for start in range(0, len(out), RATE // 5):
        for note in rng.integers(45, 90, rng.integers(1, 4)):
            n = min(int(rng.uniform(0.1, 0.8) * RATE), len(out) - start)
            t = np.arange(n) / RATE
            hz = 440 * 2 ** ((note - 69) / 12)
            for h in range(1, int(rng.integers(1, 6)) + 1):
                if hz * h < 3800:
                    decay = np.exp(-t * rng.uniform(0, 8))
                    out[start : start + n] += decay / h * np.sin(2 * np.pi * hz * h * t)
    return to_pcm(peak * out / np.abs(out).max())
