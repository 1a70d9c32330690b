# cython: language_level=3, boundscheck=False, wraparound=False
"""G.711 A-law and mu-law for Python callers: bytes of codes <-> bytes of 16-bit linear PCM.

Exact after ITU-T G.191 over all 65,536 samples.  PCM is little endian, 8 kHz, mono.
"""
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int16_t, uint8_t

cdef extern from "engine/g711.h" nogil:
    void g711_init()
    void g711_alaw_decode_block(const uint8_t *code, int16_t *pcm, int n)
    void g711_alaw_encode_block(const int16_t *pcm, uint8_t *code, int n)
    void g711_ulaw_decode_block(const uint8_t *code, int16_t *pcm, int n)
    void g711_ulaw_encode_block(const int16_t *pcm, uint8_t *code, int n)

ctypedef void (*decoder)(const uint8_t *code, int16_t *pcm, int n) noexcept nogil
ctypedef void (*encoder)(const int16_t *pcm, uint8_t *code, int n) noexcept nogil

g711_init()


cdef bytes _decode(decoder kernel, const uint8_t[::1] code):
    cdef bytes pcm = PyBytes_FromStringAndSize(NULL, 2 * code.shape[0])
    if code.shape[0]:
        kernel(&code[0], <int16_t *> PyBytes_AS_STRING(pcm), <int> code.shape[0])
    return pcm


cdef bytes _encode(encoder kernel, const uint8_t[::1] pcm):
    if pcm.shape[0] % 2:
        raise ValueError("16-bit PCM has an even number of bytes")
    cdef bytes code = PyBytes_FromStringAndSize(NULL, pcm.shape[0] // 2)
    if pcm.shape[0]:
        kernel(<const int16_t *> &pcm[0], <uint8_t *> PyBytes_AS_STRING(code), <int> (pcm.shape[0] // 2))
    return code


def alaw_decode(const uint8_t[::1] code not None) -> bytes:
    """Return the 16-bit PCM of these A-law codes."""
    return _decode(g711_alaw_decode_block, code)


def alaw_encode(const uint8_t[::1] pcm not None) -> bytes:
    """Return the A-law codes of this 16-bit PCM; ValueError when it ends in half a sample."""
    return _encode(g711_alaw_encode_block, pcm)


def ulaw_decode(const uint8_t[::1] code not None) -> bytes:
    """Return the 16-bit PCM of these mu-law codes."""
    return _decode(g711_ulaw_decode_block, code)


def ulaw_encode(const uint8_t[::1] pcm not None) -> bytes:
    """Return the mu-law codes of this 16-bit PCM; ValueError when it ends in half a sample."""
    return _encode(g711_ulaw_encode_block, pcm)
