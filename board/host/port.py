"""State of the link to one board: frames in, events out; no I/O and no clock of its own.

The engine has checked COBS and CRC; here are the contents.  What is wrong in them is counted
(`bad_contents`), logged, and changes nothing.  Times are monotonic seconds, given by the caller.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from board import wire, wire_fxo, wire_update
from board.host import port_events as ev
from board.host.line_events import LineEvent, LinesReported, line_event, lines_report
from board.host.tick_time import TickTime

_LOGGER = logging.getLogger(__name__)
HELLO_RETRY_S = 1.0
COMMAND_TIMEOUT_S = 0.25
COMMAND_TRIES = 4
_REMEMBERED = 64  # event numbers; a board keeps at most 32 unacknowledged


class PortClosed(Exception):
    """The board has not said who it is, or speaks another version: no command possible."""


@dataclass
class _Pending:
    op: int
    frame: bytes
    tries: int
    deadline: float


Event: TypeAlias = ev.Event | LineEvent | LinesReported
_EVENT_MAKERS: dict[int, Callable[[tuple[int, ...], int], ev.Event]] = {
    wire.EVT_SLIP: lambda values, tick: ev.Slipped(values[0], values[1], tick),
    wire.EVT_HDLC_OVERFLOW: lambda values, tick: ev.HdlcOverflow(values[0], tick),
    wire.EVT_TX_LATE: lambda values, tick: ev.TxLate(values[0], tick),
    wire.EVT_SAFE: lambda values, tick: ev.SafeState(values[0] == 1, tick),
    wire.EVT_CLOCK: lambda values, tick: ev.ClockChanged(values[0] == wire.CLOCK_LINE, tick),
    wire.EVT_CHIP: lambda values, tick: ev.ChipReset(values[0], values[1], tick),
}


class BoardPort:
    """One board; `send` takes header and payload (the engine adds CRC and COBS)."""

    def __init__(self, name: str, send: Callable[[bytes], None]) -> None:
        self._name, self._send_frame = name, send
        self._seq = self._hdlc_number = self._request = 0
        self._session: int | None = None
        self._ready = False
        self._hello_at: float | None = None  # when to ask again
        self._seen: deque[int] = deque(maxlen=_REMEMBERED)
        self._alarm_tick: int | None = None
        self._newest_hdlc: int | None = None
        self._pending: dict[int, _Pending] = {}
        self._lines = 0
        self._now = 0.0
        self._time = TickTime()
        self._handlers: dict[int, Callable[[bytes, int], list[Event]]] = {
            wire.EVT: self._on_event,
            wire_fxo.LINES: self._on_lines,
            wire.HDLC_RX: self._on_hdlc,
            wire.RSP: self._on_response,
            wire.STATUS: self._on_status,
            wire.LOG: self._on_log,
        }
        self.alarms = 0
        self.bad_contents = 0
        self.duplicates = 0
        self.hdlc_overtaken = 0

    @property
    def ready(self) -> bool:
        """Whether the board has said who it is, in our version."""
        return self._ready

    def opened(self, now: float) -> None:
        """The descriptor is open (again): ask who is there."""
        self._ready = False
        self._ask(now)

    def lost(self) -> list[Event]:
        """The descriptor is gone; commands under way have failed."""
        self._ready = False
        self._hello_at = None
        failed = [ev.CommandFailed(request, p.op) for request, p in self._pending.items()]
        self._pending.clear()
        return list(failed)

    def next_deadline(self) -> float | None:
        """When `poll` has something to do; None: never."""
        times = [pending.deadline for pending in self._pending.values()]
        if self._hello_at is not None:
            times.append(self._hello_at)
        return min(times, default=None)

    def poll(self, now: float) -> list[Event]:
        """Send again what has had no answer; return the commands given up."""
        if self._hello_at is not None and now >= self._hello_at:
            self._ask(now)
        failed: list[Event] = []
        for request, pending in list(self._pending.items()):
            if now < pending.deadline:
                continue
            if pending.tries == COMMAND_TRIES:
                del self._pending[request]
                failed.append(ev.CommandFailed(request, pending.op))
                continue
            # The same request id: a board that did it already only answers again.
            pending.tries += 1
            pending.deadline = now + COMMAND_TIMEOUT_S
            self._send_frame(pending.frame)
        return failed

    def command(self, now: float, op: int, *values: int | bytes) -> int:
        """Send a command (board.wire OP_*) and return its request id.

        `CommandAnswered` or `CommandFailed` follows.  Raises PortClosed.
        """
        if not self._ready:
            raise PortClosed(f"port({self._name}): the board is not ready")
        self._request = (self._request + 1) & 0xFFFF
        payload = wire.pack_command(self._request, op, *values)
        frame = self._frame(wire.CMD, payload)
        self._pending[self._request] = _Pending(op, frame, 1, now + COMMAND_TIMEOUT_S)
        self._send_frame(frame)
        return self._request

    def send_hdlc(self, frame: bytes) -> None:
        """Send a D-channel frame (no flags, no FCS); LAPD repeats what is lost."""
        if not self._ready:
            return
        self._hdlc_number = (self._hdlc_number + 1) & 0xFFFF
        self._send(wire.HDLC_TX, wire.pack_hdlc(self._hdlc_number, frame))

    def send_update(self, kind: int, payload: bytes) -> None:
        """Send a request of `board.wire_update`; a board of any version takes them."""
        self._send(kind, payload)

    def feed(self, frame: bytes, now: float = 0.0) -> list[Event]:
        """Take a checked frame (header and payload) of the board; return what it means.

        `now`: when it came.  Events of analogue lines carry times made from it.
        """
        self._now = now
        try:
            kind, _, tick, payload = wire.split(frame)
            return self._take(kind, tick, payload)
        except (wire.WireError, wire_update.UpdateError) as error:
            self.bad_contents += 1
            _LOGGER.warning("port(%s): bad contents: %s", self._name, error)
            return []

    def _take(self, kind: int, tick: int, payload: bytes) -> list[Event]:
        if kind == wire.HELLO:
            return self._on_hello(wire.parse_hello(payload))
        if kind == wire_update.UPDATE_STATUS:
            return [ev.UpdateStatus(*wire_update.parse_status(payload))]
        if not self._ready:
            # Events are not acknowledged before HELLO: they come again.
            return []
        if kind not in self._handlers:
            raise wire.WireError(f"type 0x{kind:02x} is not for the host")
        return self._handlers[kind](payload, tick)

    def _on_hello(self, fields: dict[str, int | str]) -> list[Event]:
        self._hello_at = None
        major, firmware = int(fields["major"]), str(fields["firmware"])
        names = ("board", "revision", "ports", "slots", "capabilities")
        board, revision, ports, slots, capabilities = (int(fields[name]) for name in names)
        serial = str(fields["serial"])
        if major != wire.VERSION_MAJOR:
            self._ready = False
            _LOGGER.error("port(%s): version %d is not ours", self._name, major)
            minor = int(fields["minor"])
            return [ev.VersionRefused(major, minor, firmware, board, capabilities, serial)]
        session = int(fields["session"])
        new_session = session != self._session
        if new_session:
            self._session = session
            self._seen.clear()
            self._alarm_tick = self._newest_hdlc = None
            self._time = TickTime()
        self._ready = True
        self._lines = ports if capabilities & wire.CAN_LINES else 0
        return [
            ev.Hello(board, revision, ports, slots, capabilities, serial, firmware, new_session)
        ]

    def _is_new(self, number: int) -> bool:
        """Acknowledge an event; False when it came before."""
        self._send(wire.EVT_ACK, wire.pack_event_ack(number))
        if number in self._seen:
            self.duplicates += 1
            return False
        self._seen.append(number)
        return True

    def _on_event(self, payload: bytes, tick: int) -> list[Event]:
        number, code, values = wire.parse_event(payload)
        if not self._is_new(number):
            return []
        if code in wire_fxo.EVENTS:
            self._time.heard(tick, self._now)
            return [line_event(code, values, self._lines, self._time.at(tick, self._now))]
        if code != wire.EVT_ALARM:
            return [_EVENT_MAKERS[code](values, tick)]
        # One that was lost and came again must not undo a later one.
        if self._alarm_tick is not None and _is_before(tick, self._alarm_tick):
            return []
        self._alarm_tick = tick
        self.alarms = values[0]
        return [ev.AlarmChanged(values[0], values[1], tick)]

    def _on_lines(self, payload: bytes, tick: int) -> list[Event]:
        self._time.heard(tick, self._now)
        return [lines_report(payload, self._lines, self._now)]

    def _on_hdlc(self, payload: bytes, tick: int) -> list[Event]:
        number, octets = wire.parse_hdlc(payload)
        if not self._is_new(number):
            return []
        # LAPD repeats what is lost, but takes a frame that was overtaken as a protocol error
        # and sets the link up anew (Q.921 Annex E, MDL-ERROR C and J).
        if self._newest_hdlc is not None and (number - self._newest_hdlc) & 0xFFFF >= 0x8000:
            self.hdlc_overtaken += 1
            return []
        self._newest_hdlc = number
        return [ev.HdlcReceived(octets, tick)]

    def _on_status(self, payload: bytes, _tick: int) -> list[Event]:
        return [ev.StatusReceived(wire.parse_status(payload))]

    def _on_log(self, payload: bytes, _tick: int) -> list[Event]:
        return [ev.LogReceived(*wire.parse_log(payload))]

    def _on_response(self, payload: bytes, _tick: int) -> list[Event]:
        request, status, result = wire.parse_response(payload)
        pending = self._pending.pop(request, None)
        if pending is None:
            return []  # an answer to what was repeated or given up
        return [ev.CommandAnswered(request, pending.op, status, result)]

    def _ask(self, now: float) -> None:
        self._hello_at = now + HELLO_RETRY_S
        self._send(wire.HELLO_REQ, wire.pack_hello_req())

    def _frame(self, kind: int, payload: bytes) -> bytes:
        self._seq = (self._seq + 1) & 0xFFFF
        return wire.body(kind, payload, 0, self._seq)

    def _send(self, kind: int, payload: bytes) -> None:
        self._send_frame(self._frame(kind, payload))


def _is_before(tick: int, other: int) -> bool:
    """Whether a tick is earlier than another, the counter wrapping at 2**32."""
    return 0 < (other - tick) & 0xFFFFFFFF < 1 << 31
