"""Call records with their parts: what happened to a call, who talked, how long, how it ended.

Definitions.  `answer`: the first trunk connection was answered (by the box, or by the far
end of a call that an agent dialled).  `bridge`: a person of the company talks.  `waited`:
in queues, to the agent's connect.  `talk` is counted with an agent only, without holds.
"""

from dataclasses import dataclass, field
from typing import Any

from firmware.contract.events import (
    AgentMissed,
    AgentOffered,
    AnswerNoticed,
    CallBridged,
    CallCleared,
    CallDequeued,
    CallOffered,
    CallQueued,
    DispositionSet,
    IvrStep,
    LegAdded,
    LegAlerting,
    LegCleared,
    LegConnected,
    LegHeld,
    LegRetrieved,
)
from firmware.contract.ids import CallId, LegId
from firmware.contract.model import AnswerSign, Direction
from firmware.reporting.parts import Parts
from firmware.reporting.times import Moment
from firmware.store.changes import Change


@dataclass
class _Call:
    """What must be remembered of an open call."""

    parts: Parts
    direction: Direction
    legs: dict[LegId, LegAdded] = field(default_factory=dict)
    talking: tuple[LegId, ...] = ()
    row: dict[str, Any] = field(default_factory=dict)


class CallRecords:
    """Projection of one row a call and one a part."""

    def __init__(self) -> None:
        self._calls: dict[CallId, _Call] = {}

    def apply(self, moment: Moment) -> list[Change]:
        """Changes that the event makes; events of unknown calls change nothing."""
        event = moment.event
        if isinstance(event, CallOffered):
            return self._offered(moment, event)
        call = self._calls.get(moment.call)
        if call is None:
            return []
        before = dict(call.row)
        changes = _take(call, moment)
        changed = {k: v for k, v in call.row.items() if before[k] != v}
        if changed:
            changes.append(Change("calls", moment.call, changed))
        if isinstance(event, CallCleared):
            del self._calls[moment.call]
        return changes

    def _offered(self, moment: Moment, event: CallOffered) -> list[Change]:
        row: dict[str, Any] = {
            "direction": event.direction.value,
            "calling": event.calling,
            "called": event.called,
            "start_ms": moment.at_ms - event.rang_ms,
            "agent": event.agent,
            "path": [],
            **dict.fromkeys(("answer_ms", "bridge_ms", "end_ms", "queue", "outcome")),
            **dict.fromkeys(("cause", "by")),
            "answer": AnswerSign.NONE.value if event.direction is Direction.OUTBOUND else None,
            **dict.fromkeys(("waited_ms", "talk_ms", "hold_ms"), 0),
        }
        self._calls[moment.call] = _Call(Parts(moment.call), event.direction, row=row)
        return [Change("calls", moment.call, dict(row), insert=True)]


def disposition(event: DispositionSet) -> list[Change]:
    """What the agent wrote, often after the call is over."""
    values = {"disposition": event.disposition, "note": event.note}
    return [Change("calls", event.call, values)]


def _take(call: _Call, moment: Moment) -> list[Change]:
    match moment.event:
        case LegAdded() | LegAlerting() | LegConnected() | LegCleared():
            return _take_leg(call, moment)
        case LegHeld() | LegRetrieved():
            return _take_hold(call, moment)
        case AnswerNoticed(sign=sign):
            if call.direction is Direction.OUTBOUND:
                call.row["answer"] = sign.value
            return []
        case CallBridged() as event:
            return _bridged(call, moment, event)
        case CallCleared() as event:
            return _cleared(call, moment, event)
        case _:
            return _take_waiting(call, moment)


def _take_leg(call: _Call, moment: Moment) -> list[Change]:
    at_ms = moment.at_ms
    match moment.event:
        case LegAdded() as added:
            call.legs[added.leg] = added
        case LegAlerting(leg=leg) if not _is_caller(call, leg):
            return call.parts.begin(moment.seq, at_ms, "ring", _who(call, leg))
        case LegConnected(leg=leg):
            if call.row["answer_ms"] is None and _has_trunk(call, leg):
                call.row["answer_ms"] = at_ms
                if call.row["answer"] == AnswerSign.NONE:  # AnswerNoticed may say it better
                    call.row["answer"] = AnswerSign.SIGNAL.value
            return call.parts.end(at_ms, "ring", _who(call, leg))[0]
        case LegCleared(leg=leg):
            changes = call.parts.end(at_ms, "ring", _who(call, leg))[0]
            return changes + (_silence(call, at_ms) if leg in call.talking else [])
    return []


