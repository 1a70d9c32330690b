"""A sound file as the media engine hears it: 16-bit samples at 8 kHz.

SoundError  the bytes are no sound; the message says why to people.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cython_dsp import wav
from cython_dsp.resample import RATE, narrowed
from cython_dsp.wav import Coding

MAX_BYTES = 1 << 30
_TOO_LARGE = "It is larger than 1 GiB."
_BLOCK = 1 << 20


class SoundError(ValueError):
    """These bytes cannot be heard."""


@dataclass(frozen=True)
class Sound:
    """What is in a file."""

    samples: NDArray[np.int16]
    """Shape (channels, n), n > 0, at 8 kHz; each channel's are contiguous."""
    kind: str
    """wav, or raw for samples without a header."""
    coding: Coding
    """Of the file, as its rate."""
    rate: int
    seconds: float


def read(name: str, coding: Coding, rate: int) -> Sound:
    """Read a WAV file, or another one as raw mono samples of this coding and rate.

    `-` is standard input.  Blocks; needs up to five times the file's size.  Raises SoundError
    where there is no sound, or more than MAX_BYTES, and OSError.
    """
    data = _bytes(name)
    if data[:4] == b"RIFF":
        return _of_wav(data)
    if not data:
        raise SoundError("It is empty.")
    if len(data) % coding.size:
        raise SoundError("It ends in half a sample of 16-bit PCM.")
    samples = coding.samples(data).reshape(1, -1)
    return Sound(_at_8_khz(samples, rate), "raw", coding, rate, samples.size / rate)


def _of_wav(data: bytearray) -> Sound:
    try:
        wave = wav.read(data)
    except wav.WavError as e:
        raise SoundError(str(e)) from e
    samples = _at_8_khz(wave.samples().T, wave.rate)
    return Sound(samples, "wav", wave.coding, wave.rate, wave.seconds)


def _at_8_khz(samples: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    return np.ascontiguousarray(samples) if rate == RATE else narrowed(samples, rate)


def _bytes(name: str) -> bytearray:
    if name == "-":
        return _limited(sys.stdin.buffer)
    with Path(name).open("rb") as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise SoundError(_TOO_LARGE)
        return _limited(file)


def _limited(file: BinaryIO) -> bytearray:
    """All of it; a device or a pipe does not say before how long it is."""
    data = bytearray()
    while block := file.read(_BLOCK):
        data += block
        if len(data) > MAX_BYTES:
            raise SoundError(_TOO_LARGE)
    return data
