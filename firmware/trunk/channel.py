"""B-channel states.  Q.931 itself runs in callbox-isdn; this is what the box knows of it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from firmware.contract.model import ChannelState
from firmware.fsm import Machine, Timers


class State(StrEnum):
    """Finer than what is shown: overlap receiving and RESTART have timers of their own."""

    OUT_OF_SERVICE = "out_of_service"
    IDLE = "idle"
    OVERLAP = "overlap"
    SEIZED = "seized"
    ALERTING = "alerting"
    CONNECTED = "connected"
    CLEARING = "clearing"
    RESTARTING = "restarting"


class Event(StrEnum):
    """What happens to a channel."""

    SERVE = "serve"
    FAIL = "fail"
    SEIZE = "seize"
    SEIZE_OVERLAP = "seize_overlap"
    DIGIT = "digit"
    COMPLETE = "complete"
    ALERT = "alert"
    CONNECT = "connect"
    TIME_OVER = "time_over"
    CLEAR = "clear"
    RELEASED = "released"
    STUCK = "stuck"
    LOSE = "lose"
    GIVE_UP = "give_up"


S, E = State, Event

_ENDS = {E.CLEAR: S.CLEARING, E.RELEASED: S.IDLE, E.LOSE: S.RESTARTING}
TABLE = {
    S.OUT_OF_SERVICE: {E.SERVE: S.IDLE, E.CLEAR: S.CLEARING, E.LOSE: S.RESTARTING},
    S.IDLE: {
        E.SEIZE: S.SEIZED,
        E.SEIZE_OVERLAP: S.OVERLAP,
        E.FAIL: S.OUT_OF_SERVICE,
        E.CLEAR: S.CLEARING,  # callbox-isdn held a call here that we do not know
        E.LOSE: S.RESTARTING,  # only the network may have one
    },
    S.OVERLAP: {E.DIGIT: S.OVERLAP, E.COMPLETE: S.SEIZED, **_ENDS},
    S.SEIZED: {E.ALERT: S.ALERTING, E.CONNECT: S.CONNECTED, E.TIME_OVER: S.CLEARING, **_ENDS},
    S.ALERTING: {E.CONNECT: S.CONNECTED, E.TIME_OVER: S.CLEARING, **_ENDS},
    S.CONNECTED: {**_ENDS},
    S.CLEARING: {E.RELEASED: S.IDLE, E.STUCK: S.RESTARTING, E.LOSE: S.RESTARTING},
    S.RESTARTING: {E.RELEASED: S.IDLE, E.GIVE_UP: S.OUT_OF_SERVICE},
}
TIMEOUTS = {
    S.OVERLAP: ("T302", E.COMPLETE),
    S.SEIZED: ("T310", E.TIME_OVER),
    S.ALERTING: ("T301", E.TIME_OVER),
    S.CLEARING: ("T_clear", E.STUCK),
    S.RESTARTING: ("T316", E.GIVE_UP),
}
SHOWN = {
    S.OUT_OF_SERVICE: ChannelState.OUT_OF_SERVICE,
    S.IDLE: ChannelState.IDLE,
    S.OVERLAP: ChannelState.SEIZED,
    S.SEIZED: ChannelState.SEIZED,
    S.ALERTING: ChannelState.ALERTING,
    S.CONNECTED: ChannelState.CONNECTED,
    S.CLEARING: ChannelState.CLEARING,
    S.RESTARTING: ChannelState.CLEARING,
}


class Holder(Protocol):
    """The connection that has the channel."""

    def channel_event(self, event: Event) -> None:
        """A timer of the channel ran out (TIME_OVER), or the digits are complete."""


class Channel:
    """One B-channel, who has it, and its state."""

    def __init__(
        self, name: str, number: int, timers: Timers, changed: Callable[["Channel", Event], None]
    ) -> None:
        self.number = number
        self.holder: Holder | None = None
        self._changed = changed
        self._machine = Machine(
            f"channel({name}/{number})", S.OUT_OF_SERVICE, TABLE, TIMEOUTS, timers, self._did
        )

    @property
    def state(self) -> State:
        """The present state."""
        return self._machine.state

    @property
    def shown(self) -> ChannelState:
        """The state as pages show it."""
        return SHOWN[self._machine.state]

    def fire(self, event: Event) -> bool:
        """Take the event if the state has it; events of the network never raise."""
        return self._machine.offer(event)

    def overlap_s(self, seconds: float) -> None:
        """How long T302 waits for the next digit."""
        self._machine.seconds["T302"] = seconds

    def close(self) -> None:
        """The box ends."""
        self._machine.stop()

    def _did(self, _old: State, event: Event, new: State) -> None:
        holder = self.holder
        if new in (S.IDLE, S.OUT_OF_SERVICE, S.RESTARTING):
            self.holder = None
        self._changed(self, event)
        if holder is not None and event in (E.TIME_OVER, E.COMPLETE):
            holder.channel_event(event)
