"""Speed of what an analogue line needs, against the libraries that do the same: rows of bench.py.

Caller ID: Bell 202 and V.23 at once; libspandsp needs a receiver for each.  Echo: blocks of 5 ms
and a path of 80 or 32 ms on both sides; libspeexdsp is called block by block, which costs it about
a tenth more than it needs.
"""

import ctypes
import ctypes.util
import statistics
import time
from collections.abc import Callable

import numpy as np

from cython_dsp.echo import BLOCK, Canceller
from cython_dsp.figures import Figure
from cython_dsp.line_rx import CallerIdReceiver
from cython_dsp.reference import Samples

SECONDS = 60
REPEATS = 5
_SPEEX_SET_SAMPLING_RATE = 24  # of speex_echo.h
_PUT_MESSAGE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)


def _samples() -> tuple[Samples, Samples]:
    """Return what a line heard, in syllables, and what it said: the echo 25 ms later, and noise."""
    rng = np.random.default_rng(1)
    time_s = np.arange(8000 * SECONDS) / 8000
    far = rng.normal(0, 3000, len(time_s)) * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * time_s))
    response = np.concatenate([np.zeros(200), rng.normal(0, 0.04, 64)])
    near = np.convolve(far, response)[: len(far)] + rng.normal(0, 30, len(far))
    return far.clip(-32768, 32767).astype(np.int16), near.clip(-32768, 32767).astype(np.int16)


def _library(name: str) -> ctypes.CDLL:
    found = ctypes.util.find_library(name)
    if found is None:
        raise OSError(f"lib{name} is not installed")
    return ctypes.CDLL(found)


def _cpu_us(work: Callable[[], object]) -> float:
    """Return CPU microseconds a second of one channel."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1e6 / SECONDS


def caller_id_us(pcm: Samples) -> float:
    """Return the cost of our receiver of both standards."""
    receiver = CallerIdReceiver()
    return _cpu_us(lambda: receiver.take(pcm))


def spandsp_caller_id_us(pcm: Samples) -> float:
    """Return the cost of libspandsp's two receivers, a second at a call."""
    library = _library("spandsp")
    library.adsi_rx_init.restype = ctypes.c_void_p
    ignore = _PUT_MESSAGE(lambda *_: None)
    receivers = [ctypes.c_void_p(library.adsi_rx_init(None, n, ignore, None)) for n in (1, 2)]

    def work() -> None:
        for at in range(0, len(pcm), 8000):
            for receiver in receivers:
                library.adsi_rx(receiver, ctypes.c_void_p(pcm[at:].ctypes.data), 8000)

    return _cpu_us(work)


def echo_us(far: Samples, near: Samples, tail_ms: int) -> float:
    """Return the cost of our canceller."""
    canceller = Canceller(tail_ms)
    return _cpu_us(lambda: canceller.cancel(far, near))


def speex_echo_us(far: Samples, near: Samples, tail_ms: int) -> float:
    """Return the cost of libspeexdsp's canceller."""
    library = _library("speexdsp")
    library.speex_echo_state_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(library.speex_echo_state_init(BLOCK, 8 * tail_ms))
    library.speex_echo_ctl(state, _SPEEX_SET_SAMPLING_RATE, ctypes.byref(ctypes.c_int(8000)))
    out = (ctypes.c_int16 * BLOCK)()
    near_at, far_at = near.ctypes.data, far.ctypes.data
    cancel, pointer = library.speex_echo_cancellation, ctypes.c_void_p

    def work() -> None:
        for at in range(0, 2 * len(near), 2 * BLOCK):
            cancel(state, pointer(near_at + at), pointer(far_at + at), out)

    return _cpu_us(work)


def report() -> tuple[str, dict[str, Figure]]:
    """The table, and the figures by name: medians of 5, taken in turns."""
    far, near = _samples()
    runs = [
        (
            *(caller_id_us(far), spandsp_caller_id_us(far)),
            *(echo_us(far, near, 80), speex_echo_us(far, near, 80)),
            *(echo_us(far, near, 32), speex_echo_us(far, near, 32)),
        )
        for _ in range(REPEATS)
    ]
    caller_id, spandsp, echo, speex, short, short_speex = map(
        statistics.median, zip(*runs, strict=True)
    )
    text = f"""### An analogue line

| work | CPU µs a channel-second | times less | must |
| --- | --- | --- | --- |
| libspandsp: caller ID, Bell 202 and V.23 | {spandsp:.0f} | | |
| ours | {caller_id:.0f} | {spandsp / caller_id:.1f} | |
| libspeexdsp: echo canceller, 80 ms | {speex:.0f} | | |
| ours | {echo:.0f} | {speex / echo:.1f} | |
| libspeexdsp: echo canceller, 32 ms | {short_speex:.0f} | | |
| ours (`echo.Canceller(32)`: 40 ms) | {short:.0f} | {short_speex / short:.1f} | 600 µs |
"""
    against = f"libspeexdsp: {short_speex:.0f}"
    return text, {"echo_32ms_us": Figure(short, "µs a channel-second", against)}
