"""WAV files chunk by chunk, right and wrong ones."""

import struct

import numpy as np


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*chunks):
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def form(coding=1, channels=1, rate=8000, bits=16, extra=b""):
    frame = channels * bits // 8
    return chunk(
        b"fmt ", struct.pack("<HHIIHH", coding, channels, rate, rate * frame, frame, bits) + extra
    )


def pcm(sound):
    return np.clip(sound, -32768, 32767).astype("<i2").tobytes()


def extensible(coding, channels=1, bits=16):
    """The long form: the coding is the beginning of a GUID."""
    return form(
        0xFFFE, channels, bits=bits, extra=struct.pack("<HHIH", 22, bits, 4, coding) + bytes(14)
    )
