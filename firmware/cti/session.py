"""What agents and supervisors ask of calls, carried out; `Refused` says why not."""

import re
from collections.abc import Callable
from typing import Protocol

from firmware.acd.agent import Agent, Wish
from firmware.acd.desk import Desk
from firmware.contract import commands, views
from firmware.contract.config import Config
from firmware.contract.events import DispositionSet
from firmware.contract.ids import AgentId, CallId, QueueId
from firmware.contract.model import AgentState
from firmware.cti.control import CallControl
from firmware.cti.dispatcher import Dispatcher
from firmware.errors import Refused
from firmware.sessions import Identity

AUDIO_LIVES_S = 6.0
"""A browser's consent checks come at least this often (RFC 7675: every 5 s +-20 %)."""
_DIGITS = re.compile(r"[0-9*#A-D]{1,32}")


class Telephones(Protocol):
    """The browsers' audio legs (`firmware.media.telephone`)."""

    def offer(self, agent: AgentId, sdp: str) -> str:
        """Set up or move the agent's leg: offer in, answer out.  MediaError."""

    def close(self, agent: AgentId) -> None:
        """End the agent's leg."""

    def silent_s(self, agent: AgentId) -> float:
        """Seconds since the browser last showed that it wants audio."""


class AgentSession:
    """Handlers of the commands about calls, states and the agent's telephone."""

    def __init__(self, control: CallControl, telephones: Telephones) -> None:
        self._control, self._telephones = control, telephones
        self._waits: dict[AgentId, Callable[[], None]] = {}

    def register(self, dispatcher: Dispatcher) -> None:
        """Have these commands carried out here."""
        kinds: dict[type[commands.Command], Callable[..., object]] = {
            commands.OfferMedia: self._offer_media,
            commands.SetAgentState: self._set_state,
            commands.ForceAgentState: self._force_state,
            commands.AnswerCall: lambda c, who: self._desk(who, c.call).answer(),
            commands.HoldCall: lambda c, who: self._desk(who, c.call).hold(),
            commands.RetrieveCall: lambda c, who: self._desk(who, c.call).retrieve(),
            commands.ClearConnection: lambda c, who: self._desk(who, c.call).hang_up(),
            commands.SingleStepTransferCall: self._transfer,
            commands.MakeCall: self._make_call,
            commands.SendDigits: self._send_digits,
            commands.FinishWrapUp: self._finish_wrap_up,
        }
        for kind, handler in kinds.items():
            dispatcher.register(kind, handler)

    def presence(self, agent: AgentId, *, here: bool) -> None:
        """His first desktop connected, or his last one went: it has T_desktop to come back."""
        if not self._control.agents.knows(agent):
            return
        self._waits.pop(agent, lambda: None)()
        if here:
            self._control.agents.get(agent).log_on()
        else:
            self._wait_for_desktop(agent)

    def log_off(self, identity: Identity) -> None:
        """He logged out: at once, or after his call."""
        if self._control.agents.knows(identity.agent):
            agent = self._control.agents.get(identity.agent)
            agent.set_state(Wish(AgentState.NULL, "", identity.user))
            if agent.state is AgentState.NULL:
                self._telephones.close(agent.id)

    def _wait_for_desktop(self, agent: AgentId) -> None:
        timers = self._control.office.timers
        self._waits[agent] = timers.start("T_desktop", lambda: self._desktop_gone(agent))

    def _desktop_gone(self, agent: AgentId) -> None:
        """Nobody sees his calls: the telephone goes too, unless he talks and its audio lives."""
        del self._waits[agent]
        talks = self._control.agents.get(agent).state is AgentState.BUSY
        if talks and self._telephones.silent_s(agent) < AUDIO_LIVES_S:
            self._wait_for_desktop(agent)
        else:
            self._telephones.close(agent)

    def _agent(self, identity: Identity) -> Agent:
        return self._control.agents.get(identity.agent)

    def _desk(self, identity: Identity, call: CallId) -> Desk:
        agent = self._agent(identity)
        if agent.call != call or not isinstance(agent.duty, Desk):
            raise Refused("not_your_call", "that call is not at this agent")
        return agent.duty

    def _offer_media(self, command: commands.OfferMedia, who: Identity) -> views.MediaAnswer:
        agent = self._agent(who)
        answer = self._telephones.offer(agent.id, command.sdp)
        agent.log_on()
        return views.MediaAnswer(answer)

    def _set_state(self, command: commands.SetAgentState, who: Identity) -> None:
        agent = self._agent(who)
        reasons = self._settings.pause_reasons
        if command.state is AgentState.NOT_READY and reasons and command.reason not in reasons:
            raise Refused("unknown_reason", "choose a reason for the pause")
        if agent.state is AgentState.NULL and command.state is not AgentState.NULL:
            agent.log_on()
        reason = command.reason if command.state is AgentState.NOT_READY else ""
        agent.set_state(Wish(command.state, reason, who.user))

    def _force_state(self, command: commands.ForceAgentState, who: Identity) -> None:
        agent = self._control.agents.get(command.agent)
        agent.set_state(Wish(command.state, command.reason, who.user))

    def _transfer(self, command: commands.SingleStepTransferCall, who: Identity) -> None:
        desk = self._desk(who, command.call)
        targets = (command.to_agent, command.to_queue, command.to_number)
        if sum(target is not None for target in targets) != 1:
            raise Refused("one_target", "name an agent, a queue or a number")
        if command.to_agent is not None:
            desk.transfer_to_agent(command.to_agent)
        elif command.to_queue is not None:
            desk.transfer_to_queue(QueueId(command.to_queue))
        elif command.to_number is not None:
            desk.transfer_to_number(command.to_number)

    def _make_call(self, command: commands.MakeCall, who: Identity) -> views.CallStarted:
        return views.CallStarted(self._control.make_call(who.agent, command.number))

    def _send_digits(self, command: commands.SendDigits, who: Identity) -> None:
        desk = self._desk(who, command.call)
        if not _DIGITS.fullmatch(command.digits):
            raise Refused("invalid_digits", "digits are 0-9, *, # and A-D")
        desk.send_digits(command.digits)

    def _finish_wrap_up(self, command: commands.FinishWrapUp, who: Identity) -> None:
        agent = self._agent(who)
        if agent.handled_call != command.call:
            raise Refused("not_your_call", "that is not the last call of this agent")
        if command.disposition not in self._dispositions(agent):
            raise Refused("unknown_disposition", "there is no such disposition")
        self._control.office.emit(
            DispositionSet(command.call, agent.id, command.disposition, command.note)
        )
        if command.done and agent.call == command.call:
            agent.finish_wrap_up()

    def _dispositions(self, agent: Agent) -> tuple[str, ...]:
        queue = self._settings.queues.get(agent.handled_queue or "")
        own = queue.dispositions if queue is not None else ()
        return own or tuple(self._settings.dispositions)

    @property
    def _settings(self) -> Config:
        return self._control.office.settings()
