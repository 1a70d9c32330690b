"""Who gets which call: a pure function of waiting calls, agents and time, with its reasons.

Calls are served by priority class, within a class by the time since they entered, over
all queues in one sweep.  Among the agents who may take a call the best skilled comes
first, among equals the one idle for longest, among those the smallest number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from firmware.contract.ids import AgentId, CallId, QueueId


@dataclass(frozen=True)
class Need:
    """A skill that a call asks for."""

    level: int
    weight: float = 1.0


@dataclass(frozen=True)
class Waiting:
    """A call in a queue.  Times are monotonic seconds."""

    call: CallId
    queue: QueueId
    priority: int
    since: float
    order: int
    """Breaks ties of `since`: the order of entry."""
    needs: Mapping[str, Need] = field(default_factory=dict)
    skip: Mapping[AgentId, float] = field(default_factory=dict)
    """Agents who did not answer this call -> until when it passes them over."""

    @property
    def rank(self) -> tuple[int, float, int]:
        """Sorts calls into the order in which they are served."""
        return (-self.priority, self.since, self.order)


@dataclass(frozen=True)
class Candidate:
    """An agent who is ready and can be reached."""

    agent: AgentId
    queues: tuple[str, ...]
    idle_since: float
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Assignment:
    """This call goes to this agent."""

    call: CallId
    queue: QueueId
    agent: AgentId
    reasons: tuple[str, ...]


def distribute(
    waiting: Iterable[Waiting], ready: Sequence[Candidate], now: float
) -> list[Assignment]:
    """Every call that can be served now with the agent who serves it; nobody twice."""
    free = {candidate.agent: candidate for candidate in ready}
    assignments = []
    for call in sorted(waiting, key=lambda w: w.rank):
        able = [c for c in free.values() if refusal(call, c, now) is None]
        if not able:
            continue
        best = min(able, key=lambda c: _preference(call, c))
        del free[best.agent]
        reasons = _reasons(call, best, able, now)
        assignments.append(Assignment(call.call, call.queue, best.agent, reasons))
    return assignments


def refusal(call: Waiting, agent: Candidate, now: float) -> str | None:
    """The rule that keeps this agent from this call, or None.  An undefined skill is no skill."""
    if call.queue not in agent.queues:
        return "not_in_queue"
    if call.skip.get(agent.agent, now) > now:
        return "did_not_answer"
    for skill, need in call.needs.items():
        if skill not in agent.skills or agent.skills[skill] < need.level:
            return f"skill:{skill}"
    return None


def score(call: Waiting, agent: Candidate) -> float:
    """How well skilled for this call: the sum of weight x level."""
    return sum(need.weight * agent.skills.get(skill, 0) for skill, need in call.needs.items())


def _preference(call: Waiting, agent: Candidate) -> tuple[float, float, AgentId]:
    return (-score(call, agent), agent.idle_since, agent.agent)


def _reasons(
    call: Waiting, best: Candidate, able: Sequence[Candidate], now: float
) -> tuple[str, ...]:
    reasons = [
        f"priority {call.priority}",
        f"waited {now - call.since:.1f} s",
        f"longest idle of {len(able)}: {now - best.idle_since:.1f} s",
    ]
    if call.needs:
        reasons.append(f"skill score {score(call, best):g}")
    reasons += [f"passed over {agent}: did not answer" for agent in sorted(_skipped(call, now))]
    return tuple(reasons)


def _skipped(call: Waiting, now: float) -> list[AgentId]:
    return [agent for agent, until in call.skip.items() if until > now]
