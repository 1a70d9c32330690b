"""Speed of supervision by ear against libspandsp's super_tone_rx on the same samples.

Both listen for the five tones of mainland China (dial, ringback, busy, congestion, vacant);
libspandsp gets a second of linear samples at a call, its fastest way.
"""

import ctypes
import ctypes.util
import time

import numpy as np
from numpy.typing import NDArray

from cython_dsp.progress import packed, zone_patterns
from cython_dsp.progress_rx import Listener
from cython_dsp.reference_tones import tone

CHANNELS = 60
SECONDS = 4
_BUSY = [((450,), 350), ((), 350)]
_REPORT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int)

Pcm = NDArray[np.int16]


def samples(what: str) -> Pcm:
    """Return four seconds of `speech` (vowels in syllables), `busy` tone or `silence`."""
    n = SECONDS * 8000
    if what == "busy":
        return tone(_BUSY, -15, n)
    if what == "silence":
        return np.random.default_rng(0).normal(0, 8, n).astype(np.int16)
    t = np.arange(n) / 8000
    pitch = 2 * np.pi * np.cumsum(140 + 30 * np.sin(2 * np.pi * 0.7 * t)) / 8000
    vowel = np.sum([np.sin(k * pitch) / (1 + abs(k - 4)) for k in range(1, 20)], axis=0)
    syllables = np.clip(np.sin(2 * np.pi * 3.5 * t), 0, 1)
    spoken: Pcm = (2500 * vowel * syllables).astype(np.int16)
    return spoken


def ours_us(pcm: Pcm) -> float:
    """Return CPU microseconds for a channel-second."""
    patterns = packed(list(zone_patterns("CN").values()))
    listeners = [Listener() for _ in range(CHANNELS)]
    for listener in listeners:
        listener.watch(patterns)
    before = time.process_time()
    for listener in listeners:
        listener.take(pcm)
    return (time.process_time() - before) * 1e6 / CHANNELS / SECONDS


class _SuperTone:
    """libspandsp's detector of cadences."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("spandsp")
        if name is None:
            raise OSError("libspandsp is not installed")
        self._lib = ctypes.CDLL(name)
        for function in ("super_tone_rx_make_descriptor", "super_tone_rx_init"):
            getattr(self._lib, function).restype = ctypes.c_void_p
        self._descriptor = ctypes.c_void_p(self._lib.super_tone_rx_make_descriptor(None))
        self._report = _REPORT(lambda *_: None)
        for pattern in zone_patterns("CN").values():
            self._add(pattern.cadence)

    def _add(self, cadence: tuple[float, ...]) -> None:
        number = self._lib.super_tone_rx_add_tone(self._descriptor)
        for i, seconds in enumerate(cadence or (5.0,)):
            hz = 0 if i % 2 else 450
            low, high = round(850 * seconds), round(1150 * seconds)
            self._lib.super_tone_rx_add_element(self._descriptor, number, hz, 0, low, high)

    def detector(self) -> ctypes.c_void_p:
        """Return a new receiver."""
        new = self._lib.super_tone_rx_init(None, self._descriptor, self._report, None)
        return ctypes.c_void_p(new)

    def take(self, detector: ctypes.c_void_p, pcm: Pcm) -> None:
        """Hear samples."""
        self._lib.super_tone_rx(detector, ctypes.c_void_p(pcm.ctypes.data), len(pcm))


def spandsp_us(pcm: Pcm) -> float:
    """Return CPU microseconds of libspandsp for a channel-second."""
    peer = _SuperTone()
    detectors = [peer.detector() for _ in range(CHANNELS)]
    pieces = [np.ascontiguousarray(pcm[i : i + 8000]) for i in range(0, len(pcm), 8000)]
    before = time.process_time()
    for detector in detectors:
        for piece in pieces:
            peer.take(detector, piece)
    return (time.process_time() - before) * 1e6 / CHANNELS / SECONDS


def report(repeats: int) -> str:
    """Return the table of figures: medians of runs taken in turns."""
    lines = []
    for what in ("speech", "busy", "silence"):
        pcm = samples(what)
        pairs = [(ours_us(pcm), spandsp_us(pcm)) for _ in range(repeats)]
        ours, peer = (float(np.median(column)) for column in zip(*pairs, strict=True))
        ratio = float(np.median([a / b for a, b in pairs]))
        lines.append(f"| {what} | {ours:.1f} | {peer:.1f} | **{ratio:.2f}** |")
    table = "\n".join(lines)
    return f"""## Supervision by ear

Five tones of China on linear samples, CPU µs a channel-second. libspandsp's super_tone_rx asks
only whether there is 450 Hz; ours measures whatever frequencies there are, and what is no tone.

| heard | ours | libspandsp super_tone_rx | ratio |
| --- | --- | --- | --- |
{table}
"""
