"""The board of a trunk of analogue lines (FXO): orders to its lines, and what they report."""

from typing import Protocol

from board import wire, wire_fxo
from board.host import port_events as ev
from board.host.discovery import Opener
from board.host.line_events import LineEvent, LinesReported
from board.host.port import Event
from firmware.contract.ids import TrunkId
from firmware.timers import Clock
from firmware.trunk.board import TrunkBoard, Wire


class Told(Protocol):
    """Who is told of the board: the trunk."""

    def board_up(self, lines: int, *, new_session: bool) -> None:
        """The board said who it is, with so many lines; a new session knows no settings."""

    def board_gone(self) -> None:
        """The board is not there any more."""

    def line_event(self, event: LineEvent) -> None:
        """Something happened on a line."""

    def lines_reported(self, event: LinesReported) -> None:
        """What every line shows, each half second."""


class LineBoard(TrunkBoard):
    """See the module.  Lines count from 1; an absent board does nothing."""

    def __init__(self, trunk: TrunkId, opener: Opener, engine: Wire, clock: Clock) -> None:
        super().__init__(trunk, opener, engine, clock)
        self.told: Told | None = None

    def hook(self, line: int, *, off: bool) -> None:
        """Close or open the loop; HookChanged follows."""
        self.command(wire_fxo.OP_HOOK, line - 1, int(off))

    def pulse(self, line: int, pattern: tuple[int, int, int], digits: str) -> None:
        """Dial up to 24 digits by pulses: (break ms, make ms, pause in 10 ms); Dialled follows."""
        self.command(wire_fxo.OP_PULSE, line - 1, *pattern, digits.encode("ascii"))

    def configure(self, line: int, country: int, receive_db: float, transmit_db: float) -> None:
        """Impedance row (board.wire_fxo COUNTRY_*) and gains."""
        gains = (round(2 * receive_db), round(2 * transmit_db))
        self.command(wire_fxo.OP_LINE, line - 1, country, *gains)

    def report(self) -> None:
        """Ask for LINES now."""
        self.command(wire_fxo.OP_LINES)

    def _greeted(self, hello: ev.Hello) -> None:
        if self.told is None:
            return
        if hello.board != wire.BOARD_FXO or not hello.capabilities & wire.CAN_LINES:
            self.counters["board of another kind"] += 1
            self.told.board_gone()
            return
        self.told.board_up(hello.ports, new_session=hello.new_session)
        self.report()

    def _reported(self, event: Event) -> None:
        if self.told is None:
            return
        if isinstance(event, LinesReported):
            self.told.lines_reported(event)
        elif isinstance(event, LineEvent):
            self.told.line_event(event)
        else:
            self.counters[type(event).__name__] += 1

    def _gone(self) -> None:
        if self.told is not None:
            self.told.board_gone()
