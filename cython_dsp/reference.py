"""Slow, plain definitions of every kernel.  A kernel must equal its definition.

G.711 is written from the tables of the Recommendation (decision and quantised values), not from
the same algorithm as the kernel: two roads to one result.
"""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
HEADER_BYTES = 8
UNITY = 4096


def _alaw_segments() -> list[tuple[int, int]]:
    """Return (first, step) in units of 1/4096 of full scale for segments 1 to 7 of table 1a."""
    return [(0, 2)] + [(64 << i, 4 << i) for i in range(6)]


def _alaw_positive() -> tuple[list[int], list[int]]:
    """Return lower decision values and quantised values of the 128 intervals (13-bit units)."""
    lower, value = [], []
    for segment, (first, step) in enumerate(_alaw_segments()):
        for i in range(32 if segment == 0 else 16):
            lower.append(first + i * step)
            value.append(first + i * step + step // 2)
    return lower, value


def _ulaw_positive() -> tuple[list[int], list[int]]:
    """Return the same of table 2a (14-bit units): intervals 1 to 128."""
    lower, value = [0, 1], [0, 2]
    for i in range(1, 15):
        lower.append(1 + 2 * i)
        value.append(2 + 2 * i)
    first, step = 31, 4
    for _ in range(7):
        for _ in range(16):
            lower.append(first)
            value.append(first + step // 2)
            first += step
        step *= 2
    return lower, value


def alaw_decode(codes: NDArray[np.uint8]) -> Samples:
    """Return 16-bit samples of A-law codes: G.711 table 1, times 8 (13 bits to 16)."""
    _, value = _alaw_positive()
    index = (codes ^ 0x55).astype(int)
    magnitude = np.array(value)[index & 0x7F] * 8
    pcm: Samples = np.where(index & 0x80, magnitude, -magnitude).astype(np.int16)
    return pcm


def ulaw_decode(codes: NDArray[np.uint8]) -> Samples:
    """Return 16-bit samples of mu-law codes: G.711 table 2, times 4 (14 bits to 16)."""
    _, value = _ulaw_positive()
    index = (~codes).astype(int) & 0xFF
    magnitude = np.array(value)[index & 0x7F] * 4
    pcm: Samples = np.where(index & 0x80, -magnitude, magnitude).astype(np.int16)
    return pcm


def alaw_encode(pcm: Samples) -> NDArray[np.uint8]:
    """Return A-law codes: the interval of the magnitude, one's complement if below 0 (G.191)."""
    lower, _ = _alaw_positive()
    wide = pcm.astype(int)
    magnitude = np.where(wide < 0, ~wide, wide) >> 3
    interval = np.searchsorted(np.array(lower), magnitude, side="right") - 1
    return ((np.where(wide < 0, interval, interval | 0x80)) ^ 0x55).astype(np.uint8)


def ulaw_encode(pcm: Samples) -> NDArray[np.uint8]:
    """Return mu-law codes: the interval of the 14-bit magnitude (G.191)."""
    lower, _ = _ulaw_positive()
    wide = pcm.astype(int)
    magnitude = np.where(wide < 0, ~wide, wide) >> 2
    interval = np.searchsorted(np.array(lower), magnitude, side="right") - 1
    return (~np.where(wide < 0, interval | 0x80, interval) & 0xFF).astype(np.uint8)


def cobs_encode(data: bytes) -> bytes:
    """Return data without zeros: runs of up to 254 bytes, each led by its length + 1."""
    out = bytearray()
    runs = data.split(b"\0")
    for i, run in enumerate(runs):
        rest = run
        while len(rest) >= 254 and (len(rest) > 254 or i < len(runs) - 1):
            out += b"\xff" + rest[:254]
            rest = rest[254:]
        out += bytes((len(rest) + 1,)) + rest
    return bytes(out)


def seal(body: bytes) -> bytes:
    """Return a frame as it goes on the wire: CRC-32 behind, COBS, 0x00."""
    return cobs_encode(body + struct.pack("<I", zlib.crc32(body))) + b"\0"


def mix(talk: Samples, gain: NDArray[np.int32]) -> Samples:
    """Return the gain-weighted sum of rows: each product rounded from Q12, saturated once."""
    products = (talk.astype(np.int64) * gain[:, None] + UNITY // 2) >> 12
    hear: Samples = np.clip(products.sum(axis=0), -32768, 32767).astype(np.int16)
    return hear


def room(talk: Samples) -> Samples:
    """Return for each row the sum of all the other rows, saturated once."""
    sums = [np.delete(talk, row, axis=0).astype(np.int64).sum(axis=0) for row in range(len(talk))]
    hear: Samples = np.clip(np.stack(sums), -32768, 32767).astype(np.int16)
    return hear
