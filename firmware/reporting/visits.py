"""Visits: one row each time a call enters a queue.  Every figure of a queue comes from them."""

from firmware.contract.events import CallBridged, CallCleared, CallDequeued, CallQueued
from firmware.contract.ids import AgentId, CallId
from firmware.contract.model import Outcome
from firmware.reporting.times import Moment
from firmware.store.changes import Change


class QueueVisits:
    """Projection of one row an entry; a call waits in one queue at a time."""

    def __init__(self) -> None:
        self._open: dict[CallId, tuple[int, int]] = {}

    def apply(self, moment: Moment) -> list[Change]:
        """Changes that the event makes."""
        match moment.event:
            case CallQueued() as event:
                return [*self._leave(moment, None), self._enter(moment, event)]
            case CallBridged(agent=agent):
                return self._leave(moment, Outcome.ANSWERED, agent)
            case CallDequeued(outcome=outcome) | CallCleared(outcome=outcome):
                return self._leave(moment, outcome)
            case _:
                return []

    def _enter(self, moment: Moment, event: CallQueued) -> Change:
        self._open[moment.call] = (moment.seq, moment.at_ms)
        row = {
            "call": event.call,
            "queue": event.queue,
            "start_ms": moment.at_ms,
            **dict.fromkeys(("waited_ms", "outcome", "agent")),
        }
        return Change("queue_visits", moment.seq, row, insert=True)

    def _leave(
        self, moment: Moment, outcome: Outcome | None, agent: AgentId | None = None
    ) -> list[Change]:
        if moment.call not in self._open:
            return []
        seq, since_ms = self._open.pop(moment.call)
        values = {
            "waited_ms": moment.at_ms - since_ms,
            "outcome": outcome.value if outcome else None,
            "agent": agent,
        }
        return [Change("queue_visits", seq, values)]
