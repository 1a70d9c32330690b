"""Call-progress tones of the simulated exchange, by country.

Mainland China: GB/T 3380-1982.  The others: ITU-T E.180 supplement 2 and what the countries tell
the ITU, as the public tone zones of DAHDI have it; Hong Kong: HKCA 2011.  A tone is -10 dBm0, two
together -13 dBm0 each.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from board.sim import spandsp
from board.sim.alaw import RATE, Samples, encode

_LEVEL_DBM0, _PAIR_DBM0 = -10, -13
_WHOLE_MS = 1000  # of a continuous tone: whole periods of any whole number of hertz
_HOWLER_DBM0 = (-20, -15, -10, -5, 0)
Cadence = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Tone:
    """One or two frequencies in Hz, and milliseconds on and off of one cycle."""

    hertz: tuple[int, ...]
    cadence: Cadence = ((_WHOLE_MS, 0),)
    modulation_hz: int = 0
    """Of a single frequency (India's 400*25), wholly modulated."""


def _zone(tone: tuple[int, ...], busy: Cadence, ring: Cadence, jam: Cadence) -> dict[str, Tone]:
    return {
        "dial": Tone(tone),
        "ringback": Tone(tone, ring),
        "busy": Tone(tone, busy),
        "congestion": Tone(tone, jam),
        "stutter": Tone(tone, ((100, 100),)),
    }


_BRITISH = ((400, 200), (400, 2000))
_NORTH_AMERICA = {
    "dial": Tone((350, 440)),
    "ringback": Tone((440, 480), ((2000, 4000),)),
    "busy": Tone((480, 620), ((500, 500),)),
    "congestion": Tone((480, 620), ((250, 250),)),
    "stutter": Tone((350, 440), ((100, 100),)),
}
ZONES: dict[str, dict[str, Tone]] = {
    "CN": {
        **_zone((450,), ((350, 350),), ((1000, 4000),), ((700, 700),)),
        "vacant": Tone((450,), ((100, 100), (100, 100), (100, 100), (400, 400))),
        "stutter": Tone((450,), ((400, 40),)),
    },
    "US": _NORTH_AMERICA,
    "TW": {**_NORTH_AMERICA, "ringback": Tone((440, 480), ((1000, 2000),))},
    "HK": {**_NORTH_AMERICA, "ringback": Tone((440, 480), ((400, 200), (400, 3000)))},
    "GB": {
        "dial": Tone((350, 440)),
        "ringback": Tone((400, 450), _BRITISH),
        "busy": Tone((400,), ((375, 375),)),
        "congestion": Tone((400,), ((400, 350), (225, 525))),
        "vacant": Tone((400,)),
        "stutter": Tone((350, 440), ((750, 750),)),
    },
    "SG": {
        **_zone((425,), ((750, 750),), _BRITISH, ((250, 250),)),
        "ringback": Tone((425,), _BRITISH, modulation_hz=24),
    },
    "MY": _zone((425,), ((500, 500),), _BRITISH, ((500, 500),)),
    "DE": _zone((425,), ((480, 480),), ((1000, 4000),), ((240, 240),)),
    "FR": _zone((440,), ((500, 500),), ((1500, 3500),), ((250, 250),)),
    "JP": {
        **_zone((400,), ((500, 500),), ((1000, 2000),), ((500, 500),)),
        "ringback": Tone((400,), ((1000, 2000),), modulation_hz=16),
    },
    # Congestion: every other burst should be 10 dB weaker; ours are alike.
    "AU": {
        **_zone((425,), ((375, 375),), _BRITISH, ((375, 375),)),
        "dial": Tone((413, 438)),
        "ringback": Tone((413, 438), _BRITISH),
        "stutter": Tone((413, 438), ((100, 40),)),
    },
    "IN": {
        **_zone((400,), ((750, 750),), _BRITISH, ((250, 250),)),
        "dial": Tone((400,), modulation_hz=25),
        "ringback": Tone((400,), _BRITISH, modulation_hz=25),
    },
}


def tone(name: str, country: str = "CN") -> Tone:
    """Return a tone of a country; a vacant number has the congestion tone where none is its own.

    Raises KeyError.
    """
    zone = ZONES[country]
    return zone["congestion"] if name == "vacant" and name not in zone else zone[name]


@cache
def clip(wanted: Tone, error: float = 0.0) -> bytes:
    """Return one cycle in A-law, to be looped; `error` 0.02: 2 % higher, to a whole hertz."""
    parts: list[Samples] = []
    for on_ms, off_ms in wanted.cadence:
        parts += [_burst(wanted, on_ms, 1.0 + error), np.zeros(off_ms * 8, np.int16)]
    return encode(np.concatenate(parts))


@cache
def cycle(name: str, country: str = "CN", error: float = 0.0) -> bytes:
    """Return one cycle of a tone in A-law, to be looped.  Raises KeyError."""
    return _howler() if name == "howler" else clip(tone(name, country), error)


def _burst(wanted: Tone, milliseconds: int, ratio: float) -> Samples:
    hertz = [round(one * ratio) for one in wanted.hertz]
    if len(hertz) == 2:
        return spandsp.two_tones(hertz[0], hertz[1], milliseconds, _PAIR_DBM0)
    plain = spandsp.tone(hertz[0], milliseconds, _LEVEL_DBM0)
    if not wanted.modulation_hz:
        return plain
    time = np.arange(len(plain)) / RATE
    envelope = (1 + np.cos(2 * np.pi * wanted.modulation_hz * time)) / 2
    return (plain * envelope).astype(np.int16)


def _howler() -> bytes:
    """The howler of GB/T 3380: 950 Hz that gets louder, here five steps of a second."""
    return encode(np.concatenate([spandsp.tone(950, 1000, level) for level in _HOWLER_DBM0]))
