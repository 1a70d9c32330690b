# cython: language_level=3, boundscheck=False, wraparound=False
"""The kernel of the active speech level, for cython_dsp/level.py and tests."""
from libc.stdint cimport int16_t

cdef extern from "speech_level.h" nogil:
    enum:
        SPEECH_STEP
    ctypedef struct speech_level_t:
        pass
    void speech_level_init(speech_level_t *s)
    void speech_level_take(speech_level_t *s, const int16_t *pcm, int n)
    void speech_level_fade(speech_level_t *s, float keep)
    float speech_level_read(const speech_level_t *s, float *activity)


cdef class Level:
    """Hears one channel."""

    cdef speech_level_t _state

    def __cinit__(self):
        speech_level_init(&self._state)

    def take(self, const int16_t[::1] pcm not None) -> None:
        """Hear whole steps of 8 samples, 2^28 at most."""
        if pcm.shape[0] % SPEECH_STEP or pcm.shape[0] > 1 << 28:
            raise ValueError("whole steps of 8 samples")
        if pcm.shape[0]:
            speech_level_take(&self._state, &pcm[0], <int>pcm.shape[0])

    def fade(self, float keep) -> None:
        """What was heard so far counts only so much from now on."""
        speech_level_fade(&self._state, keep)

    def read(self) -> tuple:
        """(dBm0 while somebody speaks, part of the time)."""
        cdef float activity = 0
        cdef float level = speech_level_read(&self._state, &activity)
        return level, activity
