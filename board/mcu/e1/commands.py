# The host's commands for the span.  Each returns the result as bytes, or None for arguments out of
# range.
from board import wire
from board.mcu.drivers.pef2256 import ChipError
from board.mcu.link.commands import Refused
from board.mcu.runtime import const

_PEEK = const(32)  # registers at once
# Reading these changes the chip's state.
_NOT_PEEKED = (0x00, 0x01, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D)


class SpanCommands:
    def __init__(self, chip, framer):
        self._chip = chip
        self._framer = framer
        self.ops = {
            wire.OP_SPAN: self._span,
            wire.OP_ALARM_TX: self._alarm_tx,
            wire.OP_LOOPBACK: self._loopback,
            wire.OP_PEEK: self._peek,
            wire.OP_POKE: self._poke,
        }

    def _span(self, framing, clock, code):
        if framing > wire.FRAMING_AUTO or clock > wire.CLOCK_OWN or code > wire.CODE_AMI:
            return None
        try:
            self._framer.configure(framing, clock, code)
        except ChipError as error:
            raise Refused() from error
        return b""

    def _alarm_tx(self, bits):
        if bits & ~(wire.AIS | wire.RAI):
            return None
        self._framer.send_alarm(bits)
        return b""

    def _loopback(self, mode):
        if mode > wire.LOOP_PAYLOAD:
            return None
        self._framer.loop(mode)
        return b""

    def _peek(self, first, count):
        if not 0 < count <= _PEEK or first + count > 256:
            return None
        if any(register in _NOT_PEEKED for register in range(first, first + count)):
            return None
        return bytes(self._chip.read(first + i) for i in range(count))

    def _poke(self, register, value):
        if register > 255:
            return None
        self._chip.write(register, value)
        return b""
