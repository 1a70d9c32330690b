# Commands of the host.  A request id that comes again within the last eight is answered again, with
# the same answer, and not done again.
import struct

from board import wire
from board.mcu.drivers.pef2256 import ChipError
from board.mcu.link import cobs
from board.mcu.link.frames import BODY
from board.mcu.runtime import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED = const(8)
_PEEK = const(32)  # registers at once
# Reading these changes the chip's state.
_NOT_PEEKED = (0x00, 0x01, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D)


class Commands:
    def __init__(self, chip, framer, sender, hal, send_status):
        self._chip = chip
        self._framer = framer
        self._sender = sender
        self._hal = hal
        self._send_status = send_status
        self._stamp = hal.stamp
        self._answers = []  # (request id, payload of the RSP), newest last
        self._ops: "dict[int, Callable[..., bytes | None]]" = {
            wire.OP_SPAN: self._span,
            wire.OP_ALARM_TX: self._alarm_tx,
            wire.OP_LOOPBACK: self._loopback,
            wire.OP_PEEK: self._peek,
            wire.OP_POKE: self._poke,
            wire.OP_LED: self._lamp,
            wire.OP_RESTART: self._restart,
            wire.OP_STATUS: self._status,
        }

    def forget(self):
        # A new host begins with its own request ids.
        self._answers = []

    def take(self, payload):
        # Do a CMD (payload as bytes, at least three) and answer it.
        request, op, arguments = wire.parse_command(payload)
        for known, answer in self._answers:
            if known == request:
                self._answer(answer)
                return
        status, result = self._do(op, arguments)
        answer = wire.pack_response(request, status, result)
        self._answers = self._answers[1 - _REMEMBERED :] + [(request, answer)]  # noqa: RUF005
        self._answer(answer)

    def _answer(self, payload):
        cobs.copy(self._sender.body, BODY, payload, 0, len(payload))
        self._sender.send(wire.RSP, len(payload), self._stamp)

    def _do(self, op, arguments):
        if op not in self._ops:
            return wire.UNKNOWN_OP, b""
        layout = wire.COMMAND_LAYOUT[op]
        if len(arguments) != struct.calcsize(layout):
            return wire.BAD_ARGUMENTS, b""
        try:
            result = self._ops[op](*struct.unpack(layout, arguments))
        except ChipError:
            return wire.REFUSED, b""
        return (wire.BAD_ARGUMENTS, b"") if result is None else (wire.DONE, result)

    # Each returns the result as bytes, or None for arguments out of range.

    def _span(self, framing, clock, code):
        if framing > wire.FRAMING_AUTO or clock > wire.CLOCK_OWN or code > wire.CODE_AMI:
            return None
        self._framer.configure(framing, clock, code)
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

    def _lamp(self, lamp, state):
        if lamp > 1 or state > 2:
            return None
        self._framer.lamp(lamp, state)
        return b""

    def _restart(self):
        self._hal.restart()
        return b""

    def _status(self):
        self._send_status()
        return b""
