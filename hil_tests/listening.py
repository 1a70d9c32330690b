"""The measures of the loop-back call, for tests."""

from firmware.loopback.listening import FRAME, RATE, Likeness, level_dbm0, likeness

__all__ = ["FRAME", "RATE", "Likeness", "level_dbm0", "likeness"]
