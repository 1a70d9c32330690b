"""The load of 16 analogue lines: seeded callers, mixed holding times, mixed ways of clearing.

Requirement: 16 calls up at once, set-up peaks of 2 calls a second, none lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from board.sim.script import Script

ScriptFor = Callable[[float, int], Script]
"""Seconds to hold the call once connected, a random number for its words -> what a caller does."""


@dataclass(frozen=True)
class Load:
    """How much; times in seconds."""

    most: int = 16
    """Calls at a time."""
    calls_per_s: float = 2.0
    """Of a peak: as long as lines are free."""
    shortest_s: float = 10.0
    mean_s: float = 60.0
    """Of the holding time, exponential above the shortest."""
    longest_s: float = 600.0
    rest_s: float = 4.0
    """A line that was cleared stays free for so long."""
