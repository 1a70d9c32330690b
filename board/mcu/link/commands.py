# Commands of the host.  A request id that comes again within the last eight is answered again, with
# the same answer, and not done again.
import struct

from board import wire
from board.mcu.link import cobs
from board.mcu.link.frames import BODY
from board.mcu.runtime import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED = const(8)


class Refused(Exception):
    # The command is right, but cannot be done now.
    pass


class Commands:
    # What every board can do is here; a kind of board adds its own.

    def __init__(self, sender, hal, lamps, send_status):
        self._sender = sender
        self._hal = hal
        self._lamps = lamps
        self._send_status = send_status
        self._stamp = hal.stamp
        self._answers = []  # (request id, payload of the RSP), newest last
        self._ops: "dict[int, Callable[..., bytes | None]]" = {
            wire.OP_LED: self._lamp,
            wire.OP_RESTART: self._restart,
            wire.OP_STATUS: self._status,
        }

    def add(self, ops):
        # {op: function}; it takes the values of its layout and returns the result as bytes, or None
        # for arguments out of range; it may raise Refused.
        self._ops.update(ops)

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
        except Refused:
            return wire.REFUSED, b""
        return (wire.BAD_ARGUMENTS, b"") if result is None else (wire.DONE, result)

    def _lamp(self, lamp, state):
        if lamp > 1 or state > 2:
            return None
        self._lamps.take(lamp, state)
        return b""

    def _restart(self):
        self._hal.restart()
        return b""

    def _status(self):
        self._send_status()
        return b""
