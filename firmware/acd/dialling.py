"""An agent dials out: his own telephone is connected first, then the network is asked."""

from collections.abc import Callable

from firmware.acd.agent import Agent
from firmware.acd.desk import Desk
from firmware.acd.handling import Centre, Handling
from firmware.contract.ids import CallId
from firmware.contract.model import CallPhase, Cause, Direction, Outcome, Party
from firmware.errors import Refused
from firmware.switching.call import Call, Story, Treatment
from firmware.switching.connection import Connection


class Dialling(Treatment, Desk):
    """An outbound call until it is answered; the agent hears what the network says."""

    phase = CallPhase.DIALLING

    def __init__(self, centre: Centre, agent: Agent) -> None:
        self._centre, self._agent = centre, agent
        self._call: Call | None = None
        self._leg: Connection | None = None
        self._maybe = False  # dialled on a line without answer signal: nobody knows
        self._stop_timer: Callable[[], None] = lambda: None

    def begin(self, number: str) -> CallId:
        """CSTA MakeCall.  Refused before anything leaves the box, with the reason."""
        agent, office = self._agent, self._centre.calls.office
        agent.check_dial()
        dial = self._centre.dialler.permit_new(number)
        story = Story(
            Direction.OUTBOUND, self._centre.dialler.calling(), number, dialled_by=agent.id
        )
        story.language, story.agent = office.settings().site.language, agent.id
        call = self._call = self._centre.calls.begin(story)
        call.treat(self)
        self._connect_agent(call)
        try:
            call.far = self._centre.dialler.dial(call, dial, number)
        except Refused:
            call.clear(Cause.NO_CHANNEL, Party.BOX, Outcome.FAILED)
            raise
        if call.far.line is not None and call.far.line.open_at_once:
            self._join(call)
        self._stop_timer = call.timers.start(
            "T_answer", self._no_answer, office.settings().outbound.answer_s
        )
        return call.id

    def alerting(self, call: Call, leg: Connection, *, inband: bool) -> None:
        """The far end rings: its own sounds, or our ringback."""
        self._maybe = False
        if self._leg is None:
            return
        self._join(call)
        if inband:
            self._leg.quiet()
        else:
            self._leg.tone("ringback")

    def unconfirmed(self, call: Call, leg: Connection) -> None:
        """Dialled; the agent hears how it goes on, and talks when somebody is there."""
        self._maybe = True
        self._centre.dialler.answered(leg)
        if self._leg is not None:
            self._agent.handled_call, self._agent.handled_queue = call.id, None
            self._join(call)
            call.recording = call.office.tap.begin(call, self._leg)

    def connected(self, call: Call, leg: Connection) -> None:
        """The far end answered."""
        self._centre.dialler.answered(leg)
        agent_leg, self._leg = self._leg, None
        if agent_leg is None:
            return
        agent_leg.quiet()
        handling = Handling(self._centre, call, self._agent, agent_leg)
        _, handling.queue = self._centre.queue_of(self._agent)
        handling.begin(None, 0.0)

    def gone(self, call: Call, leg: Connection, cause: Cause) -> None:
        """Busy, rejected, unallocated ...: the cause is in the record and on the desk."""
        maybe = self._maybe and cause is Cause.NORMAL_CLEARING
        call.clear(cause, leg.by, Outcome.UNCONFIRMED if maybe else Outcome.FAILED)

    def hang_up(self) -> None:
        """The agent gives up."""
        self._clear(Cause.NORMAL_CLEARING, Party.AGENT)

    def send_digits(self, digits: str) -> None:
        """DTMF to whoever plays announcements at the far end."""
        if self._call is not None:
            self._call.media.send_digits(self._call.caller.port, digits)

    def telephone_lost(self, agent: Agent) -> None:
        """Nobody is there to talk with the far end."""
        self._clear(Cause.DESTINATION_OUT_OF_ORDER, Party.BOX)

    def telephone_back(self, agent: Agent) -> None:
        """The browser moved to another address."""
        if self._leg is not None and agent.port is not None:
            self._leg.move(agent.port)
            if self._call is not None and self._call.recording:
                self._call.office.tap.moved(self._call, self._leg)

    def stop(self, call: Call) -> None:
        """Answered or over."""
        self._stop_timer()

    def _connect_agent(self, call: Call) -> None:
        port = self._agent.port
        if port is None:
            raise LookupError(f"agent {self._agent.id} has no telephone")
        self._leg = call.add_agent(self._agent.id, port)
        self._leg.on_cleared = self._left
        self._leg.answer()
        self._agent.dial(call.id, self)

    def _left(self) -> None:
        """Wrap-up when he may have talked, so that he can say what it was about."""
        _, queue = self._centre.queue_of(self._agent)
        self._agent.leave(handled=self._maybe, wrap_up_s=queue.wrap_up_s)

    def _join(self, call: Call) -> None:
        if self._leg is not None:
            call.join(call.caller, self._leg)

    def _no_answer(self) -> None:
        if not self._maybe:  # else they may be talking
            self._clear(Cause.NO_ANSWER, Party.BOX)

    def _clear(self, cause: Cause, by: Party) -> None:
        if self._call is not None:
            outcome = Outcome.UNCONFIRMED if self._maybe else Outcome.FAILED
            self._call.clear(cause, by, outcome)
