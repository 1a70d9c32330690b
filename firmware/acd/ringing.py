"""A call alerts at one agent: from the choice to answer, no answer or withdrawal."""

from collections.abc import Callable
from typing import Protocol

from firmware.acd.agent import Agent
from firmware.acd.desk import Desk
from firmware.contract.config import CallQueue
from firmware.contract.model import Cause, LegState, Party
from firmware.errors import Refused
from firmware.switching.call import Call
from firmware.switching.connection import Connection, LegEvent


class RingUser(Protocol):
    """Who had the agent rung."""

    def answered(self, ringing: "Ringing") -> None:
        """The agent answered; his connection is still alerting."""

    def not_answered(self, agent: Agent, misses: int) -> None:
        """He did not (`misses` in a row), or his telephone went (0)."""


class Ringing(Desk):
    """The alerting connection of one agent."""

    def __init__(self, call: Call, agent: Agent, queue: CallQueue, user: RingUser) -> None:
        self.call, self.agent, self.queue = call, agent, queue
        self._user = user
        self.leg = self._connection()

    def start(self) -> None:
        """Ring; an agent with automatic answer is connected before this returns."""
        self.agent.offer(self.call.id, self, self.queue)
        self.leg.fire(LegEvent.ALERT)
        if self.agent.settings.auto_answer:
            self.answer()

    def answer(self) -> None:
        """The agent takes the call; Refused when it does not ring any more."""
        if self.leg.state is not LegState.ALERTING:
            raise Refused("not_alerting", "the call does not ring here any more")
        self._user.answered(self)

    def hang_up(self) -> None:
        """The agent declines; Refused when it does not ring any more."""
        if self.leg.state is not LegState.ALERTING:
            raise Refused("not_alerting", "the call does not ring here any more")
        self.agent.decline()

    def withdraw(self, cause: Cause, by: Party) -> None:
        """Stop ringing: the caller left, or waited for too long.  Nobody's fault."""
        self.call.drop(self.leg, cause, by)

    def missed(self, agent: Agent) -> None:
        """T_alert is over."""
        misses = agent.misses or agent.max_misses
        self.call.drop(self.leg, Cause.NO_ANSWER, Party.AGENT)
        self._user.not_answered(agent, misses)

    def telephone_lost(self, agent: Agent) -> None:
        """He cannot answer any more; this is no miss."""
        self.call.drop(self.leg, Cause.DESTINATION_OUT_OF_ORDER, Party.AGENT)
        self._user.not_answered(agent, 0)

    def telephone_back(self, agent: Agent) -> None:
        """His page was loaded again: the call rings at the new port."""
        if agent.port is not None:
            self.leg.move(agent.port)

    def _connection(self) -> Connection:
        port = self.agent.port
        if port is None:
            raise LookupError(f"agent {self.agent.id} has no telephone")
        leg = self.call.add_agent(self.agent.id, port)
        leave: Callable[[], None] = lambda: self.agent.leave(handled=False)  # noqa: E731
        leg.on_cleared = leave
        return leg
