"""One analogue line: its state, who has it, what is known of it, and its hook.

Events of the board and finds of the engine come in here; they go to who has the line (`Holder`),
or to the watch for the next caller.  Nothing that the line or the board says raises.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from board.host import line_events as lv
from firmware.contract.analog import AnalogLine, BusyTone
from firmware.contract.ids import CallId, TrunkId
from firmware.contract.model import Cause, LineFault, LineState
from firmware.fsm import Machine, Timers
from firmware.timers import Clock
from firmware.trunk.caller_watch import CallerWatch
from firmware.trunk.line_faults import LineFaults
from firmware.trunk.line_states import OFF_HOOK, RINGS, SHOWN, TABLE, TIMEOUTS, E, Event, S, State
from firmware.trunk.sound import Port, Sound

_LOGGER = logging.getLogger(__name__)
_HOOK_S = 1.0
"""The board reaches the hook state that it is told within this time, report included."""
_WITHOUT_HOLDER = frozenset(
    {S.IDLE, S.OUT_OF_SERVICE, S.CLEARING, S.REFUSED, S.TURNING_AWAY, S.RINGING}
)
_CALLS = frozenset({S.CONNECTED, S.PROCEEDING, S.TURNING_AWAY})
_TOLD = frozenset({E.RING_OVER, E.NO_TONE, E.SEIZE, E.DIALLED, E.RING})
"""Moves of the table that nobody ordered: the holder is told."""


class Orders(Protocol):
    """Orders to the board (`firmware.trunk.line_board`)."""

    def hook(self, line: int, *, off: bool) -> None:
        """Close or open the loop."""

    def pulse(self, line: int, pattern: tuple[int, int, int], digits: str) -> None:
        """Dial by pulses."""

    def configure(self, line: int, country: int, receive_db: float, transmit_db: float) -> None:
        """Impedance and gains."""


@dataclass(frozen=True)
class Kit:
    """What every line works with."""

    board: Orders
    sound: Sound
    timers: Timers
    clock: Clock


class Holder:
    """Who has a line; what is not overridden is of no interest to him."""

    call: CallId | None = None

    def heard(self, event: lv.LineEvent) -> None:
        """The board told something of the line."""

    def heard_tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A watched tone is there."""

    def heard_voice(self) -> None:
        """Somebody began to speak."""

    def heard_silence(self) -> None:
        """It was silent for as long as was asked."""

    def caller_known(self) -> None:
        """The exchange sent who calls (`AnalogChannel.watch.caller`)."""

    def moved_on(self, event: Event) -> None:
        """The state of the line changed without an order."""

    def lost(self, cause: Cause) -> None:
        """The line was taken away."""


class Owner(Protocol):
    """The trunk of a line."""

    def channel_changed(self, channel: "AnalogChannel") -> None:
        """State or faults of a line changed."""

    def rings(self, channel: "AnalogChannel", *, gave_up: bool = False) -> None:
        """A caller is to be offered, or gave up before he could be."""


