# The FXO board: 4, 8 or 16 analogue lines behind the link that all boards share.
from board import wire
from board.mcu.fxo.commands import LineCommands
from board.mcu.fxo.lines import Lines
from board.mcu.link import lamps
from board.mcu.link.board import Board, Kind
from board.mcu.runtime import const

_EVENT_ROOM = const(48)  # three of each of 16 lines; the host remembers 64 numbers
_EVENT_SIZE = const(8)


class FxoBoard(Board):
    def __init__(self, hal, lag_blocks, ports):
        kind = Kind(wire.BOARD_FXO, ports, ports, wire.CAN_LINES | wire.CAN_PEEK)
        super().__init__(hal, lag_blocks, kind, _EVENT_ROOM, _EVENT_SIZE)
        self._lines = Lines(hal.bus, ports, self._sender, self._events, hal.stamp)
        self._commands.add(LineCommands(self._lines).ops)
        self._safe_now = True

    def _work(self, stamp):
        self._lines.step()
        shown = lamps.GREEN if self._lamps.blink() or not self._safe_now else 0
        self._lamps.show(shown | lamps.YELLOW if self._lines.faulty() else shown)

    def _enter_safe(self, on):
        # Calls are not lost by a host that restarts: the lines stay as they are for a while.
        self._safe_now = on
        self._lines.safe(on)

    def _greeted(self, stamp):
        self._lines.report()
