# cython: language_level=3, boundscheck=False, wraparound=False
"""G.711 A-law and mu-law: codes <-> 16-bit linear samples.

    from cython_dsp import g711
    samples = g711.decode(codes, "ulaw")     # int16, shaped as the uint8 codes

Exact after ITU-T G.191 over all 65,536 samples.  The functions of bytes have little endian PCM.
"""
import numpy as np

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int16_t, uint8_t

cdef extern from "engine/g711.h" nogil:
    void g711_alaw_decode_block(const uint8_t *code, int16_t *pcm, int n)
    void g711_alaw_encode_block(const int16_t *pcm, uint8_t *code, int n)
    void g711_ulaw_decode_block(const uint8_t *code, int16_t *pcm, int n)
    void g711_ulaw_encode_block(const int16_t *pcm, uint8_t *code, int n)

ctypedef void (*decoder)(const uint8_t *code, int16_t *pcm, int n) noexcept nogil
ctypedef void (*encoder)(const int16_t *pcm, uint8_t *code, int n) noexcept nogil


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


def decode(codes, str law="alaw"):
    """Return int16 samples, shaped as these uint8 codes.  ValueError for others, and other laws."""
    found = _checked(codes, np.uint8)
    cdef const uint8_t[::1] code = found.reshape(-1)
    samples = np.empty(found.shape, np.int16)
    cdef int16_t[::1] pcm = samples.reshape(-1)
    cdef decoder kernel = g711_ulaw_decode_block if _is_ulaw(law) else g711_alaw_decode_block
    if code.shape[0]:
        kernel(&code[0], &pcm[0], <int> code.shape[0])
    return samples


def encode(samples, str law="alaw"):
    """Return uint8 codes, shaped as these int16 samples.  ValueError for others, and other laws."""
    found = _checked(samples, np.int16)
    cdef const int16_t[::1] pcm = found.reshape(-1)
    codes = np.empty(found.shape, np.uint8)
    cdef uint8_t[::1] code = codes.reshape(-1)
    cdef encoder kernel = g711_ulaw_encode_block if _is_ulaw(law) else g711_alaw_encode_block
    if pcm.shape[0]:
        kernel(&pcm[0], &code[0], <int> pcm.shape[0])
    return codes


cdef bint _is_ulaw(str law) except -1:
    if law not in ("alaw", "ulaw"):
        raise ValueError(f"the law is alaw or ulaw, not {law}")
    return law == "ulaw"


def _checked(array, dtype):
    found = np.asarray(array)
    if found.dtype != dtype:
        raise ValueError(f"{np.dtype(dtype).name} is wanted, not {found.dtype.name}")
    if found.size >= 1 << 31:
        raise ValueError("fewer than 2 ** 31 samples are wanted")
    return np.ascontiguousarray(found)
