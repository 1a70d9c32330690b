# cython: language_level=3, boundscheck=False, wraparound=False
"""The multifrequency signals of Signalling System R2 (ITU-T Q.441): made, and heard.

    from cython_dsp import r2
    for change in r2.Receiver().pcm(r2.tones([1, 15], 60, 60)):
        print(change.signal, change.at / 8000)

A signal is 1 to 15, by the numbers of Q.441, table 5; forward ones have 1380 to 1980 Hz, backward
ones 540 to 1140 Hz.  This is no R2 signalling: nothing here compels or answers.
"""
from typing import NamedTuple

import numpy as np

from libc.stdint cimport int16_t

cdef extern from "r2_rx.h" nogil:
    enum:
        R2_HOP
    ctypedef struct r2_rx_t:
        int signal
    void r2_rx_init(r2_rx_t *r, int backward)
    int r2_rx(r2_rx_t *r, const int16_t *pcm)

HOP, RATE = R2_HOP, 8000
FORWARD = (1380, 1500, 1620, 1740, 1860, 1980)
BACKWARD = (1140, 1020, 900, 780, 660, 540)
_PAIRS = [(low, high) for high in range(1, 6) for low in range(high)]  # Q.441, table 5
_FULL = 22827.0  # peak of a sine of 0 dBm0


class Change(NamedTuple):
    """What is heard has changed: in samples since the receiver was made."""

    signal: int
    """1 to 15; 0: the one before it has ended."""
    at: int
    """When it was certain."""


def tones(signals, on_ms, off_ms, *, backward=False, level_dbm0=-11.5):
    """Return int16 samples of signals with a pause after each; ValueError for what is none.

    The level is of each frequency; -11.5 dBm0 is that of Q.454.
    """
    if not 0 < on_ms <= 10_000 or not 0 <= off_ms <= 10_000:
        raise ValueError("on_ms is 1 to 10000, off_ms 0 to 10000")
    if not -60 <= level_dbm0 <= -3:
        raise ValueError(f"level_dbm0 is -60 to -3, not {level_dbm0}")
    t = np.arange(round(on_ms * RATE / 1000)) / RATE
    pause = np.zeros(round(off_ms * RATE / 1000))
    peak, parts = _FULL * 10 ** (level_dbm0 / 20), [np.zeros(0)]
    for signal in signals:
        if signal not in range(1, 16):
            raise ValueError(f"a signal is 1 to 15, not {signal!r}")
        pair = [(BACKWARD if backward else FORWARD)[k] for k in _PAIRS[signal - 1]]
        parts += [peak * sum(np.sin(2 * np.pi * hz * t) for hz in pair), pause]
    return np.round(np.concatenate(parts)).astype(np.int16)


cdef class Receiver:
    """Hears the signals of one direction in one channel."""

    cdef r2_rx_t _state
    cdef readonly Py_ssize_t samples

    def __cinit__(self, *, backward=False):
        r2_rx_init(&self._state, 1 if backward else 0)

    def pcm(self, samples):
        """Hear linear samples: int16 of shape (n * HOP,); ValueError for another."""
        found = np.asarray(samples)
        if found.dtype != np.int16 or found.ndim != 1 or found.shape[0] % R2_HOP:
            wanted = f"int16 of shape (n * {HOP},)"
            raise ValueError(f"{wanted} is wanted, not {found.dtype.name} of shape {found.shape}")
        cdef const int16_t[::1] said = np.ascontiguousarray(found)
        cdef Py_ssize_t at
        changes = []
        for at in range(0, said.shape[0], R2_HOP):
            self.samples += R2_HOP
            if r2_rx(&self._state, &said[at]):
                changes.append(Change(self._state.signal, self.samples))
        return changes
