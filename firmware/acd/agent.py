"""Agent states, named as in CSTA (ECMA-269).  RESERVED is ours: a call is alerting."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from firmware.contract import config
from firmware.contract.events import AgentStateChanged, Event
from firmware.contract.ids import AgentId, CallId, QueueId
from firmware.contract.model import AgentState
from firmware.errors import Refused
from firmware.fsm import Machine, Timers
from firmware.media.port import Port
from firmware.timers import Clock


class AgentEvent(StrEnum):
    """What happens to an agent."""

    LOG_ON = "log_on"
    LOG_OFF = "log_off"
    GO_READY = "go_ready"
    GO_NOT_READY = "go_not_ready"
    OFFER = "offer"
    ANSWER = "answer"
    NO_ANSWER = "no_answer"
    ABANDON = "abandon"
    DIAL = "dial"
    CLEAR = "clear"
    NOT_HANDLED = "not_handled"
    WRAP_UP_DONE = "wrap_up_done"


S, E = AgentState, AgentEvent

TABLE = {
    S.NULL: {E.LOG_ON: S.NOT_READY},
    S.NOT_READY: {
        E.GO_READY: S.READY,
        E.GO_NOT_READY: S.NOT_READY,  # another reason
        E.LOG_OFF: S.NULL,
        E.DIAL: S.BUSY,
    },
    S.READY: {
        E.OFFER: S.RESERVED,
        E.GO_NOT_READY: S.NOT_READY,
        E.LOG_OFF: S.NULL,
        E.DIAL: S.BUSY,
    },
    # An agent who lets calls ring out is taken out of the queue (see _missed), or the
    # next caller would ring the same empty chair.
    S.RESERVED: {E.ANSWER: S.BUSY, E.NO_ANSWER: S.READY, E.ABANDON: S.READY},
    S.BUSY: {E.CLEAR: S.WORKING_AFTER_CALL, E.NOT_HANDLED: S.READY},
    S.WORKING_AFTER_CALL: {
        E.WRAP_UP_DONE: S.READY,
        E.GO_READY: S.READY,
        E.GO_NOT_READY: S.NOT_READY,
        E.LOG_OFF: S.NULL,
        E.DIAL: S.BUSY,
    },
}
TIMEOUTS = {
    S.RESERVED: ("T_alert", E.NO_ANSWER),
    S.WORKING_AFTER_CALL: ("T_wrap_up", E.WRAP_UP_DONE),
}
NO_TELEPHONE = "telephone_lost"
NO_ANSWER = "no_answer"


class Duty(Protocol):
    """What an agent's present call wants to hear of him (`firmware.acd.desk`)."""

    def missed(self, agent: "Agent") -> None:
        """T_alert is over; he did not answer."""

    def telephone_lost(self, agent: "Agent") -> None:
        """His browser's audio is gone."""

    def telephone_back(self, agent: "Agent") -> None:
        """His browser's audio is up again, perhaps on another port."""


@dataclass(frozen=True)
class Wish:
    """A state to take when the present duty is over."""

    state: AgentState
    reason: str = ""
    actor: str = ""


@dataclass
class Floor:
    """What all agents share."""

    emit: Callable[[Event], object]
    timers: Timers
    clock: Clock
    available: Callable[[], None] = field(default=lambda: None)
    """Somebody may have become ready for a call."""


