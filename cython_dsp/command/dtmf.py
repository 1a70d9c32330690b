"""Print the DTMF digits that are heard.  A line is: file, tab, digits.

With --json each digit has its start and when it was certain (s), the level of its low and high
tone (dBm0), and its twist, high minus low (dB).
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cython_dsp import dtmf
from cython_dsp.command import files
from cython_dsp.command.files import Facts
from cython_dsp.sound import Sound

HELP = "the DTMF digits that are heard"
_BLOCK = 60 * dtmf.RATE


def arguments(parser: ArgumentParser) -> None:
    """Add those of this verb."""
    files.json_argument(parser)


def run(given: Namespace) -> int:
    """Print the digits of each file; returns the exit status."""
    return files.report(given, _digits, _line)


def _digits(sound: Sound) -> list[Facts]:
    receiver = dtmf.Receiver(len(sound.samples))
    heard: list[list[Facts]] = [[] for _ in sound.samples]
    for block in _blocks(sound.samples):
        for digit in receiver.pcm(block):
            heard[digit.channel].append(_facts(digit))
    return [{"digits": digits} for digits in heard]


def _blocks(samples: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Whole hops: silence after the end."""
    for at in range(0, samples.shape[1], _BLOCK):
        block = samples[:, at : at + _BLOCK]
        yield np.pad(block, ((0, 0), (0, -block.shape[1] % dtmf.HOP)))


def _facts(digit: dtmf.Digit) -> Facts:
    return {
        "digit": digit.digit,
        "start": round(max(0, digit.start) / dtmf.RATE, 4),
        "certain": round(digit.end / dtmf.RATE, 4),
        "low": round(digit.low, 1),
        "high": round(digit.high, 1),
        "twist": round(digit.high - digit.low, 1),
    }


def _line(facts: Facts) -> str:
    return "".join(digit["digit"] for digit in facts["digits"])
