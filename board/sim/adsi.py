"""FSK caller ID with the modems of spandsp 0.0.6 (LGPL-2.1), by ctypes.

The transmitter takes octets as they are, a wrong checksum included; the receiver is spandsp's own
ADSI receiver.  Framing (GR-30-CORE 2.3, ETSI EN 300 659-1 5.1): channel seizure of alternating
bits, mark bits, then characters of a start bit, 8 data bits (least significant first) and a stop
bit, then a few mark bits.
"""

import ctypes
from collections.abc import Iterator
from ctypes import POINTER, c_char_p, c_float, c_int, c_void_p
from functools import cache
from itertools import chain, repeat
from typing import Any

import numpy as np

from board.sim.alaw import Samples

BELL202 = "bell202"  # 1200 Hz mark, 2200 Hz space
V23 = "v23"  # 1300 Hz mark, 2100 Hz space
STANDARDS = (BELL202, V23)
SEIZURE_BITS = 300
MARK_BITS = 180
MARK_BITS_CALL_WAITING = 80
_AFTER_BITS = 5
_END_OF_DATA = -7  # SIG_STATUS_END_OF_DATA of spandsp's async.h
_GET_BIT = ctypes.CFUNCTYPE(c_int, c_void_p)
_PUT_MESSAGE = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_int)


class _Spec(ctypes.Structure):
    """fsk_spec_t of spandsp's fsk.h."""

    _fields_ = (
        ("name", c_char_p),
        ("freq_zero", c_int),
        ("freq_one", c_int),
        ("tx_level", c_int),
        ("min_level", c_int),
        ("baud_rate", c_int),
    )


# Indices of preset_fsk_specs (fsk.h) and numbers of the ADSI standards (adsi.h): CLASS, CLIP.
_MODEM = {BELL202: 6, V23: 2}
_ADSI = {BELL202: 1, V23: 2}


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libspandsp.so.2")
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "fsk_tx_init": (c_void_p, [c_void_p, POINTER(_Spec), _GET_BIT, c_void_p]),
        "fsk_tx_power": (None, [c_void_p, c_float]),
        "fsk_tx": (c_int, [c_void_p, c_void_p, c_int]),
        "fsk_tx_free": (c_int, [c_void_p]),
        "adsi_rx_init": (c_void_p, [c_void_p, c_int, _PUT_MESSAGE, c_void_p]),
        "adsi_rx": (c_int, [c_void_p, c_void_p, c_int]),
        "adsi_rx_free": (c_int, [c_void_p]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def checked(message: bytes) -> bytes:
    """Return the message with its checksum: the two's complement of the sum, modulo 256."""
    return message + bytes([-sum(message) & 0xFF])


def _character(octet: int) -> list[int]:
    return [0, *((octet >> bit) & 1 for bit in range(8)), 1]


def _bits(octets: bytes, seizure_bits: int, mark_bits: int) -> Iterator[int]:
    return chain(
        (at & 1 for at in range(seizure_bits)),
        repeat(1, mark_bits),
        chain.from_iterable(map(_character, octets)),
        repeat(1, _AFTER_BITS),
        repeat(_END_OF_DATA),
    )


def fsk(
    octets: bytes,
    standard: str = BELL202,
    *,
    level_dbm0: float = -13.5,
    seizure_bits: int = SEIZURE_BITS,
    mark_bits: int = MARK_BITS,
) -> Samples:
    """Return a data transmission of these octets, checksum included, as 16-bit samples."""
    library = _library()
    bits = _bits(octets, seizure_bits, mark_bits)
    get_bit = _GET_BIT(lambda _: next(bits))
    specs = (_Spec * 10).in_dll(library, "preset_fsk_specs")
    spec = specs[_MODEM[standard]]
    state = library.fsk_tx_init(None, ctypes.byref(spec), get_bit, None)
    try:
        library.fsk_tx_power(state, level_dbm0)
        count = seizure_bits + mark_bits + 10 * len(octets) + _AFTER_BITS
        samples = np.zeros(int(count * 8000 / 1200) + 400, np.int16)
        made = library.fsk_tx(state, samples.ctypes.data, len(samples))
        return samples[:made]
    finally:
        library.fsk_tx_free(state)


class AdsiReceiver:
    """The messages that spandsp's caller ID receiver finds in one stream; checksums are right."""

    def __init__(self, standard: str = BELL202) -> None:
        self.messages: list[bytes] = []
        self._put = _PUT_MESSAGE(self._take)  # must live as long as the state
        self._state = _library().adsi_rx_init(None, _ADSI[standard], self._put, None)

    def _take(self, _user: int | None, message: int, length: int) -> None:
        self.messages.append(ctypes.string_at(message, length))

    def feed(self, samples: Samples) -> None:
        """Take contiguous samples."""
        _library().adsi_rx(self._state, samples.ctypes.data, len(samples))

    def close(self) -> None:
        """Free the receiver."""
        if self._state:
            _library().adsi_rx_free(self._state)
            self._state = None