class Agent:
    """One agent: state, telephone, wish, and the figures that distribution needs."""

    def __init__(self, floor: Floor, agent: AgentId, settings: config.Agent) -> None:
        self.id, self.settings = agent, settings
        self.port: Port | None = None
        self.call: CallId | None = None
        self.duty: Duty | None = None
        self.wish: Wish | None = None
        self.reason = ""
        self.since_ms = floor.clock.utc_ms()
        self.until_ms: int | None = None
        self.idle_since = floor.clock.monotonic()
        self.misses = 0
        self.max_misses = 2
        self.handled_call: CallId | None = None
        """The last call he handled, with its queue: what a late disposition is about."""
        self.handled_queue: QueueId | None = None
        self._floor = floor
        self._actor = "box"
        self._machine = Machine(f"agent({agent})", S.NULL, TABLE, TIMEOUTS, floor.timers, self._go)

    @property
    def state(self) -> AgentState:
        """The present state."""
        return self._machine.state

    @property
    def eligible(self) -> bool:
        """Ready, with a telephone to ring."""
        return self.state is S.READY and self.port is not None

    def log_on(self) -> None:
        """Begin work, not ready; log-in is time zero of the idle time."""
        if self.state is S.NULL:
            self.idle_since = self._floor.clock.monotonic()
            self.misses = 0
            self._enter(E.LOG_ON, Wish(S.NOT_READY, "logged_on", self.id))

    def set_state(self, wish: Wish) -> None:
        """Take a state now, or after the present call.  Refused: not_logged_on, no_telephone."""
        if self.state is S.NULL and wish.state is not S.NULL:
            raise Refused("not_logged_on", "the agent is not logged on")
        if wish.state not in (S.READY, S.NOT_READY, S.NULL):
            raise Refused("not_a_wish", "only ready, not ready and logged off can be chosen")
        if wish.state is S.READY and self.port is None:
            raise Refused("no_telephone", "the agent's telephone is not connected")
        if self.state in (S.RESERVED, S.BUSY):
            self._set_wish(None if wish.state is S.READY else wish)
        else:
            self._take(wish)

    def connect_telephone(self, port: Port) -> None:
        """The browser's audio leg is up."""
        self.port = port
        if self.duty is not None:
            self.duty.telephone_back(self)
        self._emit()

    def lose_telephone(self) -> None:
        """The browser's audio leg is gone: idle agents are not ready any more."""
        if self.port is None:
            return
        self.port = None
        if self.duty is not None:
            self.duty.telephone_lost(self)
        if self.state is S.READY:
            self._enter(E.GO_NOT_READY, Wish(S.NOT_READY, NO_TELEPHONE, "box"))
        else:
            self._emit()

    def offer(self, call: CallId, duty: Duty, queue: config.CallQueue) -> None:
        """A call of this queue alerts at the agent."""
        self.call, self.duty = call, duty
        self.max_misses = queue.max_misses
        self._enter(E.OFFER, None, {"T_alert": queue.ring_s})

    def answer(self) -> None:
        """The alerting call was answered."""
        self.misses = 0
        self._enter(E.ANSWER)

    def decline(self) -> None:
        """He does not take the alerting call: it counts as not answered, only sooner."""
        self._enter(E.NO_ANSWER)

    def check_dial(self) -> None:
        """Refused: not_possible_now, no_telephone."""
        if not self._machine.accepts(E.DIAL):
            raise Refused("not_possible_now", f"the agent is {self.state}")
        if self.port is None:
            raise Refused("no_telephone", "the agent's telephone is not connected")

    def dial(self, call: CallId, duty: Duty) -> None:
        """The agent calls somebody; afterwards he is what he was before."""
        if self.state is S.NOT_READY:
            self.wish = Wish(S.NOT_READY, self.reason, self.id)
        self.call, self.duty = call, duty
        self._enter(E.DIAL)

    def leave(self, *, handled: bool, wrap_up_s: float = 0.0, queue: QueueId | None = None) -> None:
        """His connection ended, whoever ended it: wrap-up if he talked, else as before."""
        self.duty = None
        if self.state is S.RESERVED:
            self.call = None
            self._enter(E.ABANDON)
        elif self.state is S.BUSY and handled:
            if queue is not None:
                self.idle_since = self._floor.clock.monotonic()
            self._enter(E.CLEAR, None, {"T_wrap_up": wrap_up_s})
        elif self.state is S.BUSY:
            self.call = None
            self._enter(E.NOT_HANDLED)

    def finish_wrap_up(self) -> None:
        """Wrap-up ends early."""
        if self.state is S.WORKING_AFTER_CALL:
            self._enter(E.WRAP_UP_DONE)

    def close(self) -> None:
        """The box ends: no timer of this agent runs on."""
        self._machine.stop()

    def _take(self, wish: Wish) -> None:
        events = {S.READY: E.GO_READY, S.NOT_READY: E.GO_NOT_READY, S.NULL: E.LOG_OFF}
        event = events[wish.state]
        self.wish = None
        if self._machine.accepts(event):
            self.call = None
            self._enter(event, wish)

    def _set_wish(self, wish: Wish | None) -> None:
        self.wish = wish
        self._actor = wish.actor if wish else self.id
        self._emit()

    def _enter(
        self,
        event: AgentEvent,
        wish: Wish | None = None,
        seconds: Mapping[str, float] | None = None,
    ) -> None:
        self.reason = wish.reason if wish else ""
        self._actor = wish.actor if wish else "box"
        self._machine.seconds.update(seconds or {})
        self._machine.fire(event)

    def _go(self, _old: AgentState, event: AgentEvent, new: AgentState) -> None:
        self.since_ms = self._floor.clock.utc_ms()
        self.until_ms = None
        if new in TIMEOUTS:
            seconds = self._machine.seconds[TIMEOUTS[new][0]]
            self.until_ms = self.since_ms + round(seconds * 1000)
        if event is E.NO_ANSWER:
            self._missed()
        if event is E.WRAP_UP_DONE:
            self.call = None
            self.reason, self._actor = "", "box"
        self._settle(new)

    def _settle(self, new: AgentState) -> None:
        """Ready is passed through at once when something else is wished or needed."""
        if new is S.READY:
            self.call = None
            wish = self.wish
            if wish is None and self.port is None:
                wish = Wish(S.NOT_READY, NO_TELEPHONE, "box")
            if wish is not None:
                self._take(wish)
                return
        self._emit()
        if new is S.READY:
            self._floor.available()

    def _missed(self) -> None:
        self.misses += 1
        duty, self.duty = self.duty, None
        if self.misses >= self.max_misses and self.wish is None:
            self.misses = 0
            self.wish = Wish(S.NOT_READY, NO_ANSWER, "box")
        if duty is not None:
            duty.missed(self)

    def _emit(self) -> None:
        wish = self.wish
        self._floor.emit(
            AgentStateChanged(
                self.id,
                self.state,
                self.reason,
                self.call,
                self._actor,
                wish.state if wish else None,
                wish.reason if wish else "",
            )
        )


class Agents:
    """Everybody who may log on, by number."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self._agents: dict[AgentId, Agent] = {}

    def __iter__(self) -> Iterator[Agent]:
        return iter(list(self._agents.values()))

    def knows(self, agent: AgentId) -> bool:
        """Whether there is such an agent."""
        return agent in self._agents

    def get(self, agent: AgentId) -> Agent:
        """One agent; Refused("no_such_agent") otherwise."""
        try:
            return self._agents[agent]
        except KeyError:
            raise Refused("no_such_agent", "there is no such agent") from None

    def configure(self, settings: Mapping[str, config.Agent]) -> None:
        """Take over a new configuration: who is gone is logged off after his call."""
        for name, agent in list(self._agents.items()):
            if name not in settings and agent.state is S.NULL:
                del self._agents[name]
            elif name not in settings:
                agent.set_state(Wish(S.NULL, "", "box"))
        for key, value in settings.items():
            name = AgentId(key)
            if name in self._agents:
                self._agents[name].settings = value
            else:
                self._agents[name] = Agent(self.floor, name, value)
        self.floor.available()
