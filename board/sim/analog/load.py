"""The load of 16 analogue lines: seeded callers, mixed holding times, mixed ways of clearing.

Requirement: 16 calls up at once, set-up peaks of 2 calls a second, none lost.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from board.sim.alaw import RATE
from board.sim.analog.call import AnalogCall
from board.sim.analog.exchange import AnalogExchange
from board.sim.analog.service import Clear
from board.sim.call import CallState
from board.sim.script import HangUp, Say, Script, Wait, WaitConnect
from board.sim.speech import babble

ScriptFor = Callable[[float, int], Script]
"""Seconds to hold the call once connected, a random number for its words -> what a caller does."""

CLEARS = (Clear.BUSY_TONE, Clear.POLARITY, Clear.BATTERY_DROP)
_PATIENCE_S = 60.0
_SENTENCE_S = 3.0


def talker(hold_s: float, seed: int) -> Script:
    """Return a caller who speaks and listens by turns and hangs up after `hold_s`."""
    words = babble(_SENTENCE_S, seed)
    turns = int(hold_s / (2 * _SENTENCE_S))
    talk = [step for _ in range(turns) for step in (Say(words), Wait(_SENTENCE_S))]
    return [WaitConnect(_PATIENCE_S), *talk, Wait(hold_s - 2 * turns * _SENTENCE_S), HangUp()]


@dataclass(frozen=True)
class Load:
    """How much; times in seconds."""

    most: int = 16
    """Calls at a time."""
    calls_per_s: float = 2.0
    """Mean of a peak: as long as lines are free."""
    shortest_s: float = 10.0
    mean_s: float = 60.0
    """Of the holding time, exponential above the shortest."""
    longest_s: float = 600.0
    rest_s: float = 4.0
    """A line that was cleared stays free for so long: the box may take that long to notice."""


class LineLoad:
    """Calls the box on its free lines; `step` before every block or so."""

    def __init__(
        self,
        load: Load | None = None,
        script_for: ScriptFor = talker,
        clears: Sequence[Clear] = CLEARS,
        seed: int = 1,
        keep_calls: int | None = None,
    ) -> None:
        """Each call is cleared in one of the ways `clears`, by chance; `keep_calls`: ended calls
        kept in `calls`."""
        self.load = load or Load()
        self.calls: list[AnalogCall] = []
        self._script_for, self._clears = script_for, clears
        self._keep_calls = keep_calls
        self._random = random.Random(seed)  # noqa: S311  a simulation, to be repeated
        self._open: dict[int, AnalogCall] = {}
        self._free_at: dict[int, int] = {}
        self._next = -1

    @property
    def up(self) -> int:
        """Calls that are connected now."""
        return sum(call.state is CallState.CONNECTED for call in self._open.values())

    @property
    def lost(self) -> list[AnalogCall]:
        """Calls that ended without having been answered."""
        return [call for call in self.calls if call.ended and call.times.connect is None]

    def step(self, office: AnalogExchange) -> None:
        """Place the calls that are due, one on each line at a time."""
        self._forget(office.tick)
        if self._next < 0:
            self._next = office.tick
        while office.tick >= self._next:
            self._next += int(self._random.expovariate(self.load.calls_per_s) * RATE)
            free = [n for n in range(1, office.ports + 1) if self._free(n, office.tick)]
            if free and len(self._open) < self.load.most:
                self._place(office, self._random.choice(free))

    def _free(self, number: int, tick: int) -> bool:
        return number not in self._open and tick >= self._free_at.get(number, 0)

    def _forget(self, tick: int) -> None:
        for number, call in list(self._open.items()):
            if call.ended:
                del self._open[number]
                self._free_at[number] = tick + int(self.load.rest_s * RATE)
                self._trim()

    def _trim(self) -> None:
        if self._keep_calls is not None:
            ended = [call for call in self.calls if call.ended]
            for call in ended[: max(0, len(ended) - self._keep_calls)]:
                self.calls.remove(call)

    def _place(self, office: AnalogExchange, number: int) -> None:
        line, load = office.line(number), self.load
        beyond = self._random.expovariate(1 / max(0.001, load.mean_s - load.shortest_s))
        hold_s = min(load.longest_s, load.shortest_s + beyond)
        line.service.clear = self._random.choice(self._clears)
        calling = f"139{self._random.randrange(10**8):08d}"
        script = self._script_for(hold_s, self._random.randrange(1000))
        call = office.place_call(line, calling, script)
        self._open[number] = call
        self.calls.append(call)
