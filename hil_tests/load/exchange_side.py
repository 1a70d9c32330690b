"""Placing calls on whatever lines there are, and what the exchange saw of each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from board.sim.alaw import Samples
from board.sim.analog.exchange import AnalogExchange
from board.sim.analog.line import Line
from board.sim.call import Party
from board.sim.central_office import CentralOffice
from board.sim.script import Script
from hil_tests.load.audit import Offered
from hil_tests.load.plan import CHANNELS
from hil_tests.load.tracks import Track

NUMBER = "01088886666"


@dataclass(frozen=True)
class Placed:
    """A call that was placed."""

    call: Party
    mark: int
    kind: str
    line: Line | None = None  # an analogue one


class Lines:
    """All lines of the box; a caller takes any that is free."""

    def __init__(self, offices: list[CentralOffice], analog: AnalogExchange | None) -> None:
        self._offices, self._analog = offices, analog

    def place(self, dice: Random, calling: str, mark: int, script: Script) -> Placed | None:
        """Call the box; None: all lines are busy."""
        free: list[Callable[[], Placed]] = [
            lambda office=office: Placed(office.place_call(NUMBER, calling, script), mark, "e1")
            for office in self._offices
            if office.open_calls < CHANNELS
        ]
        analog = self._analog
        if analog is not None:
            free += [
                lambda line=line: Placed(
                    analog.place_call(line, calling, script), mark, "analog", line
                )
                for line in analog.lines
                if line.idle
            ]
        return dice.choice(free)() if free else None

    @property
    def open_calls(self) -> int:
        """Calls that are not released."""
        analog = self._analog.open_calls if self._analog else 0
        return sum(office.open_calls for office in self._offices) + analog


@dataclass(frozen=True)
class Seen:
    """What the exchange saw of a call, its audio not listened to yet: UTC in ms, int16 samples."""

    call: Offered
    said: tuple[float, Samples]
    heard: tuple[float, Samples]

    def offered(self) -> Offered:
        """With what was said and heard in it."""
        heard, said = Track.of(*self.heard), Track.of(*self.said)
        return replace(self.call, heard=heard, spoke=_spoke(said, self.call.mark))


def seen(placed: Placed, utc_of: Callable[[int], float]) -> Seen:
    """A call that was placed; `utc_of`: UTC of a tick in ms."""
    call, times = placed.call, placed.call.times
    said, heard = call.said(), call.heard()

    def at(tick: int | None) -> float | None:
        return None if tick is None else utc_of(tick)

    told = Offered(
        calling=call.calling,
        called=call.called,
        kind=placed.kind,
        mark=placed.mark,
        setup_ms=utc_of(times.setup),
        connect_ms=at(times.connect),
        end_ms=at(_end(placed)),
        free_ms=at(times.released),
        cause=call.cause,
        cleared_by=call.cleared_by,
        heard=Track(0.0),
        spoke=None,
    )
    return Seen(told, (utc_of(said.tick), said.samples), (utc_of(heard.tick), heard.samples))


def offered(placed: Placed, utc_of: Callable[[int], float]) -> Offered:
    """What the exchange saw of it; `utc_of`: virtual UTC of a tick."""
    return seen(placed, utc_of).offered()


def _end(placed: Placed) -> int | None:
    """When it was cleared; the network believes an open loop only after a while.

    A caller who hangs up in that while has found nobody there: the box was first.
    """
    tick, line, connect = placed.call.times.disconnect, placed.line, placed.call.times.connect
    if tick is None or line is None:
        return tick
    edges = [edge for edge in line.hook_edges if edge[0] <= tick]
    if placed.call.cleared_by == "box":
        return max(at for at, off_hook in edges if not off_hook)
    opened = connect is not None and edges and not edges[-1][1] and edges[-1][0] > connect
    return edges[-1][0] if opened else tick


def _spoke(said: Track, mark: int) -> tuple[float, float] | None:
    stretches = said.stretches({mark})
    return (stretches[0][1], stretches[-1][2]) if stretches else None
