# cython: language_level=3, boundscheck=False, wraparound=False
"""Line echo cancellation: takes out of what a line says what the line was made to hear.

    from cython_dsp import echo
    canceller = echo.Canceller(tail_ms=32)
    left = canceller.cancel(far, near)        # int16, blocks of whole `BLOCK`s: 40 samples, 5 ms

It switches itself off for fax and modems, by the tone disabler of G.168, clause 7.

Tested after the objective tests of ITU-T G.168; the slow plain definition is
cython_dsp/reference_echo.py, that of the disabler reference_disabler.py.
"""
import numpy as np

from libc.stdint cimport int16_t

cdef extern from "echo_cancel.h" nogil:
    enum:
        ECHO_BLOCK, ECHO_PART, ECHO_PARTS
    ctypedef struct echo_t:
        int learns, suppresses
    void echo_init(echo_t *e, int parts)
    float echo_return_loss(const echo_t *e)
    float echo_enhancement(const echo_t *e)

cdef extern from "echo_disabler.h" nogil:
    ctypedef struct echo_disabler_t:
        int off
    void echo_disabler_init(echo_disabler_t *d)
    void echo_cancel_or_pass(echo_t *e, echo_disabler_t *d, const int16_t *far, int16_t *near)

BLOCK = ECHO_BLOCK
_PART_MS = ECHO_PART // 8
TAIL_MS_MAX = ECHO_PARTS * _PART_MS


cdef class Canceller:
    """The canceller of one line."""

    cdef echo_t _state
    cdef echo_disabler_t _disabler
    cdef readonly int tail_ms
    """Echoes that come later are not cancelled: what was asked for, in steps of 10 ms."""

    def __cinit__(self, int tail_ms=ECHO_PARTS * ECHO_PART // 8):
        if not 1 <= tail_ms <= TAIL_MS_MAX:
            raise ValueError(f"tail_ms is 1 to {TAIL_MS_MAX}, not {tail_ms}")
        cdef int parts = (tail_ms + _PART_MS - 1) // _PART_MS
        self.tail_ms = parts * _PART_MS
        echo_init(&self._state, parts)
        echo_disabler_init(&self._disabler)

    def cancel(self, far, near):
        """Return near without the echo of far, or as it is while `disabled`.

        Both int16 of shape (n * BLOCK,): what the line was sent, and what it said meanwhile.
        """
        sent, left = _checked(far), _checked(near).copy()
        if len(sent) != len(left):
            raise ValueError(f"far has {len(sent)} samples, near {len(left)}")
        cdef const int16_t[::1] heard = sent
        cdef int16_t[::1] said = left
        cdef Py_ssize_t at = 0
        with nogil:
            while at < said.shape[0]:
                echo_cancel_or_pass(&self._state, &self._disabler, &heard[at], &said[at])
                at += ECHO_BLOCK
        return left

    @property
    def disabled(self):
        """Whether a fax or modem has switched it off: 2100 Hz with reversals (G.168, 7)."""
        return self._disabler.off != 0

    @property
    def learns(self):
        """Whether the path is followed; False keeps it as it is (G.168: adaptation inhibited)."""
        return self._state.learns != 0

    @learns.setter
    def learns(self, wanted):
        self._state.learns = 1 if wanted else 0

    @property
    def suppresses(self):
        """Whether what the filter leaves is weakened further (the non-linear processor)."""
        return self._state.suppresses != 0

    @suppresses.setter
    def suppresses(self, wanted):
        self._state.suppresses = 1 if wanted else 0

    @property
    def return_loss_db(self):
        """How much weaker the echo is than what the line heard (ERL of G.168); 0: not known."""
        return echo_return_loss(&self._state)

    @property
    def enhancement_db(self):
        """How much the filter weakens it further (ERLE), the suppressor not counted."""
        return echo_enhancement(&self._state)


def _checked(array):
    """The array, contiguous.  ValueError when it is another."""
    found = np.asarray(array)
    if found.dtype != np.int16 or found.ndim != 1 or found.shape[0] % ECHO_BLOCK:
        wanted = f"int16 of shape (n * {BLOCK},)"
        raise ValueError(f"{wanted} is wanted, not {found.dtype.name} of shape {found.shape}")
    return np.ascontiguousarray(found)