class AnalogChannel:
    """See the module."""

    def __init__(
        self, trunk: TrunkId, number: int, settings: AnalogLine, kit: Kit, owner: Owner
    ) -> None:
        self.number, self.settings, self.kit = number, settings, kit
        self.holder: Holder | None = None
        self.faults = LineFaults()
        self.report: lv.LineReport | None = None
        self.port: Port | None = None
        self.since_ms = kit.clock.utc_ms()
        self.cleared_at = -1e9
        """When the latest call ended, monotonic."""
        self.turned_at_rest = False
        self.watch = CallerWatch(kit.timers, self._caller_known)
        self._trunk, self._owner = trunk, owner
        self._off_hook, self._hook_at = False, -1e9
        self._reset_at = -1e9
        self._without_current = 0
        self._machine = Machine(
            f"line({trunk}/{number})", S.OUT_OF_SERVICE, TABLE, TIMEOUTS, kit.timers, self._did
        )

    @property
    def state(self) -> State:
        """The present state."""
        return self._machine.state

    @property
    def shown(self) -> LineState:
        """The state as pages show it."""
        return SHOWN[self.state]

    @property
    def call(self) -> CallId | None:
        """The call that has the line."""
        return self.holder.call if self.holder is not None else None

    @property
    def fresh_off_hook(self) -> bool:
        """Whether the loop was closed so lately that transients are to be expected."""
        return self._off_hook and self.kit.clock.monotonic() - self._hook_at < _HOOK_S

    def fire(self, event: Event, seconds: float | None = None) -> bool:
        """Take the event if the state has it; `seconds`: how long the new state may last."""
        timer = TIMEOUTS.get(TABLE[self.state].get(event, self.state), ("", event))[0]
        if seconds is None:
            self._machine.seconds.pop(timer, None)
        else:
            self._machine.seconds[timer] = seconds
        return self._machine.offer(event)

    def hook(self, *, off: bool) -> None:
        """Close or open the loop."""
        self._off_hook, self._hook_at = off, self.kit.clock.monotonic()
        self.kit.board.hook(self.number, off=off)

    def fail(self, event: Event, cause: Cause) -> None:
        """The line is taken from who has it; `event` is CLEAR or FAIL."""
        holder, self.holder = self.holder, None
        self.fire(event)
        if holder is not None:
            holder.lost(cause)

    def listen(
        self, tones: Sequence[str], learnt: Sequence[BusyTone] = (), silence_s: float | None = None
    ) -> None:
        """Which tones are told, and after how long a silence (None: no voice either)."""
        if self.port is not None:
            self.kit.sound.watch_tones(self.port, tones, learnt)
        self.attend(silence_s)

    def attend(self, silence_s: float | None) -> None:
        """As `listen`, the tones staying as they are: a cadence that began is not lost."""
        if self.port is not None:
            self.kit.sound.watch_activity(self.port, silence_s)

    def board_up(self, *, new_session: bool) -> None:
        """The board is there; what it does not know is told, what it held is given up."""
        if new_session:
            self.report = None
            if self.state is not S.OUT_OF_SERVICE:
                self.fail(E.FAIL, Cause.TEMPORARY_FAILURE)
            self.hook(off=False)
        if self.port is None:
            self.port = self.kit.sound.keep_line(self._trunk, self.number, _Ears(self))
            self.kit.sound.watch_caller_id(self.port, on=True)

    def board_gone(self) -> None:
        """The board is not there any more: it hangs up by itself."""
        self.faults.board_gone()
        self.report = None
        if self.state is S.OUT_OF_SERVICE:
            self._owner.channel_changed(self)
        else:
            self.fail(E.FAIL, Cause.DESTINATION_OUT_OF_ORDER)

    def reported(self, report: lv.LineReport) -> None:
        """What the line shows now."""
        before = self.faults.present
        self.report = report
        resting = self.state in (S.IDLE, S.OUT_OF_SERVICE) and not (
            report.off_hook or report.ringing
        )
        if resting:
            self.turned_at_rest = report.turned
        self.faults.reported(report, self.settings, resting=resting)
        self._compare(report)
        self._check_chip()
        self.check()
        if self.faults.present != before:
            self._owner.channel_changed(self)

    def heard(self, event: lv.LineEvent) -> None:
        """Something happened on the line."""
        match event:
            case lv.LineChipChanged():
                self.faults.chip(event.chip)
                if event.chip is lv.Chip.RESET:
                    self._reset_at = self.kit.clock.monotonic()
                self._check_chip()
                self.check()
                self._owner.channel_changed(self)
            case lv.PolarityChanged() if self.report is not None:
                self.report = replace(self.report, turned=event.turned)
            case lv.BatteryChanged() if self.report is not None:
                self.report = replace(self.report, battery=event.there)
        if self.holder is not None:
            self.holder.heard(event)
        if isinstance(event, lv.RingChanged) and self.state is not S.TESTING:
            self._ring(event)

    def check(self) -> None:
        """Into or out of service, as what is known says."""
        known = self.report is not None and self.port is not None
        serves = self.settings.enabled and known and not self.faults.stopping
        if self.state is S.IDLE and not serves:
            self.fire(E.FAIL)
        elif self.state is S.OUT_OF_SERVICE and serves:
            self.fire(E.SERVE)

    def close(self) -> None:
        """The box ends."""
        self.watch.reset()
        self._machine.stop()

    def _ring(self, event: lv.RingChanged) -> None:
        if event.ringing and self.state not in RINGS and not self.fire(E.RING):
            return  # off-hook: who has the line was told; or out of service
        self.watch.burst(event.at, begins=event.ringing)
        if self.state in RINGS:
            self.fire(E.BURST, self.watch.patience_s)
        if event.ringing:
            self._offer()

    def _caller_known(self) -> None:
        if self.holder is not None:
            self.holder.caller_known()
        self._offer()

    def _offer(self) -> None:
        if self.state is S.RINGING and self.watch.enough(self.settings):
            self._owner.rings(self)

    def _compare(self, report: lv.LineReport) -> None:
        """The board's hook is as ordered, or something went wrong there."""
        if report.off_hook and self.state is S.OUT_OF_SERVICE:
            self.fire(E.CLEAR)  # it was off-hook since before we knew it
            return
        settled = self.kit.clock.monotonic() - self._hook_at >= _HOOK_S
        if not settled or report.dialling or report.off_hook == self._off_hook:
            if settled and report.off_hook:
                self._current(report)
            return
        _LOGGER.warning("line(%s/%d): hook is not as ordered", self._trunk, self.number)
        if self.state is S.IDLE:
            self.fire(E.CLEAR)
        elif self.state in OFF_HOOK:
            self.fail(E.CLEAR, Cause.TEMPORARY_FAILURE)
        else:
            self.hook(off=self._off_hook)

    def _current(self, report: lv.LineReport) -> None:
        """One report without current may be a battery drop; two are a fault."""
        missing = report.current is lv.Current.NONE
        self._without_current = self._without_current + 1 if missing else 0
        if self._without_current > 1:
            self.faults.add(LineFault.NO_CURRENT)
        elif report.current is lv.Current.FLOWS:
            self.faults.drop(LineFault.NO_CURRENT, LineFault.OVERLOAD)
            if self._reset_at < self._hook_at:  # it works again since
                self.faults.drop(LineFault.CHIP_RESET)
        elif report.current is lv.Current.OVERLOAD and self.state in OFF_HOOK:
            self.fail(E.CLEAR, Cause.DESTINATION_OUT_OF_ORDER)

    def _check_chip(self) -> None:
        failing = {LineFault.CHIP_SILENT, LineFault.ISOLATION} & set(self.faults.present)
        if failing and self.state not in (S.OUT_OF_SERVICE, S.IDLE):
            self.fail(E.FAIL, Cause.DESTINATION_OUT_OF_ORDER)

    def _did(self, old: State, event: Event, new: State) -> None:
        holder = self.holder
        if new in _WITHOUT_HOLDER:
            self.holder = None
        if old in _CALLS and new not in OFF_HOOK:
            self.cleared_at = self.kit.clock.monotonic()
        self._follow_hook(event, new)
        self._follow_sound(old, new)
        if event is not E.BURST:
            self.since_ms = self.kit.clock.utc_ms()
            self._owner.channel_changed(self)
        if holder is not None and event in _TOLD:
            holder.moved_on(event)
        elif event is E.RING_OVER and old is S.RINGING:
            self._owner.rings(self, gave_up=True)
        if self.state is new:
            self._forget_caller(old, new)

    def _forget_caller(self, old: State, new: State) -> None:
        """The next may come, or say who he is, while the line of the last is being cleared."""
        if new in (S.CLEARING, S.OUT_OF_SERVICE) or (new is S.IDLE and old is not S.CLEARING):
            self.watch.reset()
        if new in (S.IDLE, S.OUT_OF_SERVICE):
            self.check()

    def _follow_hook(self, event: Event, new: State) -> None:
        off = new in OFF_HOOK
        if new is S.TESTING or (off == self._off_hook and event is not E.CLEAR):
            return
        self.hook(off=off)

    def _follow_sound(self, old: State, new: State) -> None:
        """On-hook the line is listened to for the next caller, else for the call's own sounds."""
        on = new in OFF_HOOK
        if self.port is None or on == (old in OFF_HOOK | {S.TESTING}):
            return
        self.kit.sound.cancel_echo(self.port, on=on)
        self.kit.sound.watch_caller_id(self.port, on=not on)
        if not on:
            self.listen(())


class _Ears:
    """What the engine hears on the line, given to who has it or to the watch for a caller."""

    def __init__(self, channel: AnalogChannel) -> None:
        self._channel = channel

    def digit(self, digit: str) -> None:
        self._take("dtmf", lambda now: self._channel.watch.digit(digit, now))

    def caller_id(self, message: bytes) -> None:
        self._take("fsk", lambda now: self._channel.watch.fsk(message, now))

    def tone(self, name: str, hertz: float, dbm0: float) -> None:
        if self._channel.holder is not None:
            self._channel.holder.heard_tone(name, hertz, dbm0)

    def voice(self) -> None:
        if self._channel.holder is not None:
            self._channel.holder.heard_voice()

    def silence(self) -> None:
        if self._channel.holder is not None:
            self._channel.holder.heard_silence()

    def _take(self, way: str, take: Callable[[float], None]) -> None:
        """While the line is on-hook, and only as it is set."""
        channel = self._channel
        if channel.state not in OFF_HOOK and channel.settings.caller_id in ("auto", way):
            take(channel.kit.clock.monotonic())
