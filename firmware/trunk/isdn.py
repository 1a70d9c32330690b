"""One E1 trunk with ISDN PRI: its channels, its connections, and what callbox-isdn says.

Messages of the network never raise: what does not fit is counted, logged and answered
with the standard's cause.  `Signalling` is callbox-isdn's line protocol (its PROTOCOL.md).
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from board.host import isdn_events as ev
from firmware.contract import config
from firmware.contract.events import ChannelChanged, SpanChanged
from firmware.contract.events import Event as LedgerEvent
from firmware.contract.ids import CallId, TrunkId
from firmware.contract.model import Alarm, Cause
from firmware.contract.views import FirmwareView
from firmware.errors import TrunkError
from firmware.fsm import Timers
from firmware.trunk.channel import Channel, E, Event, S
from firmware.trunk.isdn_line import IncomingLine, IsdnLine, OutgoingLine
from firmware.trunk.line import Incoming

_LOGGER = logging.getLogger(__name__)
FIRST_INCOMING_ID = 0x80000000
_STOPPING = {Alarm.LOS, Alarm.LFA, Alarm.AIS, Alarm.RAI}
"""Alarms in which no call can be made; loss of the CRC multiframe alone is none of them."""

_INTERNATIONAL = 1
"""Type of number, Q.931 table 4-9."""


class Signalling(Protocol):
    """The way to callbox-isdn (`board.host.isdn.IsdnClient`)."""

    @property
    def connected(self) -> bool:
        """Whether orders reach the program now; those given meanwhile are lost."""

    def order(self, verb: str, **keys: int | str | bool) -> None:
        """Send one line of its protocol."""


class IsdnTrunk:
    """See the module.  `offered` gets every complete incoming call."""

    def __init__(
        self,
        trunk: TrunkId,
        settings: config.Trunk,
        signalling: Signalling,
        timers: Timers,
        emit: Callable[[LedgerEvent], object],
        offered: Callable[[Incoming], None],
    ) -> None:
        self.id, self.settings, self.signalling = trunk, settings, signalling
        self.offered = offered
        self.link, self.board, self.alarms = False, False, frozenset[Alarm]()
        self.counters: Counter[str] = Counter()
        self.firmware: Callable[[], FirmwareView] = FirmwareView
        """Of the board."""
        self.forgotten = False
        """The box had calls when it stopped: what callbox-isdn does not hold of them, nobody does
        but the network."""
        self._timers, self._emit = timers, emit
        self.channels = {n: Channel(trunk, n, timers, self._changed) for n in settings.channels}
        self._lines: dict[int, IsdnLine] = {}
        self._known = False  # the snapshot has told what callbox-isdn holds
        self._next_id = 1
        self._to_restart: set[int] = set()
        self._told: SpanChanged | None = None
        self._stop_link: Callable[[], None] = lambda: None
        self._stop_alarm: Callable[[], None] = lambda: None

    @property
    def serves(self) -> bool:
        """Whether calls can be made."""
        return self.signalling.connected and self.link and self._known and not self._failing

    def seize(self, number: str, calling: str) -> IsdnLine:
        """Begin an outgoing connection.  TrunkError(NO_CHANNEL) when none is free.

        Only a number allotted to this trunk is ever sent as calling number.
        """
        channel = self.free_channel()
        if channel is None or not self.serves:
            raise TrunkError(Cause.NO_CHANNEL)
        own = self.settings.numbers
        allotted = calling if calling in own else next(iter(own), "")
        line = OutgoingLine(self, channel, self.new_id(), allotted, number)
        self._lines[line.call_id] = line
        line.begin()
        return line

    def free_channel(self) -> Channel | None:
        """The next channel by the hunting rule, from the configured end."""
        order = sorted(self.channels, reverse=self.settings.hunt == "down")
        free = (self.channels[n] for n in order if self.channels[n].state is S.IDLE)
        return next(free, None)

    def new_id(self) -> int:
        """A call number that callbox-isdn does not hold."""
        self._next_id = self._next_id % (FIRST_INCOMING_ID - 1) + 1
        return self._next_id

    def rename(self, line: IsdnLine, old: int) -> None:
        """A connection goes on under another call number (retry on another channel)."""
        self._lines.pop(old, None)
        self._lines[line.call_id] = line

    def heard(self, event: ev.Event) -> None:
        """What callbox-isdn reports."""
        handler = self._HANDLERS.get(type(event))
        if handler is None:
            self.counters[f"ignored {type(event).__name__}"] += 1
        else:
            handler(self, event)

    def board_changed(self, *, present: bool, alarms: frozenset[Alarm]) -> None:
        """The board came, went, or sees other alarms on the line."""
        before = self._failing
        self.board, self.alarms = present, alarms
        if self._failing != before:
            self.signalling.order("LINK", state="down" if self._failing else "up")
            self._stop_alarm()
            if self._failing:
                self._stop_alarm = self._timers.start("T_alarm", self._alarm_stays)
        self._serve()
        self._emit_span()

    def close(self) -> None:
        """The box ends; calls have been cleared before."""
        self._stop_link()
        self._stop_alarm()
        for channel in self.channels.values():
            channel.close()

    @property
    def _failing(self) -> bool:
        return not self.board or bool(self.alarms & _STOPPING)

    def _hello(self, event: ev.Hello) -> None:
        """Connected (again): ask what it holds before anything else."""
        self._known = False
        self.signalling.order("LINK", state="down" if self._failing else "up")
        self.signalling.order("SNAPSHOT")
        self._set_link(up=event.link_up)

    def _link(self, event: ev.Link) -> None:
        self._set_link(up=event.up)

    def _set_link(self, *, up: bool) -> None:
        if self.link == up:
            self._serve()
            self._restart()
            return
        self.link = up
        self._stop_link()
        if not up:
            self._stop_link = self._timers.start("T309", self._link_stays_down)
            # callbox-isdn drops what it still had to say, and the network never heard it.
            restarting = (n for n, c in self.channels.items() if c.state is S.RESTARTING)
            self._to_restart.update(restarting)
        self._serve()
        self._restart()
        self._emit_span()

    def _restart(self) -> None:
        """Restart what cannot be cleared otherwise (Q.931 5.5), as soon as the link is up."""
        if self.link and self._known:
            for number in sorted(self._to_restart):
                self.signalling.order("RESTART", channel=number)
            self._to_restart.clear()

    def _link_stays_down(self) -> None:
        self._clear_all(Cause.DESTINATION_OUT_OF_ORDER)

    def _alarm_stays(self) -> None:
        self._clear_all(Cause.NETWORK_OUT_OF_ORDER)

    def _clear_all(self, cause: Cause) -> None:
        for line in list(self._lines.values()):
            line.fail(cause)
        self._serve()

    def _serve(self) -> None:
        event = E.SERVE if self.serves else E.FAIL
        wanted = S.OUT_OF_SERVICE if self.serves else S.IDLE
        for channel in self.channels.values():
            if channel.state is wanted:
                channel.fire(event)

    def _snapshot(self, event: ev.Snapshot) -> None:
        """What both hold goes on; what only one holds is cleared."""
        self._known = True
        held = {call.call: call.channel for call in event.calls}
        ours = [number for number in held if number < FIRST_INCOMING_ID]
        self._next_id = max([self._next_id, *ours])
        for number, line in list(self._lines.items()):
            if number not in held:
                line.lose(Cause.TEMPORARY_FAILURE)
        for number in set(held) - set(self._lines):
            _LOGGER.warning("trunk(%s): clearing call %d of before", self.id, number)
            self._clear_unknown(number, held[number])
        if self.forgotten and not held:
            self._forget_all()
        self.forgotten = False
        self._set_link(up=event.link_up)

    def _forget_all(self) -> None:
        """The power failed: the network still has calls that nobody here knows of."""
        _LOGGER.warning("trunk(%s): restarting all channels", self.id)
        for channel in self.channels.values():
            if channel.holder is None:
                channel.fire(E.LOSE)

    def _clear_unknown(self, number: int, on_channel: int) -> None:
        channel = self.channels.get(on_channel)
        if channel is not None and channel.holder is None and channel.fire(E.CLEAR):
            line = IsdnLine(self, channel, number)
            channel.holder = line
            self._lines[number] = line
        self._refuse(number, Cause.TEMPORARY_FAILURE)

    def _refuse(self, number: int, cause: Cause) -> None:
        self.signalling.order("DISCONNECT", call=number, cause=cause.value)

    def _setup(self, event: ev.Setup) -> None:
        channel = self.channels.get(event.channel)
        if channel is not None and isinstance(channel.holder, OutgoingLine):
            channel.holder.glare()
        if channel is None or channel.state is not S.IDLE:
            self.counters["refused SETUP"] += 1
            busy = Cause.REQUESTED_CHANNEL_UNAVAILABLE if self.serves else Cause.NO_CHANNEL
            self._refuse(event.call, busy)
            return
        calling = _dialable(event.calling, event.calling_type)
        called = _dialable(event.called, event.called_type)
        line = IncomingLine(self, channel, event.call, calling, called)
        line.presentation = event.presentation == "allowed"
        self._lines[event.call] = line
        line.present(complete=event.complete)

    def _info(self, event: ev.Info) -> None:
        line = self._lines.get(event.call)
        if isinstance(line, IncomingLine):
            line.digits(event.digits, complete=event.complete)

    def _progress(self, event: ev.Proceeding | ev.Progress | ev.SetupAck) -> None:
        if line := self._line_on(event.call, event.channel):
            line.progress(inband=event.inband)

    def _alerting(self, event: ev.Alerting) -> None:
        if line := self._line_on(event.call, event.channel):
            line.far_alerts(inband=event.inband)

    def _connect(self, event: ev.Connect) -> None:
        if line := self._line_on(event.call, event.channel):
            line.far_connects()

    def _disconnect(self, event: ev.Disconnect) -> None:
        if line := self._lines.get(event.call):
            line.far_disconnects(Cause.of(event.cause))
        else:
            self.signalling.order("RELEASE", call=event.call)

    def _released(self, event: ev.Released) -> None:
        if line := self._lines.get(event.call):
            line.released(Cause.of(event.cause))

    def _restarted(self, event: ev.Restart | ev.RestartAck) -> None:
        for number, channel in self.channels.items():
            if event.channel not in (0, number):
                continue
            if isinstance(channel.holder, IsdnLine):
                channel.holder.released(Cause.TEMPORARY_FAILURE)
            else:
                channel.fire(E.RELEASED)

    def _refusal(self, event: ev.Refusal) -> None:
        self.counters["refused orders"] += 1
        _LOGGER.warning("trunk(%s): callbox-isdn refuses %s: %s", self.id, event.verb, event.text)

    def _line_on(self, number: int, on_channel: int) -> OutgoingLine | None:
        """A call that the box made, moved first to the channel that the network names."""
        line = self._lines.get(number)
        if not isinstance(line, OutgoingLine):
            return None
        channel = self.channels.get(on_channel)
        return line if channel is None or line.move(channel) else None

    def forget(self, line: IsdnLine) -> None:
        """The connection is over for the trunk."""
        self._lines.pop(line.call_id, None)

    def _changed(self, channel: Channel, event: Event) -> None:
        if event in (E.STUCK, E.LOSE):
            self._to_restart.add(channel.number)
            self._restart()
        self.emit_channel(channel)
        if event is E.RELEASED:
            self._serve()

    def call_on(self, channel: int) -> CallId | None:
        """The call that a channel carries."""
        holder = self.channels[channel].holder
        return holder.call if isinstance(holder, IsdnLine) else None

    def emit_channel(self, channel: Channel) -> None:
        """A channel's state or call changed."""
        call = self.call_on(channel.number)
        self._emit(ChannelChanged(self.id, channel.number, channel.shown, call))

    def _emit_span(self) -> None:
        alarms = tuple(sorted(self.alarms))
        event = SpanChanged(self.id, self.board, self.link, alarms)
        if event != self._told:
            self._told = event
            self._emit(event)

    _HANDLERS: Mapping[type, Callable[["IsdnTrunk", Any], None]] = {
        ev.Hello: _hello, ev.Link: _link, ev.Snapshot: _snapshot, ev.Setup: _setup,
        ev.Info: _info, ev.SetupAck: _progress, ev.Proceeding: _progress,
        ev.Progress: _progress, ev.Alerting: _alerting, ev.Connect: _connect,
        ev.Disconnect: _disconnect, ev.Released: _released, ev.Restart: _restarted,
        ev.RestartAck: _restarted, ev.Refusal: _refusal,
    }  # fmt: skip


def _dialable(number: str, type_of_number: int) -> str:
    """An international number gets its `+`; the other types are told by their form."""
    return "+" + number if number and type_of_number == _INTERNATIONAL else number
