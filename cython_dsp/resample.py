"""Any rate to 8 kHz with the telephone band kept and nothing folded into it."""

from math import gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.float64]
"""One channel, in any scale."""
_PASS, _STOP = 3400.0, 4000.0  # Hz
_ATTENUATION = 70.0  # dB
_SETS = 64  # of taps made at once: a rate that divides by nothing needs thousands of them
_BLOCK = 1 << 14  # outputs at once, so that five minutes need little memory
_PIECE = 60  # s


def resample(samples: Samples, rate: int, to: int = RATE) -> Samples:
    """Windowed-sinc polyphase conversion (Kaiser window, 70 dB); the delay is taken out."""
    if rate == to:
        return samples
    common = gcd(rate, to)
    up, down = to // common, rate // common
    scale = min(1.0, to / rate)
    half = _half(scale)
    padded = np.concatenate((np.zeros(half), samples, np.zeros(half + 1)))
    windows = sliding_window_view(padded, 2 * half)
    wanted = -(-samples.size * up // down)
    result = np.empty(wanted)
    for phase in range(min(up, wanted)):
        # Outputs n with n·down ≡ phase·down (mod up) share the fraction, so one set of taps.
        outputs = np.arange(phase, wanted, up)
        starts = outputs * down // up
        if phase % _SETS == 0:
            fractions = np.arange(phase, min(phase + _SETS, up)) * down % up / up
            sets = _taps(fractions, scale, half)
        taps = sets[phase % _SETS]
        for block in range(0, outputs.size, _BLOCK):
            chosen = slice(block, block + _BLOCK)
            result[outputs[chosen]] = windows[starts[chosen] + 1] @ taps
    return result


def narrowed(pcm: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """16-bit samples of shape (channels, n) at any rate to 8 kHz; hours need little memory."""
    result = np.empty((pcm.shape[0], -(-pcm.shape[1] * RATE // rate)), np.int16)
    for row, narrow in zip(pcm, result, strict=True):
        for second in range(0, -(-row.size // rate), _PIECE):
            before = min(second, 1)  # a second around each piece is far more than the taps need
            heard = row[(second - before) * rate : (second + _PIECE + 1) * rate]
            piece = resample(heard.astype(np.float64), rate)[before * RATE :][: _PIECE * RATE]
            at = second * RATE
            narrow[at : at + piece.size] = np.clip(np.rint(piece), -32768, 32767)
    return result


def _half(scale: float) -> int:
    """Half the number of taps for one fraction."""
    width = (_STOP - _PASS) / (RATE / 2) * scale
    return int(np.ceil((_ATTENUATION - 7.95) / (2.285 * np.pi * width) / 2)) + 1


def _taps(fractions: NDArray[np.float64], scale: float, half: int) -> NDArray[np.float64]:
    """Taps for each of these fractions of an input sample; `scale` is below 1 when going down."""
    cutoff = (_PASS + _STOP) / RATE * scale  # of the input's Nyquist frequency
    beta = 0.1102 * (_ATTENUATION - 8.7)
    # Tap k weighs the input at start + 1 + k - half, seen from start + fraction.
    offsets = np.arange(2 * half) + 1 - half - fractions[:, None]
    inside = np.clip(1 - (offsets / half) ** 2, 0, None)
    taps = cutoff * np.sinc(cutoff * offsets) * np.i0(beta * np.sqrt(inside)) / np.i0(beta)
    normalised: NDArray[np.float64] = taps / taps.sum(axis=1, keepdims=True)
    return normalised
