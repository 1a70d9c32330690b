"""A sender for tests: G.711 packets of a signal, and a way to play them into a leg."""

import struct

import numpy as np

from cython_dsp.reference import alaw_decode, alaw_encode, ulaw_encode
from cython_dsp.tests.door import TICK, Leg

PACKET = 160


def voice(seconds, seed=1):
    """Band-limited noise with pauses: every piece of it is unlike every other."""
    n = int(seconds * 8000)
    x = np.fft.rfft(np.random.default_rng(seed).normal(size=n))
    hz = np.fft.rfftfreq(n, 1 / 8000)
    x[(hz < 300) | (hz > 3000)] = 0
    x = np.fft.irfft(x, n)
    x *= np.repeat(np.random.default_rng(seed).choice([0.02, 1, 1, 1], n // 800 + 1), 800)[:n]
    return (8000 * x / x.std() / 3).astype(np.int16)


def header(sequence, timestamp, ssrc=7, payload_type=8, marker=0):
    second = marker << 7 | payload_type
    return struct.pack(
        ">BBHII", 0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc & 0xFFFFFFFF
    )


def packets(pcm, sequence=0, timestamp=0, ssrc=7, law="a", size=PACKET):
    """One packet each `size` samples."""
    encode, payload_type = (alaw_encode, 8) if law == "a" else (ulaw_encode, 0)
    codes = encode(pcm).tobytes()
    return [
        header(sequence + i, timestamp + i * size, ssrc, payload_type, marker=int(i == 0))
        + codes[i * size : (i + 1) * size]
        for i in range(len(codes) // size)
    ]


def event(sequence, timestamp, number, duration, end=0, payload_type=101, ssrc=7):
    payload = struct.pack(">BBH", number, end << 7 | 10, duration)
    return header(sequence, timestamp, ssrc, payload_type) + payload


def on_time(data, size=PACKET):
    """The tick at which each packet arrives when nothing delays it."""
    return [(i * size // TICK, packet) for i, packet in enumerate(data)]


def play(leg, arrivals, ticks, start=1000):
    """Deliver (tick, packet) pairs, play every tick; returns samples and digits."""
    waiting = sorted(arrivals, key=lambda pair: pair[0])
    heard, digits = [], ""
    for tick in range(ticks):
        while waiting and waiting[0][0] <= tick:
            leg.receive(waiting.pop(0)[1], start + tick)
        pcm, digit = leg.play(start + tick)
        heard.append(pcm)
        digits += digit
    return np.concatenate(heard), digits


def alaw(pcm):
    """What remains of a signal after A-law."""
    return alaw_decode(alaw_encode(pcm))


def new_leg(**parameters):
    return Leg(**parameters)
