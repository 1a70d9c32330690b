"""The exchange of a running system: an E1 line and, perhaps, analogue lines, on one clock."""

from dataclasses import dataclass

from board.sim.alaw import RATE
from board.sim.analog.exchange import AnalogExchange
from board.sim.analog.line import Line
from board.sim.central_office import CentralOffice

_FORGET_TICKS = 60 * RATE
_KEPT = 200  # of what was seen on each line


@dataclass
class Exchange:
    """Both advance together, so a tick of one is a tick of the other."""

    e1: CentralOffice
    analog: AnalogExchange | None = None

    @property
    def tick(self) -> int:
        """Time in ticks of 125 us."""
        return self.e1.tick

    def step(self) -> None:
        """Advance by a block of 5 ms."""
        if self.analog is not None:
            # First: the E1 board gives the box its clock, and what comes after the tick is late.
            self.analog.step()
        self.e1.step()
        if self.analog is not None and self.tick % _FORGET_TICKS == 0:
            for number in range(1, self.analog.ports + 1):
                _forget(self.analog.line(number))

    def close(self) -> None:
        """End both.  Blocks shortly."""
        self.e1.close()
        if self.analog is not None:
            self.analog.close()


def _forget(line: Line) -> None:
    """Keep the latest of what was seen: this exchange runs for weeks."""
    for seen in (line.digits, line.tones, line.rings, line.hook_edges, line.flashes, line.states):
        del seen[:-_KEPT]
