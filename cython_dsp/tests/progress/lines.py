"""What a line gives to hear: tones of the zones as exchanges send them, hum, noise, speech."""

from functools import cache
from pathlib import Path

import numpy as np

from cython_dsp import g711
from cython_dsp.progress import packed
from cython_dsp.progress_rx import Listener, tones
from cython_dsp.reference_tones import FULL

ROOT = Path(__file__).parents[3]
RATE, HOP_S = 8000, 0.005
TABLE = {(zone, name): steps for zone, name, _, steps in tones()}
ZONES = sorted({zone for zone, _ in TABLE if zone})


def alaw(x):
    """Return samples as they come out of an A-law line."""
    pcm = np.clip(np.round(x), -32768, 32767).astype("<i2")
    return np.frombuffer(g711.alaw_decode(g711.alaw_encode(pcm.tobytes())), "<i2")


def sine(hz, dbm0, samples, phase=0.0):
    return FULL * 10 ** (dbm0 / 20) * np.sin(2 * np.pi * hz / RATE * np.arange(samples) + phase)


def cadence(steps, dbm0, seconds, *, rng, frequency=1.0, duration=1.0):
    """A tone, its level that of all its lines together; factors on frequency and durations."""
    parts, samples = [], int(seconds * RATE)
    while sum(map(len, parts)) < samples:
        for first, second, ms in steps:
            n = round(ms * 8 * duration) if ms else samples
            hz = [f for f in (first, second) if f]
            level = dbm0 - 10 * np.log10(max(1, len(hz)))
            lines = [sine(f * frequency, level, n, rng.uniform(0, 6)) for f in hz]
            parts.append(np.sum(lines, axis=0) if lines else np.zeros(n))
    return np.concatenate(parts)[:samples]


def noise(dbm0, samples, rng):
    return rng.normal(size=samples) * FULL / np.sqrt(2) * 10 ** (dbm0 / 20)


def hum(dbm0, samples, rng):
    harmonics = ((50, 0), (100, -6), (150, -3))
    return sum(sine(hz, dbm0 + db, samples, rng.uniform(0, 6)) for hz, db in harmonics)


def whole_cycle(zone, name):
    """Seconds of what zone_patterns() calls a cycle."""
    seconds = sum(ms for _, _, ms in TABLE[zone, name]) / 1000
    return seconds / 2 if (zone, name) == ("AU", "congestion") else seconds


def hear(pcm, patterns):
    """Return (seconds, index, hz, hz, dBm0, seconds since its beginning) of each tone told."""
    listener = Listener()
    listener.watch(packed(patterns))
    return [
        ((hop + 1) * HOP_S, i, *measured)
        for hop, kind, i, *measured in listener.take(pcm)
        if kind == 1
    ]


def heard_names(pcm, patterns):
    """Names of the tones told, patterns being what zone_patterns() gives."""
    return [list(patterns)[found[1]] for found in hear(pcm, list(patterns.values()))]


@cache
def voices():
    """All recorded speech of the repository, file by file."""
    folders = (ROOT / "firmware/prompts", ROOT / "board/sim/speech")
    paths = sorted(p for f in folders for p in f.rglob("*.alaw") if "music" not in p.name)
    return [np.frombuffer(g711.alaw_decode(path.read_bytes()), "<i2") for path in paths]


@cache
def conversation():
    """Callers and agents speaking, both languages: two minutes."""
    paths = sorted((ROOT / "board/sim/speech").rglob("*.alaw"))
    return np.frombuffer(g711.alaw_decode(b"".join(p.read_bytes() for p in paths)), "<i2")


def music_on_hold():
    return np.frombuffer(
        g711.alaw_decode((ROOT / "firmware/prompts/en/music.alaw").read_bytes()), "<i2"
    )
