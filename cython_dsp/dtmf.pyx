# cython: language_level=3, boundscheck=False, wraparound=False
"""DTMF after ITU-T Q.23 and Q.24: a receiver for any number of channels, a sender.

    from cython_dsp import dtmf
    receiver = dtmf.Receiver(2)
    for digit in receiver.alaw(codes):           # uint8, shape (2, samples)
        print(digit.channel, digit.digit, digit.start / 8000)

The receiver takes blocks of whole hops (`HOP`, 40 samples, 5 ms at 8 kHz) and works on eight
channels at once.
"""
from typing import NamedTuple

import numpy as np

from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.stdint cimport int16_t, uint8_t

cdef extern from "dtmf_rx.h" nogil:
    enum:
        LANES
        DTMF_HOP
        DTMF_BEFORE
    ctypedef struct dtmf_rx_t:
        pass
    unsigned dtmf_rx(dtmf_rx_t *rx, const int16_t **pcm, char *digit)
    unsigned dtmf_rx_alaw(dtmf_rx_t *rx, const uint8_t **codes, char *digit)
    unsigned dtmf_rx_bus(dtmf_rx_t *rx, const uint8_t *codes, int stride, char *digit)
    void dtmf_rx_levels(const dtmf_rx_t *rx, int lane, float *level)

cdef extern from "dtmf_tx.h" nogil:
    ctypedef struct dtmf_tx_t:
        pass
    int dtmf_tx_start(dtmf_tx_t *tx, const char *digits, int on_ms, int off_ms)
    int dtmf_tx(dtmf_tx_t *tx, int16_t *pcm, int n)

ctypedef fused sample_t:
    int16_t
    uint8_t

RATE = 8000
HOP = DTMF_HOP
_MOST = 4096
_SILENCE = 0xD5


class Digit(NamedTuple):
    """One that was heard: times in samples since the receiver was made, levels in dBm0."""

    channel: int
    digit: str
    start: int
    """Of the tone, to about 2 ms."""
    end: int
    """When it was certain."""
    low: float
    """Level of the row's tone in dBm0, to about 0.5 dB."""
    high: float
    """Level of the column's tone; `high - low` is the twist in dB."""


cdef class Receiver:
    """Hears digits in `channels` channels; what was heard before counts in the next block."""

    cdef dtmf_rx_t *_rx
    cdef int _groups
    cdef readonly int channels
    cdef readonly long long samples
    """Heard so far, of each channel."""

    def __cinit__(self, int channels):
        if not 1 <= channels <= _MOST:
            raise ValueError(f"channels are 1 to {_MOST}, not {channels}")
        self.channels = channels
        self._groups = (channels + LANES - 1) // LANES
        self._rx = <dtmf_rx_t *> PyMem_Calloc(self._groups, sizeof(dtmf_rx_t))
        if self._rx is NULL:
            raise MemoryError()

    def __dealloc__(self):
        PyMem_Free(self._rx)

    def pcm(self, samples):
        """Hear linear samples: int16 of shape (channels, n * HOP)."""
        cdef const int16_t[:, ::1] rows = _checked(samples, np.int16, self.channels, 1)
        return self._rows(rows)

    def alaw(self, codes):
        """Hear A-law codes, each channel's in a row: uint8 of shape (channels, n * HOP)."""
        cdef const uint8_t[:, ::1] rows = _checked(codes, np.uint8, self.channels, 1)
        return self._rows(rows)

    cdef list _rows(self, const sample_t[:, ::1] rows):
        cdef const sample_t *row[LANES]
        cdef char digit[LANES]
        cdef int group, lane, at
        cdef unsigned found
        digits = []
        for at in range(0, rows.shape[1], DTMF_HOP):
            for group in range(self._groups):
                for lane in range(LANES):
                    row[lane] = NULL
                    if group * LANES + lane < self.channels:
                        row[lane] = &rows[group * LANES + lane, at]
                if sample_t is int16_t:
                    found = dtmf_rx(&self._rx[group], row, digit)
                else:
                    found = dtmf_rx_alaw(&self._rx[group], row, digit)
                if found:
                    self._tell(digits, group, found, digit)
            self.samples += DTMF_HOP
        return digits

    def bus(self, codes):
        """Hear A-law codes sample by sample, as an E1 bus has them: uint8 of shape
        (n * HOP, channels)."""
        samples = _checked(codes, np.uint8, self.channels, 0)
        if self.channels % LANES:
            missing = self._groups * LANES - self.channels
            samples = np.pad(samples, ((0, 0), (0, missing)), constant_values=_SILENCE)
        cdef const uint8_t[:, ::1] rows = samples
        cdef char digit[LANES]
        cdef int group, at, stride = <int> rows.shape[1]
        cdef unsigned found
        digits = []
        for at in range(0, rows.shape[0], DTMF_HOP):
            for group in range(self._groups):
                found = dtmf_rx_bus(&self._rx[group], &rows[at, group * LANES], stride, digit)
                if found:
                    self._tell(digits, group, found, digit)
            self.samples += DTMF_HOP
        return digits

    cdef _tell(self, list digits, int group, unsigned found, char *digit):
        cdef int lane
        cdef float level[2]
        end = self.samples + DTMF_HOP
        for lane in range(LANES):
            if found >> lane & 1:
                channel = group * LANES + lane
                dtmf_rx_levels(&self._rx[group], lane, level)
                digits.append(Digit(channel, chr(digit[lane]), end - DTMF_BEFORE, end,
                                    level[0], level[1]))


def _checked(array, dtype, int channels, int long_axis):
    """The array, contiguous.  ValueError when it is another."""
    found = np.asarray(array)
    shape = f"({channels}, n * {HOP})" if long_axis else f"(n * {HOP}, {channels})"
    right = found.ndim == 2 and found.shape[1 - long_axis] == channels
    if found.dtype != dtype or not right or found.shape[long_axis] % HOP:
        wanted = f"{np.dtype(dtype).name} of shape {shape}"
        raise ValueError(f"{wanted} is wanted, not {found.dtype.name} of shape {found.shape}")
    return np.ascontiguousarray(found)


def tones(str digits, int on_ms=100, int off_ms=100):
    """Return int16 samples of these digits (0-9 A-D * #, at most 64), each with its pause.

    Low group -9 dBm0, high group -7 dBm0.  ValueError for other digits, or times outside
    1 to 10000 ms.
    """
    cdef dtmf_tx_t tx
    if dtmf_tx_start(&tx, digits.encode("ascii", "replace"), on_ms, off_ms) != 0:
        raise ValueError("0-9 A-D * #, at most 64 of them, on and off for 1 to 10000 ms each")
    pcm = np.zeros(len(digits) * (on_ms + off_ms) * 8, np.int16)
    cdef int16_t[::1] samples = pcm
    if samples.shape[0]:
        dtmf_tx(&tx, &samples[0], <int> samples.shape[0])
    return pcm
