# cython: language_level=3, boundscheck=False, wraparound=False
"""The caller's number on an analogue line, for tests and tools."""
from libc.stdint cimport int16_t, uint8_t

cdef extern from "caller_id.h" nogil:
    enum:
        CALLER_ID_BLOCK
    ctypedef struct caller_id_t:
        uint8_t *message
    void caller_id_init(caller_id_t *c)
    int caller_id_rx(caller_id_t *c, const int16_t *pcm)


cdef class CallerIdReceiver:
    """Hears Bell 202 and V.23 at once."""

    cdef caller_id_t state

    def __cinit__(self):
        caller_id_init(&self.state)

    def take(self, const int16_t[::1] pcm not None) -> list:
        """Return the messages in whole blocks of 40 samples: standard, type, length, payload."""
        cdef Py_ssize_t at
        cdef int n
        if pcm.shape[0] % CALLER_ID_BLOCK:
            raise ValueError("whole blocks of 40 samples")
        found = []
        for at in range(0, pcm.shape[0], CALLER_ID_BLOCK):
            n = caller_id_rx(&self.state, &pcm[at])
            if n > 0:
                found.append((<char *> self.state.message)[:n])
        return found
