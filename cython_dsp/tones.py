"""Call-progress tones of 12 countries: made, and heard by frequency, cadence and level.

    from cython_dsp import tones
    for tone in tones.Receiver("CN").pcm(tones.generate("CN", "busy", 4.0)):
        print(tone.name, tone.end / 8000)

Names are dial, ringback, busy, congestion, unobtainable; `generate` knows call_waiting and special
(ITU-T E.180, Q.35), too.  The sources of the countries' values are in tones.c; what is accepted is
in `progress.TonePattern`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cython_dsp import progress_rx
from cython_dsp.progress import packed, zone_patterns, zones

RATE, HOP = 8000, 40
_TONE = 1  # PROGRESS_TONE of progress.h
_LONGEST_S = 3600.0


class Tone(NamedTuple):
    """One that was heard: times in samples since the receiver was made."""

    name: str
    start: int
    end: int
    """When it was certain."""
    frequencies: tuple[float, ...]
    """One or two, in Hz, as measured."""
    level: float
    """dBm0, both frequencies together."""


def countries() -> tuple[str, ...]:
    """Those whose tones are known: ISO 3166-1."""
    return tuple(zones())


def generate(country: str, name: str, seconds: float) -> NDArray[np.int16]:
    """Return int16 samples of a tone with its cadence; ValueError when it is not known."""
    if not 0 <= seconds <= _LONGEST_S:
        raise ValueError(f"seconds are 0 to {_LONGEST_S:g}, not {seconds}")
    samples = np.zeros(round(seconds * RATE), np.int16)
    progress_rx.fill(country, name, samples)
    return samples


class Receiver:
    """Hears the tones of one country in one channel; a tone is told once for each time."""

    def __init__(self, country: str) -> None:
        """ValueError for a country that is not known."""
        try:
            patterns = zone_patterns(country)
        except KeyError:
            known = ", ".join(countries())
            raise ValueError(f"no tones of {country!r} are known, only of {known}") from None
        self.patterns = patterns
        self._names = tuple(patterns)
        self._listener = progress_rx.Listener()
        self._listener.watch(packed(list(patterns.values())))
        self.samples = 0

    def pcm(self, samples: NDArray[np.int16]) -> list[Tone]:
        """Hear linear samples: int16 of shape (n * HOP,); ValueError for another."""
        found = np.asarray(samples)
        if found.dtype != np.int16 or found.ndim != 1 or found.size % HOP:
            wanted = f"int16 of shape (n * {HOP},)"
            raise ValueError(f"{wanted} is wanted, not {found.dtype.name} of shape {found.shape}")
        before, self.samples = self.samples, self.samples + found.size
        heard = self._listener.take(np.ascontiguousarray(found))
        return [
            self._tone(which, before + (hop + 1) * HOP, (low, high), level, lasted)
            for hop, kind, which, low, high, level, lasted in heard
            if kind == _TONE
        ]

    def _tone(
        self, which: int, end: int, hertz: tuple[float, float], level: float, lasted: float
    ) -> Tone:
        start = max(0, end - round(lasted * RATE))
        return Tone(self._names[which], start, end, tuple(hz for hz in hertz if hz), level)
