"""Caller-ID messages as samples: the frame of GR-30-CORE and EN 300 659-1, bit by bit.

`python -m cython_dsp.tests.line.fsk` measures how many of 14,400 are heard under all conditions.
"""

import sys

import numpy as np

from cython_dsp import g711
from cython_dsp.line_rx import CallerIdReceiver

FULL = 22827.0  # peak of a sine of 0 dBm0
MARK_SPACE = {1: (1200, 2200), 2: (1300, 2100)}  # Bell 202, V.23
BELL_202, V23 = 1, 2
MDMF = b"\x01\x0811221530\x02\x0b13800138000"


def message(kind, payload, wrong=0):
    """Type, length, payload and checksum, `wrong` added to the last."""
    body = bytes((kind, len(payload))) + payload
    return body + bytes(((wrong - sum(body)) & 255,))


def bits(octets, seizure=300, marks=180, after=10, stops=1):
    """Frame octets; marks between characters by more stop bits."""
    out = [i & 1 for i in range(seizure)] + [1] * marks
    for octet in octets:
        out += [0] + [octet >> i & 1 for i in range(8)] + [1] * stops
    return out + [1] * after


def modulate(line_bits, standard=BELL_202, level=-13, twist=0.0, offset=0.0, baud=1200):
    """Float samples; level of the mean of both tones, twist in dB of space over mark, offset as
    a part of each frequency."""
    mark, space = MARK_SPACE[standard]
    n = int(len(line_bits) * 8000 / baud)
    bit = np.array(line_bits)[np.minimum((np.arange(n) * baud / 8000).astype(int), n)]
    hertz = np.where(bit, mark, space) * (1 + offset)
    peak = np.where(bit, 10 ** (-twist / 40), 10 ** (twist / 40)) * FULL * 10 ** (level / 20)
    return peak * np.sin(2 * np.pi * np.cumsum(hertz) / 8000)


def on_line(x, rng=None, snr_db=None, before=800, after=800):
    """A-law coded samples in whole blocks with silence around, and white noise if asked for."""
    whole = -(len(x) + before + after) % 40
    pcm = np.concatenate([np.zeros(before), x, np.zeros(after + whole)])
    if snr_db is not None:
        pcm = pcm + rng.normal(size=len(pcm)) * np.sqrt((x**2).mean() / 10 ** (snr_db / 10))
    codes = g711.alaw_encode(np.clip(np.round(pcm), -32768, 32767).astype("<i2").tobytes())
    return np.frombuffer(g711.alaw_decode(codes), "<i2").astype(np.int16)


def heard(pcm):
    return CallerIdReceiver().take(pcm)


def some_message(rng):
    number = bytes(rng.integers(48, 58, int(rng.integers(3, 17))).astype(np.uint8))
    date = b"\x01\x08" + bytes(rng.integers(48, 58, 8).astype(np.uint8))
    return message(0x80, date + b"\x02" + bytes((len(number),)) + number)


def missed(messages, snr_db=20, seed=1, levels=(-10, -20, -30, -40)):
    """How many of so many messages a condition are not heard, by standard and level."""
    rng = np.random.default_rng(seed)
    lost = {}
    for standard in MARK_SPACE:
        for level in levels:
            lost[standard, level] = 0
            for _ in range(messages):
                sent = some_message(rng)
                for twist in (-6, 0, 6):
                    for offset in (-0.01, 0, 0.01):
                        x = modulate(bits(sent), standard, level, twist, offset)
                        want = [bytes((standard,)) + sent[:-1]]
                        lost[standard, level] += heard(on_line(x, rng, snr_db)) != want
    return lost


if __name__ == "__main__":
    for ratio in (20, 15, 12, 10):
        sys.stdout.write(f"S/N {ratio} dB: {missed(200 if ratio == 20 else 20, ratio)}\n")
