"""Print the call-progress and fax tones that are heard.

A line is: file, tab, `dial 0.60, busy 3.05`.
The number says when the tone was certain, in seconds.  With --json each tone has also its start
(s), the frequencies (Hz) and level (dBm0) that were measured, and the cadence of its pattern
(seconds on, off ...; empty: it lasts).
"""

from argparse import ArgumentParser, Namespace

import numpy as np
from numpy.typing import NDArray

from cython_dsp import fax, tones
from cython_dsp.command import files
from cython_dsp.command.files import Facts, WrongUsage
from cython_dsp.sound import Sound

HELP = "the call-progress tones of a country and fax tones that are heard"


def arguments(parser: ArgumentParser) -> None:
    """Add those of this verb."""
    known = " ".join(tones.countries())
    parser.add_argument("--country", default="CN", metavar="CC", help=f"one of {known}; CN")
    files.json_argument(parser)


def run(given: Namespace) -> int:
    """Print the tones of each file; returns the exit status, WrongUsage for other countries."""
    country = given.country.upper()
    try:
        tones.Receiver(country)
    except ValueError as e:
        raise WrongUsage(str(e)) from None

    def facts(sound: Sound) -> list[Facts]:
        return [{"tones": _tones(samples, country)} for samples in sound.samples]

    return files.report(given, facts, _line)


def _tones(samples: NDArray[np.int16], country: str) -> list[Facts]:
    """What is heard in one channel."""
    whole = samples[: samples.size // tones.HOP * tones.HOP]
    receiver = tones.Receiver(country)
    cadences = {name: list(pattern.cadence) for name, pattern in receiver.patterns.items()}
    cadences["CNG"] = list(fax.CNG.cadence)
    heard = [*receiver.pcm(whole), *fax.Receiver().pcm(whole)]
    return [
        {
            "name": tone.name,
            "time": round(tone.end / tones.RATE, 3),
            "start": round(tone.start / tones.RATE, 3),
            "frequencies": [round(hz, 1) for hz in tone.frequencies],
            "level": round(tone.level, 1),
            "cadence": cadences.get(tone.name, []),
        }
        for tone in sorted(heard, key=lambda tone: tone.end)
    ]


def _line(facts: Facts) -> str:
    return ", ".join(f"{tone['name']} {tone['time']:.2f}" for tone in facts["tones"])
