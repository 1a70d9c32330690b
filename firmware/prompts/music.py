"""Music on hold, composed and played here: "Slow Water", sixteen bars that loop.

A soft pad carries the chords, a plucked arpeggio moves over them, a few long notes answer.
All partials stay between 200 and 3400 Hz, and everything that rings at the end of the last
bar rings on into the first, so the loop has no seam.
"""

import numpy as np

from cython_dsp.resample import RATE
from firmware.prompts import finish, level
from firmware.prompts.alaw import Samples

_BAR = 3.0  # s
_STEPS = 6  # plucked notes a bar
# Chords as MIDI notes, low to high; a phrase of four bars, four phrases.
_D, _BM, _G, _A = (62, 66, 69, 74), (59, 66, 71, 74), (59, 67, 71, 74), (61, 64, 69, 76)
_EM, _FM, _GM7, _A4 = (64, 67, 71, 76), (61, 66, 69, 73), (62, 66, 67, 71), (62, 64, 69, 74)
_CHORDS = (_D, _FM, _GM7, _A, _BM, _FM, _G, _A4, _D, _BM, _EM, _A, _G, _EM, _A4, _A)
_ORDER = (0, 2, 1, 3, 2, 1)  # of the arpeggio within a chord
# The answering line: bar, beat of six, note, bars it lasts.
_LINE = (
    (1, 3, 81, 1.0),
    (2, 3, 78, 1.2),
    (5, 3, 81, 0.6),
    (6, 0, 83, 1.4),
    (9, 3, 78, 0.7),
    (10, 1, 79, 1.4),
    (12, 3, 83, 0.6),
    (13, 0, 79, 0.9),
    (14, 0, 78, 0.8),
    (15, 0, 76, 1.3),
)


def slow_water(target: float) -> Samples:
    """The piece at 8 kHz, its long-term level at `target` dBm0."""
    piece = np.zeros(int(len(_CHORDS) * _BAR * RATE))
    for bar, chord in enumerate(_CHORDS):
        for note in chord[1:]:
            _add(piece, bar * _BAR, 0.10 * _pad(note, 1.5 * _BAR))
        for step in range(_STEPS):
            octave = 12 * (step == 3 and bar % 2)
            pluck = _pluck(chord[_ORDER[step]] + octave, 2.4)
            _add(piece, bar * _BAR + step * _BAR / _STEPS, (0.32 - 0.03 * step) * pluck)
    for bar, step, note, bars in _LINE:
        _add(piece, (bar + step / _STEPS) * _BAR, 0.20 * _pad(note, bars * _BAR))
    narrow = _looped(piece)
    return finish.levelled(narrow, target - level.rms(narrow))


def _hertz(note: int) -> float:
    return 440.0 * float(2.0 ** ((note - 69) / 12))


def _partials(note: int, seconds: float, brightness: float) -> Samples:
    time = np.arange(int(seconds * RATE)) / RATE
    sound = np.zeros(time.size)
    for partial in range(1, 7):
        frequency = partial * _hertz(note)
        if frequency < 3300:
            fade = np.exp(-time * 0.6 * (partial - 1))
            sound += brightness ** (partial - 1) * fade * np.sin(2 * np.pi * frequency * time)
    return sound


def _pluck(note: int, seconds: float) -> Samples:
    """A struck string: at once there, dying away."""
    sound = _partials(note, seconds, 0.45)
    time = np.arange(sound.size) / RATE
    shape: Samples = np.minimum(time / 0.006, 1) * np.exp(-time / 0.55) * (1 - time / seconds)
    return sound * shape


def _pad(note: int, seconds: float) -> Samples:
    """Slow to come and to go, two voices beating slightly."""
    sound = _partials(note, seconds, 0.35)
    time = np.arange(sound.size) / RATE
    beat = 1 + 0.15 * np.sin(2 * np.pi * 0.7 * time)
    shape: Samples = np.sin(np.pi * time / seconds) ** 2
    return sound * beat * shape


def _add(piece: Samples, seconds: float, sound: Samples) -> None:
    """Mix in, what passes the end going on at the beginning."""
    places = (int(seconds * RATE) + np.arange(sound.size)) % piece.size
    piece[places] += sound * 8000


def _looped(piece: Samples) -> Samples:
    """Band-limited as if played round and round."""
    margin = RATE
    around = np.concatenate((piece[-margin:], piece, piece[:margin]))
    return finish.band_limited(around)[margin:-margin]
