"""The long proof of hang-up tones: python -m cython_dsp.tests.progress.proof (half a minute).

Every hang-up tone of every country 100 times at its limits, and an hour of speech and music.
"""

import sys

import numpy as np

from cython_dsp.progress import packed, zone_patterns
from cython_dsp.progress_rx import Listener
from cython_dsp.tests.progress.lines import HOP_S, ZONES, hear
from cython_dsp.tests.progress.material import minutes
from cython_dsp.tests.progress.test_hang_up import HANG_UP, line

CLEARING = (*HANG_UP, "unobtainable")


def false_hang_ups(count, seed=0, zones=ZONES):
    """Return what was told of `count` minutes of speech and music: (minute, zone, name, second)."""
    told = []
    for minute, pcm in enumerate(minutes(count, seed)):
        for zone in zones:
            patterns = {n: p for n, p in zone_patterns(zone).items() if n in CLEARING}
            names = list(patterns)
            found = hear(pcm, list(patterns.values()))
            told += [(minute, zone, names[i], round(at, 2)) for at, i, *_ in found]
    return told


def suspicions(count, zone, seed=0):
    """Return seconds of `count` minutes of speech and music in which the box would be quieter."""
    patterns = [p for n, p in zone_patterns(zone).items() if n in CLEARING]
    hops = 0
    for pcm in minutes(count, seed):
        listener = Listener()
        listener.watch(packed(patterns))
        for at in range(0, len(pcm) - 40, 40):
            listener.take(pcm[at : at + 40])
            hops += listener.suspects
    return hops * HOP_S


def missed(times):
    """Return the hang-up tones not told, or told later than 0.5 s after the fourth cycle."""
    rng = np.random.default_rng(7)
    late = []
    for zone in ZONES:
        patterns = zone_patterns(zone)
        names = list(patterns)
        for name in HANG_UP:
            for k in range(times):
                pcm, fourth = line(zone, name, k, rng)
                found = hear(pcm, list(patterns.values()))
                told = [at for at, i, *_ in found if names[i] in HANG_UP]
                late += [] if told and told[0] <= fourth + 0.5 else [(zone, name, k)]
    return late


def main():
    late, told = missed(100), false_hang_ups(60)
    print(f"hang-up tones not noticed in time: {len(late)} of {100 * 2 * len(ZONES)} {late[:9]}")
    print(f"false hang-ups in 60 minutes, {len(ZONES)} countries: {len(told)} {told[:9]}")
    quiet = {zone: round(suspicions(60, zone), 1) for zone in ("CN", "US")}
    print(f"seconds of the 60 minutes in which a caller would hear us 18 dB weaker: {quiet}")
    sys.exit(bool(late or told))


if __name__ == "__main__":
    main()
