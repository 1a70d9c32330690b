"""Call-progress tones of the simulated exchange: mainland China, GB/T 3380 (450 Hz, -10 dBm0)."""

from functools import cache

import numpy as np

from board.sim import spandsp
from board.sim.alaw import encode

# Milliseconds on and off, one cycle; each is repeated for as long as it sounds.
_CADENCE_MS = {
    "dial": ((400, 0),),
    "ringback": ((1000, 4000),),
    "busy": ((350, 350),),
    "congestion": ((700, 700),),
    "vacant": ((100, 100), (100, 100), (100, 100), (400, 400)),
}
_HERTZ = 450


@cache
def cycle(name: str) -> bytes:
    """Return one cycle of a tone in A-law, to be looped.  Raises KeyError."""
    parts = []
    for on_ms, off_ms in _CADENCE_MS[name]:
        parts += [spandsp.tone(_HERTZ, on_ms), np.zeros(off_ms * 8, np.int16)]
    return encode(np.concatenate(parts))
