"""Signals for audio tests in real time, and how alike two of them are."""

import numpy as np


def noise(seed, seconds):
    """Band-limited noise, unlike any other stretch of itself."""
    n = int(seconds * 8000)
    x = np.fft.rfft(np.random.default_rng(seed).normal(size=n))
    hz = np.fft.rfftfreq(n, 1 / 8000)
    x[(hz < 300) | (hz > 3000)] = 0
    x = np.fft.irfft(x, n)
    return (x / np.abs(x).max() * 12000).astype(np.int16)


def likeness(heard, said):
    """Correlation of `said` with the best matching stretch of `heard` (1 = the same)."""
    heard, said = np.asarray(heard, float), np.asarray(said, float)
    n = len(heard) + len(said)
    product = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(said, n)), n)
    at = int(product[: len(heard) - len(said)].argmax())
    return float(np.corrcoef(heard[at : at + len(said)], said)[0, 1])


def best_likeness(heard, said, seconds=0.5):
    """The best of several stretches: a player may skip or stretch once when it adapts."""
    n = int(seconds * 8000)
    pieces = [said[at : at + n] for at in range(0, len(said) - n, n)]
    return sorted((likeness(heard, piece) for piece in pieces), reverse=True)
