"""DTMF and call-progress tones of spandsp 0.0.6 (LGPL-2.1), by ctypes.

The far end of every test is other people's signal processing, so that a fault of ours does not
agree with itself.
"""

import ctypes
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from functools import cache
from typing import Any

import numpy as np

from board.sim.alaw import Samples

DIGITS = "0123456789*#ABCD"
_CHUNK = 800  # samples


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libspandsp.so.2")
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "dtmf_tx_init": (c_void_p, [c_void_p]),
        "dtmf_tx_set_level": (None, [c_void_p, c_int, c_int]),
        "dtmf_tx_set_timing": (None, [c_void_p, c_int, c_int]),
        "dtmf_tx_put": (c_int, [c_void_p, c_char_p, c_int]),
        "dtmf_tx": (c_int, [c_void_p, c_void_p, c_int]),
        "dtmf_tx_free": (c_int, [c_void_p]),
        "dtmf_rx_init": (c_void_p, [c_void_p, c_void_p, c_void_p]),
        "dtmf_rx": (c_int, [c_void_p, c_void_p, c_int]),
        "dtmf_rx_get": (c_size_t, [c_void_p, c_char_p, c_int]),
        "dtmf_rx_free": (c_int, [c_void_p]),
        "tone_gen_descriptor_init": (c_void_p, [c_void_p] + [c_int] * 9),
        "tone_gen_descriptor_free": (None, [c_void_p]),
        "tone_gen_init": (c_void_p, [c_void_p, c_void_p]),
        "tone_gen": (c_int, [c_void_p, c_void_p, c_int]),
        "tone_gen_free": (c_int, [c_void_p]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _pointer(samples: Samples) -> int:
    # The array must stay referenced during the call; `data_as` would cost three times this.
    return samples.ctypes.data


def dtmf(digits: str, on_ms: int = 100, off_ms: int = 100, level_dbm0: int = -7) -> Samples:
    """Return the tones of the digits, each with its pause; level of each tone (Q.23, Q.24)."""
    if wrong := set(digits) - set(DIGITS):
        raise ValueError(f"no such digit: {sorted(wrong)}")
    library = _library()
    state = library.dtmf_tx_init(None)
    try:
        library.dtmf_tx_set_level(state, level_dbm0, 0)
        library.dtmf_tx_set_timing(state, on_ms, off_ms)
        parts = [np.zeros(0, np.int16)]
        for digit in digits:  # its queue is short
            library.dtmf_tx_put(state, digit.encode(), 1)
            parts.append(_drain(library.dtmf_tx, state))
        return np.concatenate(parts)
    finally:
        library.dtmf_tx_free(state)


def _drain(generate: Any, state: int, limit: int = 80_000) -> Samples:
    parts: list[Samples] = []
    total, got = 0, _CHUNK
    while got == _CHUNK and total < limit:
        chunk = np.zeros(_CHUNK, np.int16)
        got = generate(state, _pointer(chunk), _CHUNK)
        parts.append(chunk[:got])
        total += got
    return np.concatenate(parts)


def tone(hertz: int, milliseconds: int, level_dbm0: int = -10) -> Samples:
    """Return one burst of a tone."""
    return _burst((hertz, level_dbm0, 0, 0), milliseconds)


def two_tones(first_hz: int, second_hz: int, milliseconds: int, level_dbm0: int = -10) -> Samples:
    """Return one burst of two tones together; the level is that of each."""
    return _burst((first_hz, level_dbm0, second_hz, level_dbm0), milliseconds)


def _burst(tones: tuple[int, int, int, int], milliseconds: int) -> Samples:
    library = _library()
    descriptor = library.tone_gen_descriptor_init(None, *tones, milliseconds, 0, 0, 0, 0)
    state = library.tone_gen_init(None, descriptor)
    try:
        return _drain(library.tone_gen, state)[: milliseconds * 8]
    finally:
        library.tone_gen_free(state)
        library.tone_gen_descriptor_free(descriptor)


class DtmfReceiver:
    """The digits in one stream of samples."""

    def __init__(self) -> None:
        self._state = _library().dtmf_rx_init(None, None, None)
        self._buffer = ctypes.create_string_buffer(32)
        self._receive, self._get = _library().dtmf_rx, _library().dtmf_rx_get

    def feed(self, samples: Samples) -> str:
        """Take contiguous samples; return the digits found by now."""
        self._receive(self._state, _pointer(samples), len(samples))
        if not self._get(self._state, self._buffer, 31):
            return ""
        return self._buffer.value.decode()

    def close(self) -> None:
        """Free the detector."""
        if self._state:
            _library().dtmf_rx_free(self._state)
            self._state = None
