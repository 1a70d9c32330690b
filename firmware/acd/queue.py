"""Calls that wait for an agent: music, position, longest wait, and the sweep that serves them."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from firmware.acd.agent import Agent, Agents
from firmware.acd.distributor import Candidate, Need, Waiting, distribute
from firmware.acd.ringing import Ringing
from firmware.contract.config import CallQueue
from firmware.contract.events import AgentMissed, AgentOffered, CallDequeued, CallQueued
from firmware.contract.ids import AgentId, CallId, QueueId
from firmware.contract.model import CallPhase, Cause, Language, Outcome, Party
from firmware.errors import Refused
from firmware.switching.call import Call, Treatment
from firmware.switching.connection import Connection

TOP_PRIORITY = 9


class Announcer(Protocol):
    """What is said to callers, as prompt ids (`firmware.ivr.say`)."""

    def position(self, place: int, language: Language) -> list[str]:
        """The caller's place in the queue, 1 being the next."""

    def agent(self, identity: str, language: Language) -> list[str]:
        """Who serves the caller."""


@dataclass
class Entry:
    """How a call enters a queue."""

    queue: QueueId
    otherwise: Callable[[], None]
    """Where the call goes when the queue is full or the longest wait is over."""
    priority: int = 0
    skills: dict[str, int] = field(default_factory=dict)
    prompts: tuple[str, ...] = ()
    """Heard on entry; never delays the connection."""


Connected = Callable[["Stay", Ringing], None]


class Queues:
    """All waiting calls of all queues, served together in one order."""

    def __init__(self, agents: Agents, announcer: Announcer, connected: Connected) -> None:
        self.agents, self.announcer, self.connected = agents, announcer, connected
        self.stays: dict[CallId, Stay] = {}
        self._order = itertools.count()

    def enter(self, call: Call, entry: Entry) -> None:
        """The call waits from now on, or goes where `entry` says when the queue is full."""
        queue = call.office.settings().queues.get(entry.queue)
        if queue is None:  # removed from the configuration while the flow ran
            entry.otherwise()
            return
        full = self.length(entry.queue) >= queue.max_length
        stay = Stay(self, call, entry, queue, next(self._order))
        if full:
            stay.refuse()
        else:
            stay.begin()

    def length(self, queue: QueueId) -> int:
        """How many calls wait in a queue."""
        return sum(stay.entry.queue == queue for stay in self.stays.values())

    def check_room(self, call: Call, queue: QueueId) -> None:
        """Refused: no_such_queue, queue_full."""
        settings = call.office.settings().queues.get(queue)
        if settings is None:
            raise Refused("no_such_queue", "there is no such queue")
        if self.length(queue) >= settings.max_length:
            raise Refused("queue_full", "the queue is full")

    def position(self, call: CallId) -> int | None:
        """The call's place among those of its queue, 1 being the next."""
        stay = self.stays.get(call)
        if stay is None:
            return None
        mine = stay.waiting
        rivals = (s.waiting for s in self.stays.values() if s.entry.queue == mine.queue)
        return sum(rival.rank <= mine.rank for rival in rivals)

    def sweep(self) -> None:
        """Serve every call that can be served now."""
        waiting = [stay.waiting for stay in self.stays.values() if stay.ringing is None]
        if not waiting:
            return
        now = self.agents.floor.clock.monotonic()
        ready = [_candidate(agent) for agent in self.agents if agent.eligible]
        for chosen in distribute(waiting, ready, now):
            stay, agent = self.stays.get(chosen.call), self.agents.get(chosen.agent)
            if stay is not None and stay.ringing is None and agent.eligible:
                stay.ring(agent, chosen.reasons)


def _candidate(agent: Agent) -> Candidate:
    settings = agent.settings
    return Candidate(agent.id, settings.queues, agent.idle_since, settings.skills)


