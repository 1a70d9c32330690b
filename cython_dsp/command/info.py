"""Print what a file is: kind, law, channels, rate, seconds, and levels as a telephone hears them.

Levels are in dBm0: the peak as that of a sine, RMS over the whole file.  -90 is silence.
"""

import math
from argparse import ArgumentParser, Namespace

import numpy as np
from numpy.typing import NDArray

from cython_dsp.command import files
from cython_dsp.command.files import Facts
from cython_dsp.reference_tones import FULL
from cython_dsp.sound import Sound

HELP = "kind, law, channels, rate, length and levels"
_SILENT_DBM0 = -90.0
_BLOCK = 1 << 20


def arguments(parser: ArgumentParser) -> None:
    """Add those of this verb."""
    files.json_argument(parser)


def run(given: Namespace) -> int:
    """Print what each file is; returns the exit status."""
    return files.report(given, _info, _line)


def _info(sound: Sound) -> list[Facts]:
    file = {
        "kind": sound.kind,
        "law": sound.coding.value,
        "channels": len(sound.samples),
        "rate": sound.rate,
        "seconds": round(sound.seconds, 3),
    }
    return [file | {"peak": _peak(row), "rms": _rms(row)} for row in sound.samples]


def _peak(samples: NDArray[np.int16]) -> float:
    return _dbm0(max(int(samples.max()), -int(samples.min())) / FULL)


def _rms(samples: NDArray[np.int16]) -> float:
    blocks = range(0, samples.size, _BLOCK)
    energy = sum(_energy(samples[at : at + _BLOCK]) for at in blocks)
    return _dbm0(math.sqrt(2 * energy / samples.size) / FULL)


def _energy(samples: NDArray[np.int16]) -> float:
    return float(np.sum(np.square(samples, dtype=np.float64)))


def _dbm0(part: float) -> float:
    """Of an amplitude, as a part of that of 0 dBm0."""
    level = 20 * math.log10(part) if part else _SILENT_DBM0
    return round(max(_SILENT_DBM0, level), 1)


def _line(facts: Facts) -> str:
    channels = "mono" if facts["channels"] == 1 else "stereo"
    return (
        f"{facts['kind']} {facts['law']} {channels}, {facts['rate']} Hz, {facts['seconds']:.3f} s, "
        f"peak {facts['peak']:.1f} dBm0, RMS {facts['rms']:.1f} dBm0"
    )
