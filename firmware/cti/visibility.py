"""Who may see what.

An agent sees his own calls and state, the figures of his queues, and of his colleagues who they
are and whether they are free: he hands calls over to them.
"""

from collections.abc import Iterable
from dataclasses import replace

from firmware.contract.events import (
    AgentMissed,
    AgentOffered,
    BoxStarted,
    CallBridged,
    CallCleared,
    CallOffered,
    ConfigApplied,
    DrainChanged,
    LegAdded,
    LegCleared,
    Recorded,
)
from firmware.contract.ids import AgentId, CallId, LegId
from firmware.contract.model import Role
from firmware.contract.views import AgentView, CallView, Snapshot
from firmware.sessions import Identity

_FOR_ALL = (ConfigApplied, BoxStarted, DrainChanged)


class Colleagues:
    """What agents see of each other: the same objects for all of them, until something changes."""

    def __init__(self) -> None:
        self._views: dict[AgentId, AgentView] = {}

    def of(self, agents: Iterable[AgentView]) -> dict[AgentId, AgentView]:
        """The agents, each as the others see him."""
        now = {view.agent: _colleague(view) for view in agents}
        before = self._views
        self._views = {
            agent: before[agent] if before.get(agent) == view else view
            for agent, view in now.items()
        }
        return self._views


def visible(
    snapshot: Snapshot, identity: Identity, colleagues: dict[AgentId, AgentView] | None = None
) -> Snapshot:
    """The part of the snapshot that this person may see; `colleagues`: of this snapshot."""
    if identity.may(Role.SUPERVISOR):
        return snapshot
    own = {view.agent: view for view in snapshot.agents if view.agent == identity.agent}
    queues = {queue for view in own.values() for queue in view.queues}
    others = Colleagues().of(snapshot.agents) if colleagues is None else colleagues
    return replace(
        snapshot,
        spans=(),
        analog=(),
        agents=tuple((others | own).values()),
        queues=tuple(view for view in snapshot.queues if view.queue in queues),
        calls=tuple(view for view in snapshot.calls if _takes_part(view, identity)),
    )


def _colleague(view: AgentView) -> AgentView:
    return replace(view, reason="", call=None, pending=None, pending_reason="", until_ms=None)


def _takes_part(call: CallView, identity: Identity) -> bool:
    return identity.agent in (call.agent, *(leg.agent for leg in call.legs))


class EventFilter:
    """Which events one person may see; follows the ledger from a snapshot on."""

    def __init__(self, identity: Identity, calls: tuple[CallView, ...] = ()) -> None:
        self._identity = identity
        self._sees_all = identity.may(Role.SUPERVISOR)
        self._own: set[CallId] = {c.call for c in calls if _takes_part(c, identity)}
        self._legs: set[LegId] = {
            LegId(leg.leg) for call in calls for leg in call.legs if leg.agent == identity.agent
        }
        self._left: set[CallId] = set()  # his part is over: he is still told how it ended

    def sees(self, recorded: Recorded) -> bool:
        """Say whether this event may be seen; to be asked of each event, in order."""
        event = recorded.event
        if self._sees_all or isinstance(event, _FOR_ALL):
            return True
        call: CallId | None = getattr(event, "call", None)
        concerns_him = getattr(event, "agent", None) == self._identity.agent
        told = isinstance(event, CallCleared) and event.call in self._left
        seen = concerns_him or told or call in self._own
        if call is not None:
            self._follow(recorded, call, concerns_him=concerns_him)
        return seen

    def _follow(self, recorded: Recorded, call: CallId, *, concerns_him: bool) -> None:
        """A call is his from the offer until his connection or the call ends."""
        match recorded.event:
            case CallCleared():
                self._own.discard(call)
                self._left.discard(call)
            case LegCleared(leg=leg) if leg in self._legs:
                self._legs.discard(leg)
                self._own.discard(call)
                self._left.add(call)
            case AgentMissed() if concerns_him:
                self._own.discard(call)
            case LegAdded(leg=leg) if concerns_him:
                self._legs.add(leg)
                self._own.add(call)
            case CallOffered() | AgentOffered() | CallBridged() if concerns_him:
                self._own.add(call)
