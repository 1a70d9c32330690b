"""An agent's conversation: connect, hold, retrieve, blind transfer, the end, and a lost desktop."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware.acd.agent import Agent, Agents
from firmware.acd.desk import Desk
from firmware.acd.queue import TOP_PRIORITY, Announcer, Entry, Queues, Stay
from firmware.acd.ringing import Ringing
from firmware.contract.config import CallQueue
from firmware.contract.events import CallBridged, CallTransferred
from firmware.contract.ids import AgentId, QueueId
from firmware.contract.model import CallPhase, Cause, LegState, Outcome, Party
from firmware.errors import Refused
from firmware.switching.call import Call, Treatment
from firmware.switching.calls import Calls
from firmware.switching.connection import Connection, LegEvent
from firmware.switching.outside import Dialler, OutsideTransfer

_NO_QUEUE = CallQueue(name="outbound")


@dataclass
class Centre:
    """What the treatments with agents in them share."""

    calls: Calls
    agents: Agents
    announcer: Announcer
    dialler: Dialler

    def __post_init__(self) -> None:
        self.queues = Queues(self.agents, self.announcer, self._connected)

    def queue_of(self, agent: Agent) -> tuple[QueueId | None, CallQueue]:
        """The agent's first queue, or none and the defaults."""
        settings = self.calls.office.settings().queues
        for name in agent.settings.queues:
            if name in settings:
                return QueueId(name), settings[name]
        return None, _NO_QUEUE

    def _connected(self, stay: Stay, ringing: Ringing) -> None:
        waited = stay.waited_s
        handling = Handling(self, stay.call, ringing.agent, ringing.leg)
        handling.entry, handling.queue = stay.entry, stay.queue
        handling.begin(stay.entry.queue, waited)


