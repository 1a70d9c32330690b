"""A trunk of analogue lines: its board, its lines, their settings, and lines lent for tests."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from board.host import line_events as lv
from firmware.contract.analog import AnalogLine
from firmware.contract.analog import AnalogTrunk as Settings
from firmware.contract.events import Event as LedgerEvent
from firmware.contract.events import LineChanged
from firmware.contract.ids import TrunkId
from firmware.contract.model import Cause, LineFault
from firmware.contract.views import FirmwareView
from firmware.errors import MediaError, Refused, TrunkError
from firmware.trunk.analog_channel import AnalogChannel, Kit
from firmware.trunk.analog_line import IncomingCall
from firmware.trunk.borrowed_line import Borrowed
from firmware.trunk.line import Incoming
from firmware.trunk.line_set_up import set_up
from firmware.trunk.line_states import E, S
from firmware.trunk.outgoing_call import OutgoingCall

_LOGGER = logging.getLogger(__name__)
_AVOID = {LineFault.NO_DIAL_TONE, LineFault.NOT_RELEASED, LineFault.NO_CURRENT}
_CHANGING = (S.IDLE, S.OUT_OF_SERVICE)


class AnalogTrunk:
    """See the module.  `offered` gets every incoming call."""

    def __init__(
        self,
        trunk: TrunkId,
        settings: Settings,
        kit: Kit,
        country: Callable[[], str],
        emit: Callable[[LedgerEvent], object],
        offered: Callable[[Incoming], None],
    ) -> None:
        self.id, self.settings = trunk, settings
        self.board = False
        self.counters: Counter[str] = Counter()
        self.firmware: Callable[[], FirmwareView] = FirmwareView
        """Of the board."""
        self.lines: dict[int, AnalogChannel] = {}
        self._kit, self._country = kit, country
        self._emit, self._offered = emit, offered
        self._told: dict[int, LineChanged] = {}
        self.ports = 0  # sockets of the board that is there
        self._to_configure: set[int] = set()
        self.configure(settings)

    @property
    def quiet(self) -> bool:
        """No line carries or clears a call."""
        return all(line.state in _CHANGING for line in self.lines.values())

    def seize(self, number: str, calling: str) -> OutgoingCall:
        """Begin an outgoing call; TrunkError(NO_CHANNEL) when no line is free."""
        channel = self.free_channel()
        if channel is None:
            raise TrunkError(Cause.NO_CHANNEL)
        call = OutgoingCall(self, channel, number, channel.settings.number or calling)
        call.begin()
        return call

    def free_channel(self) -> AnalogChannel | None:
        """A line for an outgoing call: one that works, and whose last call is longest ago."""
        free = [
            line
            for line in self.lines.values()
            if line.state is S.IDLE and line.settings.outgoing and not line.watch.bursts
        ]
        return min(
            free,
            key=lambda line: (bool(_AVOID & set(line.faults.present)), line.cleared_at),
            default=None,
        )

    def borrow(self, line: int) -> Borrowed:
        """Take a line that no call has; Refused("line_busy"), ("no_board"), ("no_such_line")."""
        if not self.board:
            raise Refused("no_board", "the board is not there")
        if line not in self.lines:
            raise Refused("no_such_line", "the trunk has no such line")
        return Borrowed(self, self.lines[line])

    def idle_lines(self) -> Sequence[int]:
        """Lines that could be borrowed now and have no fault."""
        return [
            number
            for number, line in sorted(self.lines.items())
            if line.state is S.IDLE and not line.faults.present
        ]

    def configure(self, settings: Settings) -> None:
        """Take over settings; a line that carries a call gets impedance and gains afterwards."""
        self.settings = settings
        wanted = {int(key): line for key, line in settings.lines.items()}
        for number in set(self.lines) - set(wanted):
            self._remove(number)
        for number, line in wanted.items():
            if number not in self.lines:
                self.lines[number] = AnalogChannel(self.id, number, line, self._kit, self)
                self._bring_up(self.lines[number], new_session=True)
            elif line != self.lines[number].settings:
                self._change(self.lines[number], line)

    def board_up(self, lines: int, *, new_session: bool) -> None:
        """The board is there, with so many lines."""
        self.board, self.ports = True, lines
        for line in self.lines.values():
            self._bring_up(line, new_session=new_session)

    def board_gone(self) -> None:
        """The board is not there any more: its calls are over."""
        self.board, self.ports = False, 0
        for line in self.lines.values():
            line.board_gone()

    def line_event(self, event: lv.LineEvent) -> None:
        """Something happened on a line."""
        if event.line in self.lines:
            self.lines[event.line].heard(event)

    def lines_reported(self, event: lv.LinesReported) -> None:
        """What every line shows."""
        for report in event.lines:
            if report.line in self.lines and self.board:
                self.lines[report.line].reported(report)

    def close(self) -> None:
        """The box ends; calls have been cleared before."""
        for line in self.lines.values():
            line.close()

    def rings(self, channel: AnalogChannel, *, gave_up: bool = False) -> None:
        """A caller is to be offered; one who gave up before is recorded all the same."""
        if gave_up and not channel.watch.worth_noting:
            self.counters["splash"] += 1
            return
        call = self._incoming(channel)
        if gave_up:
            call.gave_up = True
        else:
            channel.holder = call
            channel.fire(E.OFFER, channel.watch.patience_s)
        self._offered(call)

    def glare(self, channel: AnalogChannel) -> None:
        """A caller is on this line, which was being seized: he gets it."""
        self.counters["glare"] += 1
        _LOGGER.info("line(%s/%d): glare, the caller has the line", self.id, channel.number)
        call = self._incoming(channel)
        if channel.fire(E.GLARE):
            call.take_over()
            self._offered(call)

    def may_turn_away(self) -> bool:
        """At most a quarter of the lines answer only to get rid of a caller (china.md)."""
        turning = sum(line.state is S.TURNING_AWAY for line in self.lines.values())
        return turning < max(1, len(self.lines) // 4)

    def channel_changed(self, channel: AnalogChannel) -> None:
        """State, faults or call of a line changed."""
        number = channel.number
        if number in self._to_configure and channel.state in _CHANGING:
            self._set_up(channel)
        if self.lines.get(number) is not channel:
            return
        event = LineChanged(self.id, number, channel.shown, channel.faults.present, channel.call)
        if self._told.get(number) != event:
            self._told[number] = event
            self._emit(event)

    def _incoming(self, channel: AnalogChannel) -> IncomingCall:
        call = IncomingCall(self, channel)
        call.introduce(channel.watch.caller, channel.settings.number or self.settings.name)
        return call

    def _bring_up(self, channel: AnalogChannel, *, new_session: bool) -> None:
        if channel.number > self.ports:
            return
        try:
            channel.board_up(new_session=new_session)
        except MediaError:
            _LOGGER.exception("line(%s/%d): no port in the engine", self.id, channel.number)
        if new_session:
            self._set_up(channel)

    def _change(self, channel: AnalogChannel, settings: AnalogLine) -> None:
        channel.settings = settings
        self._to_configure.add(channel.number)
        self.channel_changed(channel)
        channel.check()

    def _remove(self, number: int) -> None:
        channel = self.lines.pop(number)
        self._told.pop(number, None)
        channel.board_gone()
        channel.hook(off=False)
        channel.close()

    def _set_up(self, channel: AnalogChannel) -> None:
        self._to_configure.discard(channel.number)
        set_up(self._kit.board, channel.number, channel.settings, self._country())
