"""A-law (ITU-T G.711) by table, for the simulated exchange; levels in dBm0."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

SILENCE = 0xD5  # the code of 0 with even bits inverted, as sent on an idle channel
RATE = 8000
# A full-scale sine is +3.14 dBm0 in A-law (G.711 table 5).
_FULL_SCALE_DBM0 = 3.14
_FLOOR_DBM0 = -90.0


def _decode_all() -> Samples:
    codes = np.arange(256) ^ 0x55
    exponent, mantissa = (codes >> 4) & 7, codes & 15
    magnitude = np.where(
        exponent > 0, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0), (mantissa << 4) + 8
    )
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


DECODE = _decode_all()


def _encode_all() -> NDArray[np.uint8]:
    """The nearest code of every 16-bit sample, by index sample + 32768."""
    order = np.argsort(DECODE, kind="stable")
    levels = DECODE[order].astype(np.int32)
    edges = (levels[1:] + levels[:-1]) / 2
    samples = np.arange(-32768, 32768)
    codes: NDArray[np.uint8] = order[np.searchsorted(edges, samples)].astype(np.uint8)
    return codes


_ENCODE = _encode_all()


def decode(codes: bytes | bytearray | NDArray[np.uint8]) -> Samples:
    """Return 16-bit samples of A-law codes, any shape."""
    if isinstance(codes, bytes | bytearray):
        codes = np.frombuffer(codes, np.uint8)
    samples: Samples = DECODE[codes]
    return samples


def encode(samples: Samples) -> bytes:
    """Return the A-law codes of 16-bit samples."""
    encoded: NDArray[np.uint8] = _ENCODE[samples.astype(np.int32) + 32768]
    return encoded.tobytes()


def level_dbm0(samples: Samples) -> float:
    """Return the level of the samples; -90 for silence or none."""
    if not samples.size:
        return _FLOOR_DBM0
    power = np.mean(np.square(samples.astype(np.float64)), keepdims=True)
    return float(powers_dbm0(power)[0])


def powers_dbm0(mean_squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the levels of mean squares of 16-bit samples."""
    full_scale = 32768.0**2 / 2
    floor = 10 ** ((_FLOOR_DBM0 - _FULL_SCALE_DBM0) / 10)
    levels: NDArray[np.float64] = 10 * np.log10(np.maximum(mean_squares / full_scale, floor))
    return levels + _FULL_SCALE_DBM0
