# cython: language_level=3, boundscheck=False, wraparound=False
"""The kernel that hears CED and the preamble of V.21, for cython_dsp/fax.py and tests."""
from libc.stdint cimport int16_t

cdef extern from "fax_tones.h" nogil:
    enum:
        FAX_BLOCK, FAX_FINDS
    ctypedef struct fax_find_t:
        int kind
        float hz, level_dbm0
    ctypedef struct fax_tones_t:
        pass
    void fax_tones_init(fax_tones_t *f)
    int fax_tones_rx(fax_tones_t *f, const int16_t *pcm, fax_find_t *finds)


cdef class Listener:
    """Hears one line."""

    cdef fax_tones_t _state

    def __cinit__(self):
        fax_tones_init(&self._state)

    def take(self, const int16_t[::1] pcm not None) -> list:
        """Hear whole blocks of 40 samples: (block, kind, hz, dBm0) of each find."""
        cdef fax_find_t finds[FAX_FINDS]
        cdef Py_ssize_t block
        cdef int i, n
        if pcm.shape[0] % FAX_BLOCK:
            raise ValueError("whole blocks of 40 samples")
        found = []
        for block in range(pcm.shape[0] // FAX_BLOCK):
            n = fax_tones_rx(&self._state, &pcm[block * FAX_BLOCK], finds)
            for i in range(n):
                found.append((block, finds[i].kind, finds[i].hz, finds[i].level_dbm0))
        return found
