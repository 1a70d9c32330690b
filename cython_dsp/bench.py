"""Speed of the engine as a ratio against libspandsp in the same run; its part of BENCHMARKS.md.

30 calls on two E1 boards: 60 time slots bridged in pairs, all listened to for DTMF, all recorded
in two channels; every block goes through framing, CRC and COBS.  libspandsp does only part of
that: it decodes A-law, listens for DTMF and encodes A-law for the same 60 channels, a second at
a call, which is its fastest way.  CPU time of the process, so that neighbours do not count.
"""

import contextlib
import ctypes
import os
import resource
import socket
import statistics
import struct
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cython_dsp import bench_dtmf, bench_line, bench_progress, bench_room, figures, g711
from cython_dsp.bench_spandsp import SECOND, Pcm, Spandsp
from cython_dsp.engine import Engine
from cython_dsp.engine.kernels import seal

CHANNELS = 60
BATCH = 20  # blocks that a socket holds
ROUNDS = 50
TICKS_PER_SECOND = 200
REPEATS = 5


def _voice(seed: int, samples: int) -> bytes:
    """Return A-law noise in syllables, about as loud as speech."""
    noise = np.random.default_rng(seed).normal(0, 3000, samples)
    syllables = 0.5 + 0.5 * np.sin(np.arange(samples) * (2 * np.pi * 4 / 8000))
    return g711.alaw_encode((noise * syllables).clip(-32768, 32767).astype("<i2").tobytes())


class _Load:
    """An engine with 30 calls, and the far ends of its two boards."""

    def __init__(self, folder: str) -> None:
        self.engine = Engine()
        self.far = []
        ports = []
        for _ in range(2):
            far, near = socket.socketpair()
            far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            board = self.engine.add_board(near.fileno())
            near.close()
            self.far.append(far)
            ports += [self.engine.open_tdm(board, slot) for slot in range(1, 31)]
        for i in range(30):
            a, b = ports[i], ports[30 + i]
            self.engine.hear(a, [(b, 0)])
            self.engine.hear(b, [(a, 0)])
            self.engine.record(Path(folder) / f"{i}.wav", a, b, 3600)
        self.tick = 0
        self._audio = _voice(1, 1280 * 64)

    def feed(self) -> None:
        """Put a batch of blocks before the engine and take its answers away."""
        for i in range(BATCH):
            start = (self.tick + 40 * i) % (1280 * 63)
            head = struct.pack("<BBHIIBBH", 0x10, 0, 0, self.tick + 40 * i, 0xFFFFFFFF, 40, 0, 0)
            wire = seal(head + self._audio[start : start + 1280])
            for far in self.far:
                far.sendall(wire)
        self.tick += 40 * BATCH

    def drain(self) -> None:
        """Read what the engine sent."""
        for far in self.far:
            with contextlib.suppress(BlockingIOError):
                while far.recv(65536, socket.MSG_DONTWAIT):
                    pass

    def close(self) -> None:
        """End the recordings."""
        self.engine.stop()
        for far in self.far:
            far.close()


def engine_us() -> float:
    """Return CPU microseconds of the engine for a channel-second."""
    with tempfile.TemporaryDirectory() as folder:
        load = _Load(folder)
        used = 0.0
        for _ in range(ROUNDS):
            load.feed()
            before = time.process_time()
            load.engine.step(BATCH)
            used += time.process_time() - before
            load.drain()
        load.close()
    seconds = ROUNDS * BATCH / TICKS_PER_SECOND
    return used * 1e6 / seconds / CHANNELS


def spandsp_us() -> float:
    """Return CPU microseconds of libspandsp for a channel-second: decode, hear, encode."""
    peer, pcm, codes = Spandsp(), Pcm(), ctypes.create_string_buffer(SECOND)
    receivers = [peer.receiver() for _ in range(CHANNELS)]
    voices = [_voice(i, SECOND) for i in range(CHANNELS)]
    peer.decode(voices[0], pcm)  # warm
    before = time.process_time()
    for receiver, alaw in zip(receivers, voices, strict=True):
        peer.decode(alaw, pcm)
        receiver.hear(pcm)
        peer.encode(pcm, codes)
    used = (time.process_time() - before) * 1e6 / CHANNELS
    for receiver in receivers:
        receiver.close()
    return used


def report() -> str:
    """Return the page of figures: medians of 5, taken in turns.  Keeps those that have names."""
    pairs = [(engine_us(), spandsp_us()) for _ in range(REPEATS)]
    engine, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(e / p for e, p in pairs)
    digits, named = bench_dtmf.report(REPEATS)
    rooms, more = bench_room.report(REPEATS)
    lines, most = bench_line.report()
    figures.keep(named | more | most)
    ticks = 1e6 / (engine * CHANNELS / TICKS_PER_SECOND)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"""## The engine (`make bench`)

{os.cpu_count()} processors, medians of {REPEATS} runs taken in turns.

| work | CPU µs a channel-second |
| --- | --- |
| engine: 30 bridged, recorded, DTMF-heard calls from wire to wire (60 channels) | {engine:.1f} |
| libspandsp: A-law decode, DTMF, A-law encode of the same channels | {peer:.1f} |

Ratio engine / libspandsp: **{ratio:.2f}**. {ticks:.0f} ticks a second of CPU with 30 such calls:
{ticks / TICKS_PER_SECOND * 30:.0f} calls a core. Most memory of the process: {memory:.0f} MB.

{digits}
{rooms}
{lines}
{bench_progress.report(REPEATS)}"""


def put(page: Path, part: str, text: str) -> None:
    """Replace one part of the page of figures; what other commands wrote stays."""
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
    known = page.read_text() if page.exists() else "# Benchmarks\n\n"
    before, _, rest = known.partition(begin)
    page.write_text(before + begin + text.rstrip() + "\n" + end + rest.partition(end)[2])


def main() -> None:
    """Write the part to the file named, `-` for standard output."""
    target = sys.argv[1] if len(sys.argv) > 1 else "BENCHMARKS.md"
    if target == "-":
        sys.stdout.write(report())
    else:
        put(Path(target), "engine", report())


if __name__ == "__main__":
    main()
