"""Call control put together: trunks below, people above, no I/O of its own.

`Office` brings the clock, the ledger and the engine (or the fakes of a test); `lines`
the trunks.  Everything runs in the loop; `soon` is the loop's call_soon.
"""

from collections.abc import Callable

from firmware.acd.agent import Agents, Floor
from firmware.acd.dialling import Dialling
from firmware.acd.handling import Centre
from firmware.acd.queue import Entry
from firmware.contract import config
from firmware.contract.flow import Queue
from firmware.contract.ids import AgentId, CallId, QueueId
from firmware.contract.model import Cause, Language, Outcome, Party
from firmware.ivr import say
from firmware.ivr.session import Session
from firmware.media.port import Port
from firmware.switching.call import Call, Office
from firmware.switching.calls import Calls
from firmware.switching.draining import Draining
from firmware.switching.inbound import Inbound
from firmware.switching.outside import Dialler, OutsideTransfer
from firmware.switching.routing import Outbound
from firmware.trunk.line import Incoming, Lines

Soon = Callable[[Callable[[], None]], object]


class Announcements:
    """What the queue says, by the grammar of the language."""

    def position(self, place: int, language: Language) -> list[str]:
        """The caller's place; none is said beyond what can be spoken."""
        return say.position(place, language) if place <= say.LARGEST else []

    def agent(self, identity: str, language: Language) -> list[str]:
        """Who serves the caller."""
        return say.agent(identity, language)


class CallControl:
    """Calls, agents and queues of one box."""

    def __init__(self, office: Office, lines: Lines, soon: Soon) -> None:
        self.office = office
        self.calls = Calls(office)
        floor = Floor(office.emit, office.timers, office.clock, self._may_sweep)
        self.agents = Agents(floor)
        self.draining = Draining(office.timers, office.emit)
        dialler = Dialler(office, lines, Outbound(office.clock), self.draining)
        self.centre = Centre(self.calls, self.agents, Announcements(), dialler)
        self._inbound = Inbound(self.calls, self._start_flow, self.draining)
        self._soon = soon
        self._sweep_due = False

    def offered(self, line: Incoming) -> None:
        """A trunk has a complete incoming call."""
        self._inbound.offered(line)

    def configure(self, settings: config.Config) -> None:
        """Take over a new configuration; running calls keep what they began with."""
        self.agents.configure(settings.agents)

    def make_call(self, agent: AgentId, number: str) -> CallId:
        """CSTA MakeCall; Refused with the reason before anything leaves the box."""
        return Dialling(self.centre, self.agents.get(agent)).begin(number)

    def telephone_up(self, agent: AgentId, port: Port) -> None:
        """An agent's audio can flow."""
        if self.agents.knows(agent):
            self.agents.get(agent).connect_telephone(port)

    def telephone_lost(self, agent: AgentId) -> None:
        """An agent's audio is gone."""
        if self.agents.knows(agent):
            self.agents.get(agent).lose_telephone()

    def shut(self) -> None:
        """The box ends: every call is cleared, every timer stopped."""
        self.draining.close()
        for call in self.calls:
            call.clear(Cause.TEMPORARY_FAILURE, Party.BOX, Outcome.BOX_RESTART)
        for agent in self.agents:
            agent.close()

    def _start_flow(self, call: Call, name: str) -> None:
        Session(call, name, self.office.settings().flows[name], self).begin()

    def enter_queue(self, call: Call, node: Queue, otherwise: Callable[[], None]) -> None:
        """The flow's way to people."""
        entry = Entry(
            QueueId(node.queue), otherwise, node.priority, dict(node.skills), node.prompts
        )
        self.centre.queues.enter(call, entry)

    def transfer(self, call: Call, number: str, otherwise: Callable[[], None]) -> None:
        """The flow's way to an outside number."""
        OutsideTransfer(call, self.centre.dialler, lambda _cause: otherwise()).begin(number)

    def _may_sweep(self) -> None:
        if not self._sweep_due:  # one sweep for all that happens in this turn of the loop
            self._sweep_due = True
            self._soon(self._sweep)

    def _sweep(self) -> None:
        self._sweep_due = False
        self.centre.queues.sweep()
