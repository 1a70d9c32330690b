"""Speed of the DTMF receiver against libspandsp's, 120 channels of A-law: rows of bench.py.

Each side is used in its fastest way: libspandsp decodes and hears a second of a channel at a call
(warm, its data in the first cache), ours 100 ms of all channels, in the order of an E1 bus or from
separate payloads.  Every channel has syllables and a digit each second.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cython_dsp import dtmf, g711
from cython_dsp.bench_spandsp import Pcm, Spandsp
from cython_dsp.figures import Figure

CHANNELS, SECONDS, BLOCK = 120, 5, 800
DIGITS = "0123456789ABCD*#"
Codes = NDArray[np.uint8]


def _sounds() -> Codes:
    """A-law codes, shape (CHANNELS, samples)."""
    rng = np.random.default_rng(1)
    samples = SECONDS * dtmf.RATE
    syllables = 0.5 + 0.5 * np.sin(np.arange(samples) * (2 * np.pi * 4 / dtmf.RATE))
    pcm = rng.normal(0, 3000, (CHANNELS, samples)) * syllables
    for channel in range(CHANNELS):
        for second in range(SECONDS):
            at = second * dtmf.RATE + int(rng.integers(0, dtmf.RATE // 2))
            tone = dtmf.tones(DIGITS[channel % 16], 80, 40)
            pcm[channel, at : at + len(tone)] = tone
    codes = g711.alaw_encode(pcm.clip(-32768, 32767).astype("<i2").tobytes())
    return np.frombuffer(codes, np.uint8).reshape(CHANNELS, samples)


def _cpu_us(work: Callable[[], int]) -> float:
    """CPU microseconds a channel-second; every digit has to be heard."""
    before = time.process_time()
    heard = work()
    used = time.process_time() - before
    if heard != CHANNELS * SECONDS:
        raise RuntimeError(f"{heard} digits were heard, {CHANNELS * SECONDS} were sent")
    return used * 1e6 / CHANNELS / SECONDS


def _bus(blocks: list[Codes]) -> int:
    receiver = dtmf.Receiver(CHANNELS)
    return sum(len(receiver.bus(block)) for block in blocks)


def _payloads(blocks: list[Codes]) -> int:
    receiver = dtmf.Receiver(CHANNELS)
    return sum(len(receiver.alaw(block)) for block in blocks)


def _spandsp(peer: Spandsp, pcm: Pcm, codes: list[bytes]) -> int:
    """Hear one channel, a second of A-law each; return how many digits there were."""
    receiver = peer.receiver()
    for second in codes:
        peer.decode(second, pcm)
        receiver.hear(pcm)
    return receiver.close()


def measure(repeats: int) -> dict[str, float]:
    """Medians of runs taken in turns: CPU microseconds a channel-second, and ratios."""
    codes, peer, pcm = _sounds(), Spandsp(), Pcm()
    cuts = range(0, codes.shape[1], BLOCK)
    bus = [np.ascontiguousarray(codes[:, at : at + BLOCK].T) for at in cuts]
    payloads = [np.ascontiguousarray(codes[:, at : at + BLOCK]) for at in cuts]
    seconds = [
        [row[at : at + dtmf.RATE].tobytes() for at in range(0, len(row), dtmf.RATE)]
        for row in codes
    ]
    runs = []
    for _ in range(repeats):
        theirs = _cpu_us(lambda: sum(_spandsp(peer, pcm, row) for row in seconds))
        ours = _cpu_us(lambda: _bus(bus)), _cpu_us(lambda: _payloads(payloads))
        runs.append((theirs, *ours, theirs / ours[0], theirs / ours[1]))
    columns = map(statistics.median, zip(*runs, strict=True))
    names = ("spandsp_us", "bus_us", "rtp_us", "bus_ratio", "rtp_ratio")
    return dict(zip(names, columns, strict=True))


def report(repeats: int) -> tuple[str, dict[str, Figure]]:
    """The rows of the page, and the figures by name."""
    seen = measure(repeats)
    against = "libspandsp, A-law decode and DTMF"
    figures = {
        "dtmf_bus_ratio": Figure(seen["bus_ratio"], "times less CPU", against),
        "dtmf_rtp_ratio": Figure(seen["rtp_ratio"], "times less CPU", against),
    }
    text = f"""### DTMF, {CHANNELS} channels from A-law

| work | CPU µs a channel-second | times less than libspandsp | must |
| --- | --- | --- | --- |
| libspandsp: decode and hear | {seen["spandsp_us"]:.1f} | | |
| `dtmf.Receiver.bus`: samples in the order of an E1 bus | {seen["bus_us"]:.1f} | {
        seen["bus_ratio"]:.1f} | 6 with AVX2, 4 with 128 bits |
| `dtmf.Receiver.alaw`: separate payloads | {seen["rtp_us"]:.1f} | {
        seen["rtp_ratio"]:.1f} | 5 with AVX2 |
"""
    return text, figures
