"""What fax machines and modems say at the beginning of a call, as samples."""

import numpy as np

from cython_dsp.tests.line.paths import power

RATE = 8000


def answering(seconds=2.0, hertz=2100.0, level=-12.0, period=0.45, turn=180.0, ringing=0.0):
    """ANS with reversals (V.25): float samples; `ringing` is the depth of 15 Hz of V.8."""
    t = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * hertz * t + np.radians(turn) * (t // period)
    depth = 1 + ringing * np.sin(2 * np.pi * 15 * t)
    return depth * np.sqrt(2 * power(level)) * np.sin(phase)
