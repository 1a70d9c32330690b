"""A board at the other end of a pseudo-terminal, and measures of what came back."""

import os
import pty
import select
import struct
import termios
import tty
from pathlib import Path

import numpy as np

from cython_dsp import g711
from cython_dsp.engine.kernels import Receiver, seal

SILENCE = 0xD5
PCM_RX, PCM_TX = 0x10, 0x11


class Board:
    """Speaks the wire format on the master side; `fd` is what the engine gets."""

    def __init__(self):
        self.end, self.fd = pty.openpty()
        for fd in (self.end, self.fd):
            tty.setraw(fd, termios.TCSANOW)
        os.set_blocking(self.end, False)
        self.tick = 0
        self.seq = 0
        self.frames = []
        self._receiver = Receiver()

    def send(self, kind, payload=b"", tick=None):
        head = struct.pack("<BBHI", kind, 0, self.seq, self.tick if tick is None else tick)
        self.seq = (self.seq + 1) & 0xFFFF
        self.write(seal(head + payload))

    def write(self, wire):
        assert os.write(self.end, wire) == len(wire)

    def block(self, slots=None, mask=0xFFFFFFFF, law=0, frames=40):
        """Send one block; slots: slot -> bytes, one a frame."""
        used = [slot for slot in range(32) if mask >> slot & 1]
        audio = np.full((frames, 32), SILENCE, np.uint8)
        for slot, codes in (slots or {}).items():
            audio[:, slot] = np.frombuffer(codes, np.uint8)
        head = struct.pack("<IBBH", mask, frames, law, 0)
        self.send(PCM_RX, head + audio[:, used].tobytes())
        self.tick += frames

    def read(self):
        """Return all (header and payload) frames that came so far."""
        while select.select([self.end], [], [], 0)[0]:
            try:
                self.frames += self._receiver.feed(os.read(self.end, 65536))
            except OSError:
                break
        return self.frames

    def answers(self):
        """Return {tick: array of frames x 32 codes} of every PCM_TX so far."""
        return {
            struct.unpack_from("<I", frame, 4)[0]: np.frombuffer(frame[16:], np.uint8).reshape(
                -1, 32
            )
            for frame in self.read()
            if frame[0] == PCM_TX
        }

    def close(self):
        for fd in (self.end, self.fd):
            if fd >= 0:
                os.close(fd)

    def unplug(self):
        os.close(self.end)
        self.end = -1


def speech(seed, blocks):
    """Return A-law noise like loud speech: blocks of 40 codes, all different."""
    pcm = np.random.default_rng(seed).normal(0, 4000, blocks * 40)
    codes = g711.alaw_encode(np.clip(pcm, -32768, 32767).astype("<i2").tobytes())
    return [codes[i : i + 40] for i in range(0, len(codes), 40)]


def pcm(codes):
    return np.frombuffer(g711.alaw_decode(bytes(codes)), "<i2")


def read_wav(path):
    """Return (left codes, right codes) of a recording; checks every size in it."""
    data = Path(path).read_bytes()
    riff, size, name, fmt, fmt_size = struct.unpack_from("<4sI4s4sI", data)
    assert (riff, name, fmt, fmt_size) == (b"RIFF", b"WAVE", b"fmt ", 18)
    assert size + 8 <= len(data)
    assert struct.unpack_from("<HHIIHHH", data, 20) == (6, 2, 8000, 16000, 2, 8, 0)
    fact, fact_size, frames, chunk, audio = struct.unpack_from("<4sII4sI", data, 38)
    assert (fact, fact_size, chunk, audio) == (b"fact", 4, b"data", 2 * frames)
    assert len(data) >= 58 + audio
    stereo = data[58 : 58 + audio]
    return stereo[0::2], stereo[1::2]


def kinds(finds, kind):
    return [find for find in finds if find.kind == kind]
