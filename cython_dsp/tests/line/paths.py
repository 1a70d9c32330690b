"""Echo paths, signals and figures for the canceller, after the objective tests of ITU-T G.168.

The hybrids are of our own making (a pure delay, then a random decaying response), not the models
of its Annex D; noise and speech are ours too.
`python -m cython_dsp.tests.line.paths` compares with libspeexdsp, when that is installed.
"""

import ctypes
import ctypes.util
import sys

import numpy as np

from cython_dsp import g711
from cython_dsp.echo import BLOCK, Canceller
from cython_dsp.tests.tones.signals import speech_like

QUIETEST = 1e-9


def power(dbm0):
    """Mean square of a level."""
    return 22827.0**2 / 2 * 10 ** (dbm0 / 10)


def through_alaw(x):
    codes = g711.alaw_encode(np.clip(np.round(x), -32768, 32767).astype("<i2").tobytes())
    return np.frombuffer(g711.alaw_decode(codes), "<i2").astype(np.int16)


def noise(seed, seconds, dbm0):
    return np.random.default_rng(seed).normal(0, np.sqrt(power(dbm0)), round(seconds * 8000))


def speech(seed, seconds, dbm0):
    x = speech_like(seed, seconds).astype(float)
    return x * np.sqrt(power(dbm0) / (x**2).mean())


def hybrid(seed, delay_ms, loss_db, tail_ms=12):
    """Impulse response; `loss_db` is its echo return loss for white noise."""
    n = np.arange(round(tail_ms * 8))
    response = np.random.default_rng(seed).normal(size=len(n))
    response *= np.exp(-4 * n / len(n)) * np.clip(n / 6, 0, 1)
    response *= 10 ** (-loss_db / 20) / np.sqrt((response**2).sum())
    return np.concatenate([np.zeros(round(delay_ms * 8)), response])


def db(above, below):
    return 10 * np.log10(((above**2).mean() + QUIETEST) / ((below**2).mean() + QUIETEST))


class Line:
    """What was sent, its echo, the near end, and what the canceller made of it."""

    def __init__(self, far, near, *responses, at=0):
        """`responses`: the path, and another one from sample `at` on."""
        self.far = through_alaw(far)
        echoes = [np.convolve(self.far.astype(float), r)[: len(far)] for r in responses]
        self.echo = np.where(np.arange(len(far)) < at, echoes[0], echoes[-1])
        self.near = near
        self.said = through_alaw(self.echo + near)

    def cancelled(self, canceller=None):
        self.canceller = canceller or Canceller()
        self.left = self.canceller.cancel(self.far, self.said).astype(float)
        return self

    def loss(self, start, end):
        """dB from the echo to what is left beside the near end, between two seconds."""
        part = slice(round(start * 8000), round(end * 8000))
        return db(self.echo[part], self.left[part] - self.near[part])


class _Speex:
    """libspeexdsp's canceller with the same blocks and length of path."""

    def __init__(self):
        self.lib = ctypes.CDLL(ctypes.util.find_library("speexdsp"))
        self.lib.speex_echo_state_init.restype = ctypes.c_void_p
        self.state = ctypes.c_void_p(self.lib.speex_echo_state_init(BLOCK, 640))
        rate = ctypes.c_int(8000)
        self.lib.speex_echo_ctl(self.state, 24, ctypes.byref(rate))  # SPEEX_ECHO_SET_SAMPLING_RATE

    def cancel(self, far, near):
        out, left = np.zeros(BLOCK, np.int16), np.zeros_like(near)
        for at in range(0, len(near), BLOCK):
            self.lib.speex_echo_cancellation(
                self.state,
                ctypes.c_void_p(near[at:].ctypes.data),
                ctypes.c_void_p(far[at:].ctypes.data),
                ctypes.c_void_p(out.ctypes.data),
            )
            left[at : at + BLOCK] = out
        return left


def table(make):
    """Name -> dB of residual echo in each half second of 5."""
    one, two = hybrid(1, 25, 10), hybrid(2, 20, 8)
    hiss, talk = noise(1, 5, -65), speech(3, 5, -20)
    talk[: 8000 * 5 // 2] = talk[8000 * 4 :] = 0
    lines = {
        "noise": Line(noise(2, 5, -10), hiss, one),
        "speech": Line(speech(2, 5, -15), hiss, one),
        "path changes at 2.5 s, noise": Line(noise(2, 5, -10), hiss, one, two, at=20000),
        "path changes at 2.5 s, speech": Line(speech(2, 5, -15), hiss, one, two, at=20000),
        "both speak from 2.5 to 4 s": Line(speech(2, 5, -15), talk + hiss, one),
    }
    return {
        name: [round(float(line.cancelled(make()).loss(t / 2, t / 2 + 0.5)), 1) for t in range(10)]
        for name, line in lines.items()
    }


if __name__ == "__main__":
    peers = [Canceller] + [_Speex] * (ctypes.util.find_library("speexdsp") is not None)
    for peer in peers:
        for what, losses in table(peer).items():
            sys.stdout.write(f"{peer.__name__:14} {what:30} {losses}\n")
