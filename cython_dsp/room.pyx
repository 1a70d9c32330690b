# cython: language_level=3, boundscheck=False, wraparound=False
"""A conference room: each party hears the sum of all the others, saturated once.

    from cython_dsp import room
    heard = room.alaw(codes)      # uint8, shape (parties, samples), as `codes`
"""
import numpy as np

from libc.stdint cimport int16_t, uint8_t

cdef extern from "room_mix.h" nogil:
    enum:
        ROOM_PARTIES_MAX
    void room_pcm(const int16_t **said, int16_t **heard, int parties, int n)
    void room_alaw(const uint8_t **said, uint8_t **heard, int parties, int n)

ctypedef fused sample_t:
    int16_t
    uint8_t

PARTIES_MAX = ROOM_PARTIES_MAX


def pcm(samples):
    """Return what each party hears: int16 of shape (parties, n), as `samples`."""
    cdef const int16_t[:, ::1] said = _checked(samples, np.int16)
    return _heard(said, np.empty((said.shape[0], said.shape[1]), np.int16))


def alaw(codes):
    """Return what each party hears: A-law, uint8 of shape (parties, n), as `codes`."""
    cdef const uint8_t[:, ::1] said = _checked(codes, np.uint8)
    return _heard(said, np.empty((said.shape[0], said.shape[1]), np.uint8))


cdef _heard(const sample_t[:, ::1] said, heard):
    cdef sample_t[:, ::1] hear = heard
    cdef const sample_t *talker[ROOM_PARTIES_MAX]
    cdef sample_t *listener[ROOM_PARTIES_MAX]
    cdef int party, parties = <int> said.shape[0], n = <int> said.shape[1]
    if n == 0:
        return heard
    for party in range(parties):
        talker[party] = &said[party, 0]
        listener[party] = &hear[party, 0]
    with nogil:
        if sample_t is int16_t:
            room_pcm(talker, listener, parties, n)
        else:
            room_alaw(talker, listener, parties, n)
    return heard


def _checked(array, dtype):
    """The array, contiguous.  ValueError when it is another."""
    found = np.asarray(array)
    if found.dtype != dtype or found.ndim != 2 or not 2 <= found.shape[0] <= PARTIES_MAX:
        wanted = f"{np.dtype(dtype).name} of shape (2 to {PARTIES_MAX}, n)"
        raise ValueError(f"{wanted} is wanted, not {found.dtype.name} of shape {found.shape}")
    if found.shape[1] >= 1 << 31:
        raise ValueError("fewer than 2 ** 31 samples of a party are wanted")
    return np.ascontiguousarray(found)
