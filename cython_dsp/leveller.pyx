# cython: language_level=3, boundscheck=False, wraparound=False
"""An agent's voice at one level, and less of his room between his words: voice_level.c."""
import numpy as np
from libc.stdint cimport int16_t

cdef extern from "voice_level.h" nogil:
    enum:
        LEVELLER_BLOCK
    ctypedef struct leveller_t:
        float gain_db, gate_db
    void leveller_init(leveller_t *l)
    void leveller_take(leveller_t *l, int16_t *pcm, int adapt)

BLOCK = LEVELLER_BLOCK


cdef class Leveller:
    """Of one voice."""

    cdef leveller_t _state

    def __cinit__(self):
        leveller_init(&self._state)

    @property
    def gain_db(self) -> float:
        """Of the voice."""
        return self._state.gain_db

    @property
    def gate_db(self) -> float:
        """Of the room: 0 while somebody speaks, else less."""
        return self._state.gate_db

    def pcm(self, samples, *, bint adapt=True):
        """Return int16 samples of shape (n * BLOCK,), levelled; ValueError for another shape.

        Without `adapt` the gain stays as it is.
        """
        if (not isinstance(samples, np.ndarray) or samples.dtype != np.int16
                or samples.ndim != 1 or samples.size % LEVELLER_BLOCK):
            raise ValueError(f"int16 of shape (n * {LEVELLER_BLOCK},) is wanted")
        levelled = np.array(samples, np.int16, order="C")
        cdef int16_t[::1] view = levelled
        cdef Py_ssize_t at
        for at in range(0, view.shape[0], LEVELLER_BLOCK):
            leveller_take(&self._state, &view[at], adapt)
        return levelled
