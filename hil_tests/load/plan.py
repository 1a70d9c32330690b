"""How large a day is."""

from dataclasses import dataclass

from hil_tests.load.agents import RINGS_S
from hil_tests.load.callers import MENU_S
from hil_tests.load.marks import AGENTS

CHANNELS = 30  # of an E1 line


@dataclass(frozen=True)
class Plan:
    """Lines, agents, and how busy they are."""

    spans: int = 0
    lines: int = 0
    agents: int = 16
    minutes: float = 60.0
    load: float = 0.8
    """Offered traffic in Erlang as a part of the channels."""
    talk_s: float = 120.0
    """Mean of a conversation."""

    def __post_init__(self) -> None:
        """ValueError for what cannot be."""
        if not 0 <= self.spans <= 2 or self.lines not in (0, 4, 8, 16):
            raise ValueError("0 to 2 E1 lines, and 0, 4, 8 or 16 analogue ones")
        if not self.channels:
            raise ValueError("no lines")
        most = len(AGENTS)
        if not 1 <= self.agents <= most or self.minutes <= 0 or not 0 < self.load <= 5:
            raise ValueError(f"agents 1 to {most}, minutes above 0, load up to 5")
        if not 5 <= self.talk_s <= 600:
            raise ValueError("a conversation has 5 to 600 s")

    @property
    def channels(self) -> int:
        """Calls at a time."""
        return CHANNELS * self.spans + self.lines

    @property
    def calls_per_s(self) -> float:
        """Arrivals."""
        return self.load * self.channels / (MENU_S + RINGS_S + self.talk_s)


SIZES = {
    "P16": {"spans": 0, "lines": 16, "agents": 16},
    "P30": {"spans": 1, "lines": 0, "agents": 32},
    "P60": {"spans": 2, "lines": 0, "agents": 64},
}
"""The reference loads."""
