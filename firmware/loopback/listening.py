"""Listening by numbers: alignment, likeness and gaps of what was said and heard.

All audio is int16 at 8 kHz, one dimension.
"""

from dataclasses import dataclass

import numpy as np

RATE = 8000
FRAME = 40  # 5 ms
SILENCE_DBM0 = -50.0


@dataclass(frozen=True)
class Likeness:
    """How `heard` compares with `said`."""

    correlation: float  # at the best alignment, 1.0 = the same wave
    delay_s: float  # heard later than said by this much
    longest_gap_s: float  # longest stretch that is silent in `heard` while `said` is not


def level_dbm0(samples: np.ndarray) -> float:
    """RMS level; a full-scale A-law sine is +3.14 dBm0 (ITU-T G.711)."""
    rms = np.sqrt(np.mean(np.square(samples.astype(float)))) if len(samples) else 0.0
    return float(20 * np.log10(max(rms, 1e-3) / (32124 / np.sqrt(2))) + 3.14)


def likeness(said: np.ndarray, heard: np.ndarray) -> Likeness:
    """Align `said` in `heard` by cross-correlation and compare."""
    a, b = said.astype(float), heard.astype(float)
    if len(b) < len(a):
        b = np.pad(b, (0, len(a) - len(b)))
    size = 1 << (len(a) + len(b) - 1).bit_length()
    cross = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)
    # Normalised by the energy under the window: a louder stretch elsewhere is no likeness.
    energy = np.concatenate([[0.0], np.cumsum(np.square(b))])
    under = energy[len(a) :] - energy[: len(b) - len(a) + 1]
    floor = 0.01 * float(a @ a)
    delay = int(np.argmax(cross[: len(b) - len(a) + 1] / np.sqrt(np.maximum(under, floor))))
    part = b[delay : delay + len(a)]
    norm = np.linalg.norm(a) * np.linalg.norm(part)
    correlation = float(a @ part / norm) if norm else 0.0
    return Likeness(correlation, delay / RATE, _longest_gap(a, part) / RATE)


def _longest_gap(said: np.ndarray, heard: np.ndarray) -> int:
    """Samples of the longest run of frames that are loud in `said` and silent in `heard`."""
    frames = len(said) // FRAME
    power = [
        np.mean(np.square(x[: frames * FRAME].reshape(frames, FRAME)), axis=1)
        for x in (said, heard)
    ]
    longest = run = 0
    for loud, quiet in zip(power[0] > 200.0**2, power[1] < 20.0**2, strict=True):
        run = run + FRAME if loud and quiet else 0
        longest = max(longest, run)
    return longest
