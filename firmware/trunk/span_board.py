"""The E1 board of one trunk: its alarms, and the D-channel on the way to callbox-isdn and back."""

from collections.abc import Callable
from typing import Protocol

from board import wire
from board.host import port_events as ev
from board.host.discovery import Opener
from board.host.port import Event
from firmware.contract import config
from firmware.contract.ids import TrunkId
from firmware.contract.model import Alarm
from firmware.timers import Clock
from firmware.trunk.board import TrunkBoard, Wire

_ALARMS = {
    wire.LOS: Alarm.LOS,
    wire.LFA: Alarm.LFA,
    wire.AIS: Alarm.AIS,
    wire.RAI: Alarm.RAI,
    wire.LOMF: Alarm.LOMF,
}


class Told(Protocol):
    """Who is told of the board: the trunk."""

    def board_changed(self, *, present: bool, alarms: frozenset[Alarm]) -> None:
        """The board came, went, or sees other alarms."""


class SpanBoard(TrunkBoard):
    """See the module."""

    def __init__(
        self, trunk: TrunkId, settings: config.Trunk, opener: Opener, engine: Wire, clock: Clock
    ) -> None:
        super().__init__(trunk, opener, engine, clock)
        self.told: Told | None = None
        self.on_hdlc: Callable[[bytes], None] = lambda _frame: None
        self._settings = settings

    def send_hdlc(self, frame: bytes) -> None:
        """A D-channel frame of callbox-isdn goes to the line."""
        self._port.send_hdlc(frame)

    def _greeted(self, hello: ev.Hello) -> None:
        if hello.new_session:  # else it was asked twice, or the cable was out: it still knows
            framing = wire.FRAMING_AUTO if self._settings.crc4 else wire.FRAMING_DOUBLE
            self.command(wire.OP_SPAN, framing, wire.CLOCK_LINE, wire.CODE_HDB3)
        self._tell(present=True)

    def _reported(self, event: Event) -> None:
        match event:
            case ev.HdlcReceived():
                self.on_hdlc(event.frame)
            case ev.AlarmChanged():
                self._tell(present=True)
            case _:
                self.counters[type(event).__name__] += 1

    def _gone(self) -> None:
        self._tell(present=False)

    def _tell(self, *, present: bool) -> None:
        bits = self._port.alarms if present else 0
        alarms = frozenset(alarm for bit, alarm in _ALARMS.items() if bits & bit)
        if self.told is not None:
            self.told.board_changed(present=present, alarms=alarms)
