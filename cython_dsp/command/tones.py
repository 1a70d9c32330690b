"""Print the call-progress tones that are heard.  A line is: file, tab, `dial 0.60, busy 3.05`.

The number says when the tone was certain, in seconds.  With --json each tone has also its start
(s), the frequencies (Hz) and level (dBm0) that were measured, and the cadence of its pattern
(seconds on, off ...; empty: it lasts).
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cython_dsp.command import files
from cython_dsp.command.files import Facts, WrongUsage
from cython_dsp.progress import TonePattern, packed, zone_patterns, zones
from cython_dsp.progress_rx import Listener
from cython_dsp.sound import Sound

HELP = "the call-progress tones of a country that are heard"
_HOP_S = 0.005
_TONE = 1  # PROGRESS_TONE of progress.h


def arguments(parser: ArgumentParser) -> None:
    """Add those of this verb."""
    known = " ".join(zones())
    parser.add_argument("--country", default="CN", metavar="CC", help=f"one of {known}; CN")
    files.json_argument(parser)


def run(given: Namespace) -> int:
    """Print the tones of each file; returns the exit status, WrongUsage for other countries."""
    try:
        patterns = zone_patterns(given.country.upper())
    except KeyError:
        known = ", ".join(zones())
        raise WrongUsage(f"no tones of {given.country!r} are known, only of {known}") from None

    def facts(sound: Sound) -> list[Facts]:
        return [{"tones": _tones(samples, patterns)} for samples in sound.samples]

    return files.report(given, facts, _line)


def _tones(samples: NDArray[np.int16], patterns: Mapping[str, TonePattern]) -> list[Facts]:
    """What is heard in one channel."""
    listener = Listener()
    listener.watch(packed(list(patterns.values())))
    found = []
    for hop, kind, which, low, high, level, lasted in listener.take(samples):
        name, pattern = list(patterns.items())[which]
        if kind == _TONE:
            time = (hop + 1) * _HOP_S
            facts = {
                "name": name,
                "time": round(time, 3),
                "start": round(max(0.0, time - lasted), 3),
                "frequencies": [round(hz, 1) for hz in (low, high) if hz],
                "level": round(level, 1),
                "cadence": list(pattern.cadence),
            }
            found.append(facts)
    return found


def _line(facts: Facts) -> str:
    return ", ".join(f"{tone['name']} {tone['time']:.2f}" for tone in facts["tones"])
