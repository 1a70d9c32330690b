"""What is said at the start about calls and agents that were there when the daemon stopped."""

from collections.abc import Iterable

from firmware.contract.events import (
    AgentStateChanged,
    CallBridged,
    CallCleared,
    CallDequeued,
    CallOffered,
    CallQueued,
    Event,
    LegAdded,
    LegCleared,
    Recorded,
)
from firmware.contract.ids import AgentId, CallId, LegId
from firmware.contract.model import AgentState, Cause, Outcome, Party


class _Open:
    """What is still open after a stretch of the ledger."""

    def __init__(self) -> None:
        self.calls: dict[CallId, dict[LegId, None]] = {}
        self.waiting: dict[CallId, tuple[CallQueued, int]] = {}
        self.agents: dict[AgentId, AgentState] = {}
        self.mono_ms = 0

    def take(self, recorded: Recorded) -> None:
        self.mono_ms = max(self.mono_ms, recorded.mono_ms)
        match recorded.event:
            case CallOffered(call=call):
                self.calls[call] = {}
            case LegAdded(call=call, leg=leg):
                self.calls.setdefault(call, {})[leg] = None
            case LegCleared(call=call, leg=leg):
                self.calls.get(call, {}).pop(leg, None)
            case CallCleared(call=call):
                self.calls.pop(call, None)
                self.waiting.pop(call, None)
            case _:
                self._take_queue_and_agent(recorded)

    def _take_queue_and_agent(self, recorded: Recorded) -> None:
        match recorded.event:
            case CallQueued() as queued:
                self.waiting[queued.call] = (queued, recorded.mono_ms)
            case CallDequeued(call=call) | CallBridged(call=call):
                self.waiting.pop(call, None)
            case AgentStateChanged(agent=agent, state=state):
                self.agents[agent] = state

    def closing(self, mono_ms: int) -> Iterable[Event]:
        """In the order in which they would have happened."""
        for call, legs in self.calls.items():
            if call in self.waiting:
                queued, since = self.waiting[call]
                waited_s = max(0, mono_ms - since) / 1000
                yield CallDequeued(call, queued.queue, Outcome.BOX_RESTART, waited_s)
            for leg in legs:
                yield LegCleared(call, leg, Cause.BOX_RESTART, Party.BOX)
            yield CallCleared(call, Cause.BOX_RESTART, Party.BOX, Outcome.BOX_RESTART)
        for agent, state in self.agents.items():
            if state is not AgentState.NULL:
                yield AgentStateChanged(agent, AgentState.NULL, "box_restart", actor="box")


def closing_events(
    unfinished: Iterable[Recorded], mono_ms: int = 0
) -> tuple[list[Event], list[CallId]]:
    """The events that end what `unfinished` left open, and the calls among it."""
    still_open = _Open()
    for recorded in unfinished:
        still_open.take(recorded)
    return list(still_open.closing(max(mono_ms, still_open.mono_ms))), list(still_open.calls)
