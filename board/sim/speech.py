"""What simulated people say: recorded sentences, and a speech-like signal where none will do."""

from functools import cache
from pathlib import Path

import numpy as np

from board.sim.alaw import RATE, encode, level_dbm0

_FOLDER = Path(__file__).parent / "speech"
_LEVEL_DBM0 = -18.0
_SYLLABLE_S = 0.22


def sentences(language: str, party: str = "caller") -> list[str]:
    """Return the names of the sentences there are for one party, sorted; perhaps none."""
    return sorted(path.stem for path in (_FOLDER / language).glob(f"{party}_*.alaw"))


@cache
def sentence(language: str, name: str) -> bytes:
    """Return a recorded sentence in A-law.  Raises FileNotFoundError."""
    return (_FOLDER / language / f"{name}.alaw").read_bytes()


@cache
def babble(seconds: float, seed: int) -> bytes:
    """Return a speech-like signal in A-law: voiced syllables, changing formants, short pauses.

    Not periodic over its length, so that one alignment only gives a high cross-correlation.
    """
    source = np.random.default_rng(seed)
    count = int(seconds * RATE)
    parts = [np.zeros(0)]
    while sum(map(len, parts)) < count:
        parts.append(_syllable(source))
        if source.random() < 0.15:
            parts.append(np.zeros(int(source.uniform(0.1, 0.3) * RATE)))
    signal = np.concatenate(parts)[:count]
    scaled = np.clip(signal / np.abs(signal).max() * 20_000, -32768, 32767).astype(np.int16)
    gain = 10 ** ((_LEVEL_DBM0 - level_dbm0(scaled)) / 20)
    return encode(np.clip(scaled * gain, -32768, 32767).astype(np.int16))


def _syllable(source: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    size = int(source.uniform(0.6, 1.4) * _SYLLABLE_S * RATE)
    time = np.arange(size) / RATE
    pitch = source.uniform(90, 220) * (1 + 0.1 * np.sin(2 * np.pi * source.uniform(1, 4) * time))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formants = source.uniform([300, 900, 2000], [800, 1800, 3000])
    voice = np.zeros(size)
    for harmonic in range(1, 18):
        hertz = harmonic * float(pitch.mean())
        strength = sum(np.exp(-(((hertz - formant) / 150) ** 2)) for formant in formants)
        voice += (0.05 + strength) * np.sin(harmonic * phase)
    noise = 0.1 * source.standard_normal(size)
    shape = np.sin(np.pi * np.arange(size) / size)
    result: np.ndarray[tuple[int], np.dtype[np.float64]] = (voice + noise) * shape
    return result