def _take_hold(call: _Call, moment: Moment) -> list[Change]:
    at_ms = moment.at_ms
    match moment.event:
        case LegHeld():
            who = call.parts.whose("talk")
            if who is not None:
                changes = _end_talk(call, at_ms)
                return changes + call.parts.begin(moment.seq, at_ms, "hold", who)
        case LegRetrieved():
            who = call.parts.whose("hold")
            if who is not None:
                changes = _end_hold(call, at_ms)
                return changes + call.parts.begin(moment.seq, at_ms, "talk", who)
    return []


def _take_waiting(call: _Call, moment: Moment) -> list[Change]:
    at_ms, parts = moment.at_ms, call.parts
    match moment.event:
        case IvrStep(flow=flow, node=node):
            call.row["path"] = [*call.row["path"], f"{flow}.{node}"]
            changes, _ = parts.end(at_ms, "ivr")
            return changes + parts.begin(moment.seq, at_ms, "ivr", f"{flow}.{node}")
        case CallQueued(queue=queue):
            call.row["queue"] = queue
            changes, _ = parts.end(at_ms, "ivr")
            changes += _end_wait(call, at_ms)
            return changes + parts.begin(moment.seq, at_ms, "queue", queue)
        case CallDequeued():
            return _end_wait(call, at_ms)
        case AgentOffered(agent=agent):
            return parts.begin(moment.seq, at_ms, "ring", agent)
        case AgentMissed(agent=agent):
            return parts.end(at_ms, "ring", agent)[0]
    return []


def _bridged(call: _Call, moment: Moment, event: CallBridged) -> list[Change]:
    at_ms, who = moment.at_ms, event.agent or ""
    changes = [*_end_wait(call, at_ms), *_silence(call, at_ms)]
    for kind in ("ivr", "ring"):
        changes += call.parts.end(at_ms, kind)[0]
    call.talking = event.legs
    if event.agent is not None:
        call.row["agent"] = event.agent
        if call.row["bridge_ms"] is None:
            call.row["bridge_ms"] = at_ms
    return changes + call.parts.begin(moment.seq, at_ms, "talk", who)


def _cleared(call: _Call, moment: Moment, event: CallCleared) -> list[Change]:
    at_ms = moment.at_ms
    changes = [*_end_wait(call, at_ms), *_silence(call, at_ms)]
    for kind in ("ivr", "ring"):
        changes += call.parts.end(at_ms, kind)[0]
    call.row |= {
        "end_ms": at_ms,
        "cause": int(event.cause),
        "by": event.by.value,
        "outcome": event.outcome.value,
    }
    return changes


def _silence(call: _Call, at_ms: int) -> list[Change]:
    call.talking = ()
    return [*_end_talk(call, at_ms), *_end_hold(call, at_ms)]


def _end_talk(call: _Call, at_ms: int) -> list[Change]:
    by_agent = bool(call.parts.whose("talk"))
    changes, lasted_ms = call.parts.end(at_ms, "talk")
    call.row["talk_ms"] += lasted_ms if by_agent else 0
    return changes


def _end_hold(call: _Call, at_ms: int) -> list[Change]:
    changes, lasted_ms = call.parts.end(at_ms, "hold")
    call.row["hold_ms"] += lasted_ms
    return changes


def _end_wait(call: _Call, at_ms: int) -> list[Change]:
    changes, lasted_ms = call.parts.end(at_ms, "queue")
    call.row["waited_ms"] += lasted_ms
    return changes


def _is_caller(call: _Call, leg: LegId) -> bool:
    """The trunk connection on which an inbound call came."""
    return call.direction is Direction.INBOUND and leg == next(iter(call.legs), None)


def _has_trunk(call: _Call, leg: LegId) -> bool:
    return leg in call.legs and call.legs[leg].trunk is not None


def _who(call: _Call, leg: LegId) -> str:
    """The person of a connection: an agent, or a number outside."""
    added = call.legs.get(leg)
    return (added.agent or added.number) if added else ""
