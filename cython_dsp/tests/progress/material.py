"""What people and boxes say that is no tone of the network: speech of both languages, music."""

import numpy as np
from scipy import signal

from cython_dsp.tests.progress.lines import RATE, alaw, music_on_hold, noise, voices
from cython_dsp.tests.tones.signals import music_like, speech_like


def _recorded(seconds, rng):
    """Recorded utterances in another order, pace, level and line each time."""
    pieces, wanted = [], int(seconds * RATE)
    recorded = voices()
    while sum(map(len, pieces)) < wanted:
        voice = recorded[rng.integers(len(recorded))].astype(float)
        pace = int(rng.integers(86, 117))
        voice = signal.resample_poly(voice, 100, pace)  # higher and faster, or lower and slower
        pieces += [voice * rng.uniform(0.1, 1.4), np.zeros(rng.integers(200, 4000))]
    x = np.concatenate(pieces)[:wanted]
    return x + noise(rng.uniform(-70, -45), len(x), rng)


def _beeping(seconds, rng):
    """Repeated notes with pauses, as in ringing melodies: like tones, but no network's."""
    parts, wanted = [], int(seconds * RATE)
    while sum(map(len, parts)) < wanted:
        hz = 440 * 2 ** (rng.integers(-5, 15) / 12)
        on, off = rng.uniform(0.1, 0.6, 2)
        for _ in range(rng.integers(1, 4)):
            t = np.arange(int(on * RATE)) / RATE
            note = sum(np.sin(2 * np.pi * hz * k * t) / k**2 for k in range(1, 5))
            parts += [6000 * note, np.zeros(int(off * RATE))]
    return np.concatenate(parts)[:wanted]


def minutes(count, seed):
    """So many pieces of a minute each: half recorded speech, the rest synthetic and music."""
    held = music_on_hold()
    for k in range(count):
        rng = np.random.default_rng(seed * 1000 + k)
        if k % 2 == 0:
            x = _recorded(60, rng)
        elif k % 8 == 1:
            x = speech_like(seed * 1000 + k, 60)
        elif k % 8 == 3:
            x = music_like(seed * 1000 + k, 60)
        elif k % 8 == 5:
            music = np.tile(held, 2)[rng.integers(len(held)) :][: 60 * RATE].astype(float)
            x = signal.resample_poly(music, 100, int(rng.integers(80, 125))) * rng.uniform(0.3, 1.5)
        else:
            x = _beeping(60, rng)
        yield alaw(x)
