"""Speed of the engine as a ratio against libspandsp in the same run; its part of BENCHMARKS.md.

30 calls on two E1 boards: 60 time slots bridged in pairs, all listened to for DTMF, all recorded
in two channels; every block goes through framing, CRC and COBS.  libspandsp does only part of
that: it decodes A-law, listens for DTMF and encodes A-law for the same 60 channels, a second at
a call, which is its fastest way.  CPU time of the process, so that neighbours do not count.
"""

import ctypes
import os
import resource
import statistics
import sys
import time
from pathlib import Path

from cython_dsp import (
    bench_calls,
    bench_capacity,
    bench_dtmf,
    bench_line,
    bench_progress,
    bench_room,
    figures,
)
from cython_dsp.bench_calls import TICKS_A_SECOND, House
from cython_dsp.bench_spandsp import SECOND, Pcm, Spandsp
from cython_dsp.bench_wire import voice

CHANNELS, SECONDS = 60, 5
REPEATS = 5


def engine_us() -> float:
    """Return CPU microseconds of the engine for a channel-second."""
    with House(boards=2) as house:
        ports = [house.boards.port(channel) for channel in range(CHANNELS)]
        for a, b in zip(ports[:30], ports[30:], strict=True):
            house.bridge(a, b)
            house.record(a, b)
        return float(house.run(SECONDS).sum()) * 1e6 / SECONDS / CHANNELS


def spandsp_us() -> float:
    """Return CPU microseconds of libspandsp for a channel-second: decode, hear, encode."""
    peer, pcm, codes = Spandsp(), Pcm(), ctypes.create_string_buffer(SECOND)
    receivers = [peer.receiver() for _ in range(CHANNELS)]
    voices = [voice(i, SECOND) for i in range(CHANNELS)]
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
    calls, rest = bench_calls.report(REPEATS)
    core, carried = bench_capacity.report()
    figures.keep(named | more | most | rest | carried)
    ticks = 1e6 / (engine * CHANNELS / TICKS_A_SECOND)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"""## The engine (`make bench`)

{os.cpu_count()} processors, medians of {REPEATS} runs taken in turns.

| work | CPU µs a channel-second |
| --- | --- |
| engine: 30 bridged, recorded, DTMF-heard calls from wire to wire (60 channels) | {engine:.1f} |
| libspandsp: A-law decode, DTMF, A-law encode of the same channels | {peer:.1f} |

Ratio engine / libspandsp: **{ratio:.2f}**. {ticks:.0f} ticks a second of CPU with 30 such calls:
{ticks / TICKS_A_SECOND * 30:.0f} calls a core. Most memory of the process: {memory:.0f} MB.

{digits}
{rooms}
{calls}
{core}
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
