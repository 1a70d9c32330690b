# cython: language_level=3, boundscheck=False, wraparound=False
"""What the engine does for an analogue line, each alone, for tests and tools.

The echo canceller has its slow plain definition in cython_dsp/reference_echo.py.
"""
from libc.stdint cimport int16_t, uint8_t

cdef extern from "caller_id.h" nogil:
    enum:
        CALLER_ID_BLOCK
    ctypedef struct caller_id_t:
        uint8_t *message
    void caller_id_init(caller_id_t *c)
    int caller_id_rx(caller_id_t *c, const int16_t *pcm)

cdef extern from "echo.h" nogil:
    enum:
        ECHO_BLOCK, ECHO_PART, ECHO_PARTS
    ctypedef struct echo_t:
        pass
    void echo_init(echo_t *e)
    void echo_cancel(echo_t *e, const int16_t *far, int16_t *near)
    float echo_return_loss(const echo_t *e)
    float echo_enhancement(const echo_t *e)

BLOCK = ECHO_BLOCK
PATH_SAMPLES = ECHO_PART * ECHO_PARTS


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


cdef class EchoCanceller:
    """The canceller of one line."""

    cdef echo_t state

    def __cinit__(self):
        echo_init(&self.state)

    def cancel(self, const int16_t[::1] far not None, int16_t[::1] near not None) -> None:
        """Take the echo of far out of near, in place; whole blocks of 40 samples."""
        cdef Py_ssize_t at
        if near.shape[0] % ECHO_BLOCK or near.shape[0] != far.shape[0]:
            raise ValueError("equal numbers of whole blocks of 40 samples")
        for at in range(0, near.shape[0], ECHO_BLOCK):
            echo_cancel(&self.state, &far[at], &near[at])

    def levels(self) -> tuple:
        """Return echo return loss and its enhancement in dB."""
        return echo_return_loss(&self.state), echo_enhancement(&self.state)
