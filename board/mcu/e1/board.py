# The E1 board: the span and its D-channel behind the link that all boards share.
from board import wire
from board.mcu.drivers.pef2256 import Pef2256
from board.mcu.e1.commands import SpanCommands
from board.mcu.e1.framer import Framer
from board.mcu.e1.hdlc import EVENT_ROOM, EVENT_SIZE, Hdlc
from board.mcu.link.board import FRAMES, Board, Kind
from board.mcu.link.frames import BODY


class E1Board(Board):
    def __init__(self, hal, lag_blocks):
        capabilities = wire.CAN_HDLC | wire.CAN_LOOP | wire.CAN_PEEK
        kind = Kind(wire.BOARD_E1, 1, 32, capabilities)
        super().__init__(hal, lag_blocks, kind, EVENT_ROOM, EVENT_SIZE)
        chip = Pef2256(hal.bus)
        self._framer = Framer(chip, self._lamps, self._events, self._counts)
        self._hdlc = Hdlc(chip, self._events, self._counts)
        self._commands.add(SpanCommands(chip, self._framer).ops)
        self._framer.configure(wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_HDB3)

    def half(self):
        # The D-channel's FIFOs cannot wait for the whole block.
        self._hdlc.step(self._hal.stamp)

    def _work(self, stamp):
        self._framer.step(stamp, FRAMES)
        self._hdlc.step(stamp)

    def _enter_safe(self, on):
        self._framer.safe(on)
        if on:
            self._hdlc.clear()

    def _frame_of_kind(self, kind, body, length):
        if kind != wire.HDLC_TX or length < 3:
            return False
        self._hdlc.put(body, BODY + 2, length - 2)
        return True

    def _greeted(self, stamp):
        self._framer.tell_alarms(stamp)