class Handling(Treatment, Desk):
    """One agent talks with the far party."""

    def __init__(self, centre: Centre, call: Call, agent: Agent, leg: Connection) -> None:
        self.call, self.agent, self.leg = call, agent, leg
        self.entry: Entry | None = None
        self.queue = _NO_QUEUE
        self._centre = centre
        self._stop_gone: Callable[[], None] = lambda: None
        self._waits_for_telephone = False
        self._held_by_box = False

    @property
    def phase(self) -> CallPhase:  # type: ignore[override]
        """Talking or held."""
        return CallPhase.HELD if self.leg.state is LegState.HELD else CallPhase.TALKING

    def begin(self, queue: QueueId | None, waited_s: float) -> None:
        """Connect both at once, then announce, beep and record."""
        call, agent, story = self.call, self.agent, self.call.story
        call.treat(self)
        self.leg.on_cleared = lambda: self._left(queue)
        agent.duty, agent.handled_call, agent.handled_queue = self, call.id, queue
        if self.leg.state is LegState.ALERTING:
            agent.answer()
        self.leg.answer()
        call.caller.quiet()
        call.caller.answer()
        call.join(call.caller, self.leg)
        story.talked, story.agent = True, agent.id
        story.connected_ms = call.office.clock.utc_ms()
        call.emit(CallBridged(call.id, (call.caller.id, self.leg.id), agent.id, queue, waited_s))
        call.recording = call.office.tap.begin(call, self.leg)
        self._level_voice()
        self._greet(queue)

    def hold(self) -> None:
        """The far party hears music."""
        if self.leg.state is not LegState.CONNECTED:
            raise Refused("already_held", "the call is on hold")
        self._held_by_box = False
        self._hold()

    def retrieve(self) -> None:
        """Talk on."""
        if self.leg.state is not LegState.HELD or self._waits_for_telephone:
            raise Refused("not_held", "the call is not on hold")
        self._retrieve()

    def hang_up(self) -> None:
        """The agent ends the call."""
        self.call.clear(Cause.NORMAL_CLEARING, Party.AGENT, Outcome.ANSWERED)

    def send_digits(self, digits: str) -> None:
        """DTMF to the far party."""
        self.call.media.send_digits(self.call.caller.port, digits)

    def transfer_to_agent(self, target: AgentId) -> None:
        """The colleague rings; the far party hears music until he answers."""
        colleague = self._centre.agents.get(target)
        if colleague is self.agent or not colleague.eligible:
            raise Refused("agent_not_ready", "that agent is not ready")
        self.call.emit(CallTransferred(self.call.id, self.agent.id, to_agent=target))
        transfer = AgentTransfer(self._centre, self.call, self.queue, self._way_back())
        transfer.entry = self.entry
        self.call.treat(transfer)
        self._drop_agent(Cause.NORMAL_CLEARING, Party.AGENT)
        transfer.ring(colleague)

    def transfer_to_queue(self, queue: QueueId) -> None:
        """The far party waits in another queue (or this one again)."""
        self._centre.queues.check_room(self.call, queue)
        self.call.emit(CallTransferred(self.call.id, self.agent.id))
        priority = self.entry.priority if self.entry else 0
        entry = Entry(queue, self._otherwise(), priority)
        self._drop_agent(Cause.NORMAL_CLEARING, Party.AGENT)
        self._centre.queues.enter(self.call, entry)

    def transfer_to_number(self, number: str) -> None:
        """An outside number rings; the far party hears music until it answers."""
        transfer = OutsideTransfer(self.call, self._centre.dialler, self._way_back())
        transfer.begin(number)
        self.call.emit(CallTransferred(self.call.id, self.agent.id, to_number=number))
        self._drop_agent(Cause.NORMAL_CLEARING, Party.AGENT)

    def telephone_lost(self, agent: Agent) -> None:
        """The far party waits with music for the desktop to come back (T_agent_gone)."""
        self._waits_for_telephone = True
        if self.leg.state is LegState.CONNECTED:
            self._held_by_box = True
            self._hold()
        self._stop_gone = self.call.timers.start("T_agent_gone", self._agent_gone)

    def telephone_back(self, agent: Agent) -> None:
        """The desktop is back in time."""
        if agent.port is None:
            return
        self.leg.move(agent.port)
        self._level_voice()
        self.call.office.tap.moved(self.call, self.leg)
        if self._waits_for_telephone:
            self._stop_gone()
            self._waits_for_telephone = False
            if self._held_by_box:
                self._retrieve()

    def gone(self, call: Call, leg: Connection, cause: Cause) -> None:
        """The far party hung up."""
        call.clear(cause, leg.by, Outcome.ANSWERED)

    def stop(self, call: Call) -> None:
        """Another treatment follows, or the end."""
        self._stop_gone()
        call.office.tap.end(call)
        call.recording = False

    def _level_voice(self) -> None:
        on = self.agent.settings.level_voice
        self.call.media.level_voice(self.leg.port, on=on)

    def _greet(self, queue: QueueId | None) -> None:
        if self.agent.settings.auto_answer and queue is not None:
            self.leg.tone("beep")
        if queue is not None and self.queue.announce_agent:
            language = self.call.story.language
            said = self._centre.announcer.agent(self.agent.id, language)
            self.call.caller.play(said, language, lambda: None)

    def _hold(self) -> None:
        self.leg.fire(LegEvent.HOLD)
        self.leg.quiet()
        self.call.join()
        self.call.caller.music()

    def _retrieve(self) -> None:
        self._held_by_box = False
        self.leg.fire(LegEvent.RETRIEVE)
        self.call.caller.quiet()
        self.call.join(self.call.caller, self.leg)

    def _left(self, queue: QueueId | None) -> None:
        self.agent.leave(handled=True, wrap_up_s=self.queue.wrap_up_s, queue=queue)

    def _drop_agent(self, cause: Cause, by: Party) -> None:
        self.call.drop(self.leg, cause, by)

    def _agent_gone(self) -> None:
        way_back = self._way_back(said=())
        self._drop_agent(Cause.DESTINATION_OUT_OF_ORDER, Party.BOX)
        way_back(Cause.DESTINATION_OUT_OF_ORDER)

    def _otherwise(self) -> Callable[[], None]:
        if self.entry is not None:
            return self.entry.otherwise
        call = self.call
        return lambda: call.clear(Cause.NO_ANSWER, Party.BOX, Outcome.TIMED_OUT)

    def _way_back(self, said: tuple[str, ...] = ("transfer_failed",)) -> Callable[[Cause], None]:
        """What happens when the transfer fails: first in the queue again, with an excuse."""
        call, queues = self.call, self._centre.queues
        name, _ = self._centre.queue_of(self.agent)
        if self.entry is not None:
            entry = replace(self.entry, priority=TOP_PRIORITY, prompts=said)
        elif name is not None:
            entry = Entry(name, self._otherwise(), TOP_PRIORITY, {}, said)
        else:
            return lambda cause: call.clear(cause, Party.BOX, Outcome.ANSWERED)
        return lambda _cause: queues.enter(call, entry)


class AgentTransfer(Treatment):
    """The far party hears music while one particular agent rings."""

    phase = CallPhase.TRANSFERRING

    def __init__(
        self, centre: Centre, call: Call, queue: CallQueue, failed: Callable[[Cause], None]
    ) -> None:
        self._centre, self._call, self._queue, self._failed = centre, call, queue, failed
        self.entry: Entry | None = None
        self._ringing: Ringing | None = None

    def ring(self, agent: Agent) -> None:
        """Let the call alert at the target."""
        self._call.join()
        self._call.caller.music()
        self._ringing = Ringing(self._call, agent, self._queue, self)
        self._ringing.start()

    def answered(self, ringing: Ringing) -> None:
        """The target answered."""
        self._ringing = None
        handling = Handling(self._centre, self._call, ringing.agent, ringing.leg)
        handling.queue, handling.entry = self._queue, self.entry
        handling.begin(self._call.story.queue, 0.0)

    def not_answered(self, agent: Agent, misses: int) -> None:
        """The target did not."""
        self._ringing = None
        self._failed(Cause.NO_ANSWER)

    def stop(self, call: Call) -> None:
        """The caller left, or the call goes elsewhere."""
        ringing, self._ringing = self._ringing, None
        if ringing is not None:
            ringing.withdraw(Cause.NORMAL_CLEARING, Party.BOX)

    def gone(self, call: Call, leg: Connection, cause: Cause) -> None:
        """The far party left."""
        call.clear(cause, leg.by, Outcome.ANSWERED)
