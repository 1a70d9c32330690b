"""WAV files: 16-bit PCM, A-law and mu-law, mono or stereo, 8 to 48 kHz.

WavError(problem)  the bytes are none of these; the message says so to people.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cython_dsp import g711

RATES = range(8000, 48001)
Bytes = bytes | bytearray | memoryview
_EXTENSIBLE = 0xFFFE
_STREAMED = 0xFFFFFFFF  # a data size that was not known when the header was written
_CHUNKS_MAX = 1000  # before the sound; who sends more wants our time


class Coding(StrEnum):
    """How samples are written."""

    PCM = "pcm"
    """16 bits, little endian."""
    ALAW = "alaw"
    ULAW = "ulaw"

    @property
    def size(self) -> int:
        """Bytes of a sample."""
        return 2 if self is Coding.PCM else 1

    def samples(self, data: Bytes) -> NDArray[np.int16]:
        """Decode to 16-bit samples, one after the other; ValueError for half a sample."""
        if self is Coding.ALAW:
            data = g711.alaw_decode(data)
        elif self is Coding.ULAW:
            data = g711.ulaw_decode(data)
        return np.frombuffer(data, np.dtype("<i2"))


_CODINGS = {1: Coding.PCM, 6: Coding.ALAW, 7: Coding.ULAW}


class Problem(StrEnum):
    """Why bytes are no sound."""

    NOT_AUDIO = "not_audio"
    UNSUPPORTED = "unsupported"
    INCOMPLETE = "incomplete"
    EMPTY = "empty"


_TEXTS = {
    Problem.NOT_AUDIO: "This is not a WAV file.",
    Problem.UNSUPPORTED: "Only WAV files of 8 to 48 kHz, mono or stereo, as 16-bit PCM, A-law or "
    "mu-law can be read.",
    Problem.INCOMPLETE: "The WAV file is incomplete.",
    Problem.EMPTY: "There is no sound in the WAV file.",
}


class WavError(ValueError):
    """These bytes cannot be read as a WAV file."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(_TEXTS[problem])
        self.problem = problem


@dataclass(frozen=True)
class Wave:
    """The sound of a file, as it is written there."""

    coding: Coding
    channels: int
    rate: int
    """Samples a second of each channel."""
    data: memoryview
    """At least one frame, and whole ones: a sample of each channel in turn."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.data) / (self.channels * self.rate * self.coding.size)

    def samples(self) -> NDArray[np.int16]:
        """Decode: shape (frames, channels), at the file's rate."""
        return self.coding.samples(self.data).reshape(-1, self.channels)


def read(data: bytes | bytearray) -> Wave:
    """Find the sound in a whole file; WavError when there is none that can be read.

    Each length is checked before use.  Nothing is copied.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise WavError(Problem.NOT_AUDIO)
    form: tuple[Coding, int, int] | None = None
    for name, size, body in _chunks(memoryview(data)):
        if name == b"data" and form:
            return _wave(form, body, size)
        if len(body) < size:
            raise WavError(Problem.INCOMPLETE)
        if name == b"fmt ":
            form = _format(body)
    raise WavError(Problem.EMPTY if form else Problem.NOT_AUDIO)


def header(channels: int, frames: int, rate: int) -> bytes:
    """What stands before so many frames of 16-bit PCM in a file; ValueError beyond 4 GB."""
    size = 2 * channels * frames
    if size > _STREAMED - 1 - 36:
        raise ValueError("a WAV file holds 4 GB at most")
    form = struct.pack("<HHIIHH", 1, channels, rate, 2 * channels * rate, 2 * channels, 16)
    return struct.pack("<4sI8sI16s4sI", b"RIFF", 36 + size, b"WAVEfmt ", 16, form, b"data", size)


def _chunks(data: memoryview) -> Iterator[tuple[bytes, int, memoryview]]:
    """Name, size as written, and what there is of it."""
    at = 12
    for _ in range(_CHUNKS_MAX):
        if at + 8 > len(data):
            return
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, size, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _format(body: memoryview) -> tuple[Coding, int, int]:
    """Coding, channels and rate of a fmt chunk."""
    if len(body) < 16:
        raise WavError(Problem.INCOMPLETE)
    number, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if number == _EXTENSIBLE and len(body) >= 26:
        (number,) = struct.unpack_from("<H", body, 24)
    coding = _CODINGS.get(number)
    if coding is None or bits != 8 * coding.size or channels not in (1, 2) or rate not in RATES:
        raise WavError(Problem.UNSUPPORTED)
    return coding, channels, rate


def _wave(form: tuple[Coding, int, int], body: memoryview, size: int) -> Wave:
    coding, channels, rate = form
    if len(body) < size != _STREAMED:
        raise WavError(Problem.INCOMPLETE)
    frame = channels * coding.size
    if len(body) < frame:
        raise WavError(Problem.EMPTY)
    return Wave(coding, channels, rate, body[: len(body) // frame * frame])