class Stay(Treatment):
    """One call's stay in one queue."""

    def __init__(
        self, queues: Queues, call: Call, entry: Entry, queue: CallQueue, order: int
    ) -> None:
        self.call, self.entry, self.queue = call, entry, queue
        self.ringing: Ringing | None = None
        self._queues = queues
        self._clock, self._timers = call.office.clock, call.office.timers
        self._since = self._clock.monotonic()
        self._order = order
        self._skip: dict[AgentId, float] = {}
        self._stops: dict[str, Callable[[], None]] = {}

    @property
    def phase(self) -> CallPhase:  # type: ignore[override]
        """Queued, or alerting at an agent."""
        return CallPhase.ALERTING if self.ringing else CallPhase.QUEUED

    @property
    def waiting(self) -> Waiting:
        """What the distributor sees of this call."""
        needs = {skill: Need(n.level, n.weight) for skill, n in self.queue.skills.items()}
        for skill, level in self.entry.skills.items():
            known = needs.get(skill, Need(level))
            needs[skill] = Need(max(level, known.level), known.weight)
        entry = self.entry
        return Waiting(
            self.call.id, entry.queue, entry.priority, self._since, self._order, needs, self._skip
        )

    @property
    def waited_s(self) -> float:
        """Seconds since the call entered."""
        return round(self._clock.monotonic() - self._since, 3)

    def begin(self) -> None:
        """Enter the queue."""
        self._note_entry()
        self.call.treat(self)
        self._queues.stays[self.call.id] = self
        self._emit_queued()
        self._start("T_max_wait", self._waited_too_long, self.queue.max_wait_s)
        self._start("T_position", self._tell_position, self.queue.position_s)
        self.call.join()
        self._say(list(self.entry.prompts))
        self._queues.agents.floor.available()

    def refuse(self) -> None:
        """The queue is full: told in the record, and on to where the flow says."""
        self._note_entry()
        self._emit_queued()
        self._leave_for_good()

    def ring(self, agent: Agent, reasons: tuple[str, ...]) -> None:
        """Let the call alert at the chosen agent."""
        self.call.emit(AgentOffered(self.call.id, self.entry.queue, agent.id, reasons))
        self.ringing = Ringing(self.call, agent, self.queue, self)
        self.ringing.start()

    def answered(self, ringing: Ringing) -> None:
        """An agent took the call: the queue is over for it."""
        self.ringing = None
        self._queues.connected(self, ringing)

    def not_answered(self, agent: Agent, misses: int) -> None:
        """Next agent; this one is passed over for a while."""
        self.ringing = None
        if misses:
            self.call.emit(AgentMissed(self.call.id, self.entry.queue, agent.id, misses))
            self._skip[agent.id] = self._clock.monotonic() + self.queue.retry_s
            # A moment later than the end, so that this agent is not passed over once more.
            again = self._queues.agents.floor.available
            self._start("T_retry", again, self.queue.retry_s + 0.01, f"T_retry {agent.id}")
        self._queues.agents.floor.available()

    def gone(self, call: Call, leg: Connection, cause: Cause) -> None:
        """The caller left."""
        short = self.waited_s <= self.queue.short_abandon_s
        outcome = Outcome.SHORT_ABANDONED if short else Outcome.ABANDONED
        call.emit(CallDequeued(call.id, self.entry.queue, outcome, self.waited_s))
        call.story.fate = outcome
        self._withdraw(cause, leg.by)
        call.clear(cause, leg.by, outcome)

    def stop(self, call: Call) -> None:
        """The call leaves the queue."""
        for stop in self._stops.values():
            stop()
        self._stops.clear()
        self._queues.stays.pop(call.id, None)
        self._withdraw(Cause.NORMAL_CLEARING, Party.BOX)

    def _withdraw(self, cause: Cause, by: Party) -> None:
        ringing, self.ringing = self.ringing, None
        if ringing is not None:
            ringing.withdraw(cause, by)

    def _note_entry(self) -> None:
        story = self.call.story
        story.queue, story.queued_ms = self.entry.queue, self._clock.utc_ms()

    def _emit_queued(self) -> None:
        call, entry = self.call, self.entry
        place = self._queues.position(call.id) or self._queues.length(entry.queue) + 1
        needs = {skill: need.level for skill, need in self.waiting.needs.items()}
        call.emit(CallQueued(call.id, entry.queue, entry.priority, place, needs))

    def _waited_too_long(self) -> None:
        self.stop(self.call)
        self._leave_for_good()

    def _leave_for_good(self) -> None:
        call = self.call
        waited = self.waited_s
        call.emit(CallDequeued(call.id, self.entry.queue, Outcome.TIMED_OUT, waited))
        call.story.fate = Outcome.TIMED_OUT
        self.entry.otherwise()

    def _tell_position(self) -> None:
        place = self._queues.position(self.call.id)
        if place is not None:
            language = self.call.story.language
            self._say(self._queues.announcer.position(place, language))
        self._start("T_position", self._tell_position, self.queue.position_s)

    def _say(self, prompts: list[str]) -> None:
        caller = self.call.caller
        if prompts:
            caller.play(prompts, self.call.story.language, caller.music)
        else:
            caller.music()

    def _start(self, name: str, expired: Callable[[], None], seconds: float, key: str = "") -> None:
        if (key or name) in self._stops:
            self._stops[key or name]()
        self._stops[key or name] = self._timers.start(name, expired, seconds)
