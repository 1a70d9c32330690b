# cython: language_level=3, boundscheck=False, wraparound=False
"""The kernel of supervision by ear alone, for tests and tools; the engine links the same C files.

Its slow plain definition is cython_dsp/reference_progress.py.
"""
from libc.stdint cimport int16_t, int32_t
from libc.string cimport memcpy

cdef extern from "progress.h" nogil:
    enum:
        PROGRESS_HOP, PROGRESS_PATTERNS, PROGRESS_FINDS
    ctypedef struct progress_pattern_t:
        pass
    ctypedef struct progress_find_t:
        int32_t kind, value
        float hz[2]
        float level_dbm0, seconds
    ctypedef struct progress_t:
        pass
    void progress_init(progress_t *p)
    void progress_watch(progress_t *p, const progress_pattern_t *pattern, int n)
    void progress_activity(progress_t *p, int on, int silence_hops)
    int progress_suspects(const progress_t *p)
    int progress_hop(progress_t *p, const int16_t *pcm, progress_find_t *finds)

cdef extern from "tones.h" nogil:
    ctypedef struct tone_step_t:
        unsigned short hz[2]
        unsigned short ms
    ctypedef struct tone_t:
        const char *zone
        const char *name
        float level_dbm0
        signed char once
        tone_step_t step[8]
    ctypedef struct tone_tx_t:
        pass
    const tone_t *tone_table(int i)
    int tone_tx_start(tone_tx_t *tx, const char *zone, const char *name)
    void tone_tx(tone_tx_t *tx, int16_t *pcm, int n)


def tones() -> list:
    """Return the rows of the table of tones: (zone, name, dBm0, [(hertz, hertz, ms) ...])."""
    cdef const tone_t *row
    cdef int i
    rows = []
    while (row := tone_table(len(rows))) != NULL:
        rows.append((row.zone.decode(), row.name.decode(), row.level_dbm0,
                     [(row.step[i].hz[0], row.step[i].hz[1], row.step[i].ms) for i in range(8)
                      if row.step[i].hz[0] or row.step[i].ms]))
    return rows


def fill(str zone, str name, int16_t[::1] pcm not None) -> None:
    """Fill pcm with a tone from its beginning; ValueError when it is not in the table."""
    cdef tone_tx_t tx
    if tone_tx_start(&tx, zone.encode(), name.encode()) != 0:
        raise ValueError(f"no tone {name!r} of {zone!r} is known")
    if pcm.shape[0]:
        tone_tx(&tx, &pcm[0], <int> pcm.shape[0])


cdef class Listener:
    """Hears one line: tones of packed patterns, and silence and voice if asked."""

    cdef progress_t p

    def __cinit__(self):
        progress_init(&self.p)

    def watch(self, const unsigned char[::1] packed not None) -> None:
        """Replace the patterns by these, each packed by TonePattern.packed()."""
        cdef Py_ssize_t n = packed.shape[0] // <Py_ssize_t> sizeof(progress_pattern_t)
        cdef progress_pattern_t pattern[PROGRESS_PATTERNS]
        if n > PROGRESS_PATTERNS or packed.shape[0] % <Py_ssize_t> sizeof(progress_pattern_t):
            raise ValueError("too many patterns, or part of one")
        if n:
            memcpy(pattern, &packed[0], packed.shape[0])
        progress_watch(&self.p, pattern, <int> n)

    def activity(self, bint on, int silence_hops) -> None:
        """Tell of voice, and of so many hops (5 ms) of silence unless 0."""
        progress_activity(&self.p, on, silence_hops)

    @property
    def suspects(self) -> bool:
        """Whether the first burst of a hang-up tone has just fitted."""
        return progress_suspects(&self.p) != 0

    def take(self, const int16_t[::1] pcm not None) -> list:
        """Hear whole hops of 40 samples: (hop, kind, value, hz, hz, dBm0, seconds) of each find."""
        cdef progress_find_t finds[PROGRESS_FINDS]
        cdef Py_ssize_t hop
        cdef int i, n
        found = []
        for hop in range(pcm.shape[0] // PROGRESS_HOP):
            n = progress_hop(&self.p, &pcm[hop * PROGRESS_HOP], finds)
            for i in range(n):
                found.append((hop, finds[i].kind, finds[i].value, finds[i].hz[0], finds[i].hz[1],
                              finds[i].level_dbm0, finds[i].seconds))
        return found
