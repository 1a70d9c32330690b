"""Speed of a leg in a room of three against libspandsp's codec and additions: rows of bench.py.

A leg is decoded, hears the sum of the two others, saturated once, and is encoded.  Both sides get a
second of each party at a call; the peer's additions are NumPy's, which saturate nothing.
"""

import ctypes
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cython_dsp import g711, room
from cython_dsp.bench_spandsp import SECOND, Pcm, Spandsp
from cython_dsp.figures import Figure

ROOMS, PARTIES = 40, 3
Codes = NDArray[np.uint8]


def _sounds() -> Codes:
    """A-law codes, shape (ROOMS, PARTIES, SECOND)."""
    pcm = np.random.default_rng(1).normal(0, 2000, (ROOMS, PARTIES, SECOND))
    codes = g711.alaw_encode(pcm.clip(-32768, 32767).astype("<i2").tobytes())
    return np.frombuffer(codes, np.uint8).reshape(pcm.shape)


class _Peer:
    """Three legs of libspandsp."""

    def __init__(self) -> None:
        self._spandsp, self._hear = Spandsp(), Pcm()
        self._talk = [Pcm() for _ in range(PARTIES)]
        self._codes = ctypes.create_string_buffer(SECOND)

    def mix(self, codes: list[bytes]) -> list[bytes]:
        """What each party hears."""
        for said, talk in zip(codes, self._talk, strict=True):
            self._spandsp.decode(said, talk)
        return [self._leg(party) for party in range(PARTIES)]

    def _leg(self, party: int) -> bytes:
        a, b = self._talk[party - 2].samples, self._talk[party - 1].samples
        np.add(a, b, out=self._hear.samples)
        self._spandsp.encode(self._hear, self._codes)
        return self._codes.raw


def _cpu_us(work: Callable[[], object]) -> float:
    """CPU microseconds a channel-second."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1e6 / ROOMS / PARTIES


def agree() -> bool:
    """Whether both give the same codes where nothing saturates."""
    codes, peer = _sounds()[0], _Peer()
    return b"".join(peer.mix([row.tobytes() for row in codes])) == room.alaw(codes).tobytes()


def report(repeats: int) -> tuple[str, dict[str, Figure]]:
    """The rows of the page, and the figures by name: medians of runs taken in turns."""
    codes, peer = _sounds(), _Peer()
    rows = [[row.tobytes() for row in legs] for legs in codes]
    runs = []
    for _ in range(repeats):
        theirs = _cpu_us(lambda: [peer.mix(legs) for legs in rows])
        ours = _cpu_us(lambda: [room.alaw(legs) for legs in codes])
        runs.append((theirs, ours, theirs / ours))
    theirs, ours, ratio = map(statistics.median, zip(*runs, strict=True))
    text = f"""### A leg in a room of three

| work | CPU µs a channel-second | times less | must |
| --- | --- | --- | --- |
| libspandsp decodes and encodes, NumPy adds | {theirs:.1f} | | |
| `room.alaw` | {ours:.1f} | {ratio:.1f} | 5 |
"""
    against = "libspandsp's codec, additions by NumPy"
    return text, {"mix_leg_ratio": Figure(ratio, "times less CPU", against)}
