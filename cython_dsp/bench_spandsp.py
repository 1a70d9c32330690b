"""libspandsp, the peer of benchmarks: its G.711 codec and DTMF receiver, a second at a call.

That is its fastest way: warm, its data in the first cache.
"""

import ctypes
import ctypes.util

import numpy as np

SECOND = 8000


class Spandsp:
    """A codec of A-law."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("spandsp")
        if name is None:
            raise OSError("libspandsp is not installed")
        self._lib = ctypes.CDLL(name)
        for function in ("g711_init", "dtmf_rx_init"):
            getattr(self._lib, function).restype = ctypes.c_void_p
        self._codec = ctypes.c_void_p(self._lib.g711_init(None, 0))

    def decode(self, codes: bytes, pcm: "Pcm") -> None:
        """A second of A-law to samples."""
        self._lib.g711_decode(self._codec, pcm.address, codes, SECOND)

    def encode(self, pcm: "Pcm", codes: ctypes.Array[ctypes.c_char]) -> None:
        """A second of samples to A-law."""
        self._lib.g711_encode(self._codec, codes, pcm.address, SECOND)

    def receiver(self) -> "DtmfReceiver":
        """Return a new one."""
        return DtmfReceiver(self._lib)


class Pcm:
    """A second of samples, for NumPy and for C."""

    def __init__(self) -> None:
        self.samples = np.zeros(SECOND, np.int16)
        self.address = ctypes.c_void_p(self.samples.ctypes.data)


class DtmfReceiver:
    """One channel's."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._lib = library
        self._state = ctypes.c_void_p(library.dtmf_rx_init(None, None, None))

    def hear(self, pcm: Pcm) -> None:
        """A second."""
        self._lib.dtmf_rx(self._state, pcm.address, SECOND)

    def close(self) -> int:
        """Return how many digits there were; it cannot be used any more."""
        heard: int = self._lib.dtmf_rx_get(self._state, ctypes.create_string_buffer(128), 127)
        self._lib.dtmf_rx_free(self._state)
        return heard
