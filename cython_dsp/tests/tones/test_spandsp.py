"""spandsp's DTMF as the peer: each side hears what the other one sends."""

import ctypes
import ctypes.util

import numpy as np
import pytest

from cython_dsp import dtmf
from cython_dsp.tests.door import DtmfSender, pointer
from cython_dsp.tests.tones.signals import ALL


@pytest.fixture(scope="module")
def spandsp():
    library = ctypes.CDLL(ctypes.util.find_library("spandsp"))
    for name in ("dtmf_tx_init", "dtmf_rx_init"):
        getattr(library, name).restype = ctypes.c_void_p
    state, samples = ctypes.c_void_p, ctypes.POINTER(ctypes.c_int16)
    library.dtmf_tx_init.argtypes = [state]
    library.dtmf_tx.argtypes = library.dtmf_rx.argtypes = [state, samples, ctypes.c_int]
    library.dtmf_tx_put.argtypes = [state, ctypes.c_char_p, ctypes.c_int]
    library.dtmf_tx_set_level.argtypes = [state, ctypes.c_int, ctypes.c_int]
    library.dtmf_tx_set_timing.argtypes = [state, ctypes.c_int, ctypes.c_int]
    library.dtmf_rx_init.argtypes = [state, ctypes.c_void_p, ctypes.c_void_p]
    library.dtmf_rx_get.argtypes = [state, ctypes.c_char_p, ctypes.c_int]
    library.dtmf_tx_free.argtypes = library.dtmf_rx_free.argtypes = [state]
    return library


@pytest.mark.parametrize(("level", "twist"), [(-10, 0), (-25, 0), (-10, 3), (-6, -4)])
def test_we_hear_spandsp(spandsp, level, twist):
    sender = spandsp.dtmf_tx_init(None)
    spandsp.dtmf_tx_set_level(sender, level, twist)
    spandsp.dtmf_tx_set_timing(sender, 50, 50)
    assert spandsp.dtmf_tx_put(sender, ALL.encode(), -1) == 0
    pcm = np.zeros(16 * 800, np.int16)
    spandsp.dtmf_tx(sender, pointer(pcm), len(pcm))
    spandsp.dtmf_tx_free(sender)
    assert "".join(one.digit for one in dtmf.Receiver(1).pcm(pcm[None, :])) == ALL


@pytest.mark.parametrize("on_off", [50, 80, 100])
def test_spandsp_hears_us(spandsp, on_off):
    sender = DtmfSender()
    sender.start(ALL, on_off, on_off)
    _, pcm = sender.give(16 * 2 * on_off * 8)
    receiver = spandsp.dtmf_rx_init(None, None, None)
    spandsp.dtmf_rx(receiver, pointer(pcm), len(pcm))
    out = ctypes.create_string_buffer(64)
    spandsp.dtmf_rx_get(receiver, out, 63)
    spandsp.dtmf_rx_free(receiver)
    assert out.value.decode() == ALL
