"""Agents' time lines, and the wrap-up as the last part of a call.

Each state begins at its UTC stamp and lasts its monotonic duration.
"""

from dataclasses import dataclass

from firmware.contract.events import AgentStateChanged, Recorded
from firmware.contract.ids import AgentId, CallId
from firmware.contract.model import AgentState
from firmware.reporting.parts import Part, begun, ended_at
from firmware.store.changes import Change


@dataclass(frozen=True)
class _State:
    what: tuple[AgentState, str, CallId | None]
    seq: int
    offset_ms: int
    wrap_up: Part | None


class AgentTimeLines:
    """Projection of one row a state of an agent."""

    def __init__(self) -> None:
        self._present: dict[AgentId, _State] = {}

    def apply(self, recorded: Recorded) -> list[Change]:
        """Changes that the event makes."""
        event = recorded.event
        if not isinstance(event, AgentStateChanged) or self._goes_on(event):
            return []
        return [*self._end(recorded, event.agent), *self._begin(recorded, event)]

    def _goes_on(self, event: AgentStateChanged) -> bool:
        """Only the wish for afterwards changed."""
        state = self._present.get(event.agent)
        return state is not None and state.what == (event.state, event.reason, event.call)

    def _end(self, recorded: Recorded, agent: AgentId) -> list[Change]:
        state = self._present.pop(agent, None)
        if state is None:
            return []
        at_ms = recorded.mono_ms + state.offset_ms
        changes = [Change("agent_states", state.seq, {"end_ms": at_ms})]
        return changes + ([ended_at(state.wrap_up, at_ms)] if state.wrap_up else [])

    def _begin(self, recorded: Recorded, event: AgentStateChanged) -> list[Change]:
        seq, at_ms = recorded.seq, recorded.at_ms
        row = {
            "agent": event.agent,
            "state": event.state.value,
            "reason": event.reason,
            "actor": event.actor,
            "call": event.call,
            "start_ms": at_ms,
            "end_ms": None,
        }
        changes = [Change("agent_states", seq, row, insert=True)]
        part = None
        if event.state is AgentState.WORKING_AFTER_CALL and event.call is not None:
            part = Part(f"{seq}.wrap_up", "wrap_up", event.agent, at_ms)
            changes.append(begun(event.call, seq, part))
        self._present[event.agent] = _State(
            (event.state, event.reason, event.call), seq, at_ms - recorded.mono_ms, part
        )
        return changes
