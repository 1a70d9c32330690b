"""A box without telephony: the contract's commands change a small state and make its events."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from firmware.contract import commands as c
from firmware.contract import events as e
from firmware.contract.config import Config, check
from firmware.contract.ids import AgentId, CallId, LegId, QueueId, Token
from firmware.contract.model import AgentState as S
from firmware.contract.model import (
    CallPhase,
    Cause,
    ChannelState,
    Direction,
    Outcome,
    Party,
    Role,
)
from firmware.contract.views import (
    CallView,
    Choice,
    ConfigView,
    DeskQueue,
    DeskView,
    Session,
    Snapshot,
    UserView,
)
from webui.tests import scene
from webui.tests.fake_lines import FakeLines
from webui.tests.fake_setup import FakeSetup
from webui.tests.refusal import No

RING_MS, WRAP_UP_MS = 20_000, 30_000
ROLES = list(Role)


def set_at(document: Any, path: str, value: Any) -> Any:
    """Put `value` at the dotted path; None removes; behind the end of a list it is appended."""
    if not path:
        return value
    *steps, last = path.split(".")
    place = document
    for step in steps:
        place = place[_key(place, step)]
    key = _key(place, last)
    if value is None:
        del place[key]
    elif isinstance(place, list) and key == len(place):
        place.append(value)
    else:
        place[key] = value
    return document


def _key(place: Any, step: str) -> Any:
    return int(step) if isinstance(place, list) else step


class FakeBox:
    """All state; `tell` gets each event as `/live` sends it."""

    def __init__(self, tell: Callable[[dict[str, Any]], None], now_ms: Callable[[], int]) -> None:
        self.tell, self.now_ms = tell, now_ms
        self.seq, self.revision, self.config = 100, 7, scene.CONFIG
        self.users = dict(scene.USERS)
        self.sessions: dict[str, str] = {}
        self.agents = scene.agents(now_ms())
        self.calls = scene.calls(now_ms())
        self.spans, self.queues = scene.spans(), scene.queues()
        self.setup = FakeSetup(self.users)
        self.lines = FakeLines(scene.analog(now_ms()), self.emit)
        self.events: list[dict[str, Any]] = []
        self.seen: list[c.Command] = []
        self.refusals: dict[str, No] = {}
        self._calls_made = 0

    # --- the daemon's border ---

    def session(self, token: str) -> Session:
        if token not in self.sessions:
            raise No(401, "no_session")
        user = self.sessions[token]
        return Session(Token(token), user, Role(self.users[user][0]), "zh_CN")

    def command(self, name: str, params: Any, token: str) -> Any:
        kind = c.COMMANDS.get(name)
        if kind is None:
            raise No(404, "unknown_command")
        try:
            command = TypeAdapter(kind).validate_python(params)
        except ValidationError as error:
            problems = [
                {"path": ".".join(map(str, p["loc"])), "code": p["type"], "text": p["msg"]}
                for p in error.errors(include_url=False)
            ]
            raise No(400, "invalid", "the command is malformed", problems) from None
        session = None if kind.role is None else self.session(token)
        if session is not None and ROLES.index(session.role) < ROLES.index(kind.role):
            raise No(403, "forbidden")
        if name in self.refusals:
            raise self.refusals.pop(name)
        self.seen.append(command)
        owners = (self, self.lines, self.setup)
        handler = next((h for one in owners if (h := getattr(one, f"on_{name}", None))), None)
        return handler(command, session) if handler else {}

    def view(self, name: str, token: str, trunk: str = "", line: str = "0") -> Any:
        if name == "Setup":
            return self.setup.view
        session = replace(self.session(token), token=Token(""))
        if name in ("Config", "Users") and session.role is not Role.ADMINISTRATOR:
            raise No(403, "forbidden")
        views: dict[str, Callable[[], Any]] = {
            "Session": lambda: session,
            "Config": lambda: ConfigView(self.revision, self.config.model_dump(mode="json")),
            "Snapshot": lambda: self.visible(token),
            "Desk": self.desk,
            "LineJob": lambda: self.lines.latest(trunk, int(line)),
            "Users": lambda: [UserView(u, Role(r)) for u, (r, _) in self.users.items()],
        }
        if name not in views:
            raise No(404, "unknown_view")
        return views[name]()

    def snapshot(self) -> Snapshot:
        parts = (self.spans, self.queues, self.agents, self.calls, self.lines.analog)
        return Snapshot(
            self.seq, self.now_ms(), self.revision, *(tuple(part.values()) for part in parts)
        )

    def visible(self, token: str) -> Snapshot:
        """An agent sees himself, his calls and his queues."""
        snapshot, session = self.snapshot(), self.session(token)
        if session.role is not Role.AGENT:
            return snapshot
        own = tuple(one for one in snapshot.agents if one.agent == session.user)
        queues = {queue for one in own for queue in one.queues}
        return replace(
            snapshot,
            spans=(),
            analog=(),
            agents=own,
            queues=tuple(one for one in snapshot.queues if one.queue in queues),
            calls=tuple(one for one in snapshot.calls if one.agent == session.user),
        )

    def desk(self) -> DeskView:
        config = self.config

        def choices(parts: Any) -> tuple[Choice, ...]:
            return tuple(Choice(key, dict(part.label)) for key, part in parts.items())

        return DeskView(
            self.revision,
            tuple(Choice(key, {"": agent.name}) for key, agent in config.agents.items()),
            tuple(
                DeskQueue(QueueId(key), queue.name, queue.dispositions)
                for key, queue in config.queues.items()
            ),
            choices(config.pause_reasons),
            choices(config.dispositions),
            tuple(
                Choice(f"{flow}.{key}", dict(node.label))
                for flow, settings in config.flows.items()
                for key, node in settings.nodes.items()
            ),
        )

    # --- commands ---

    def on_LogIn(self, command: c.LogIn, _: Any) -> Any:
        known = self.users.get(command.user)
        if known is None or known[1] != command.password:
            raise No(401, "log_in_failed", "wrong user or password")
        token = f"token-{command.user}-{len(self.sessions)}"
        self.sessions[token] = command.user
        return self.session(token)

    def on_LogOut(self, _: Any, session: Session) -> Any:
        del self.sessions[session.token]
        return {}

    def on_ChangePassword(self, command: c.ChangePassword, session: Session) -> Any:
        role, password = self.users[session.user]
        if password != command.old:
            raise No(409, "wrong_password", "the old password is wrong")
        self.users[session.user] = (role, command.new)
        return {}

    def on_SetUserPassword(self, command: c.SetUserPassword, _: Any) -> Any:
        self.users[command.user] = (command.user_role.value, command.password)
        return {}

    def on_RemoveUser(self, command: c.RemoveUser, _: Any) -> Any:
        if command.user not in self.users:
            raise No(409, "unknown_user", "there is no such user")
        del self.users[command.user]
        return None

    def on_ProposeConfig(self, command: c.ProposeConfig, session: Session) -> Any:
        if command.base_revision != self.revision:
            raise No(
                409, "config_conflict", f"the configuration is now at revision {self.revision}"
            )
        document = self.config.model_dump(mode="json")
        found = check(set_at(document, command.path, command.value))
        if not isinstance(found, Config):
            raise No(
                422, "config_rejected", "the configuration is wrong", [asdict(p) for p in found]
            )
        self.config, self.revision = found, self.revision + 1
        self.emit(e.ConfigApplied(self.revision, session.user))
        return {"revision": self.revision}

    def on_SetAgentState(self, command: c.SetAgentState, session: Session) -> Any:
        agent = self.agents[session.user]
        if agent.state in (S.BUSY, S.RESERVED):
            return self.set_agent(
                agent.agent, agent.state, pending=command.state, pending_reason=command.reason
            )
        return self.set_agent(agent.agent, command.state, reason=command.reason, call=None)

    def on_ForceAgentState(self, command: c.ForceAgentState, _: Any) -> Any:
        return self.set_agent(command.agent, command.state, reason=command.reason, call=None)

    def on_AnswerCall(self, command: c.AnswerCall, session: Session) -> Any:
        return self.bridge(command.call, AgentId(session.user))

    def on_HoldCall(self, command: c.HoldCall, _: Any) -> Any:
        self.change_call(command.call, phase=CallPhase.HELD)
        return self.emit(e.LegHeld(command.call, LegId(f"{command.call}.2")))

    def on_RetrieveCall(self, command: c.RetrieveCall, _: Any) -> Any:
        self.change_call(command.call, phase=CallPhase.TALKING)
        return self.emit(e.LegRetrieved(command.call, LegId(f"{command.call}.2")))

    def on_ClearConnection(self, command: c.ClearConnection, _: Any) -> Any:
        return self.clear(command.call, Cause.NORMAL_CLEARING, Party.AGENT)

    def on_SingleStepTransferCall(self, command: c.SingleStepTransferCall, session: Session) -> Any:
        agent = AgentId(session.user)
        self.emit(e.CallTransferred(command.call, agent, command.to_agent))
        return self.wrap_up(agent, command.call)

    def on_MakeCall(self, command: c.MakeCall, session: Session) -> Any:
        if command.number.startswith("00"):
            raise No(409, "destination_not_allowed", "this number may not be dialled")
        agent, call = AgentId(session.user), self._new_call()
        view = CallView(
            call, Direction.OUTBOUND, CallPhase.DIALLING, "01088886666", command.number,
            self.now_ms(), agent=agent,
        )  # fmt: skip
        self.calls[call] = view
        self.emit(e.CallOffered(call, Direction.OUTBOUND, view.calling, view.called, agent=agent))
        self.set_agent(agent, S.BUSY, call=call)
        return {"call": call}

    def on_FinishWrapUp(self, command: c.FinishWrapUp, session: Session) -> Any:
        agent = self.agents[session.user]
        self.emit(e.DispositionSet(command.call, agent.agent, command.disposition, command.note))
        if command.done:
            self.set_agent(
                agent.agent, agent.pending or S.READY, reason=agent.pending_reason, call=None
            )
        return {}

    # --- what happens at the other end ---

    def ring(self, agent: str, calling: str = "13912345678", queue: str = "sales") -> CallId:
        """A caller comes in, chooses from the menu, and alerts at `agent`."""
        call = self._new_call()
        view = CallView(
            call, Direction.INBOUND, CallPhase.ALERTING, calling, "01088886666", self.now_ms(),
            path=("欢迎", "销售"), queue=QueueId(queue), queued_ms=self.now_ms() - 12_000,
            agent=AgentId(agent),
        )  # fmt: skip
        self.calls[call] = view
        self.emit(e.CallOffered(call, Direction.INBOUND, calling, view.called))
        self.emit(e.CallQueued(call, QueueId(queue), 0, 1))
        self.emit(e.AgentOffered(call, QueueId(queue), AgentId(agent)))
        until = self.now_ms() + RING_MS
        self.set_agent(AgentId(agent), S.RESERVED, call=call, until_ms=until)
        return call

    def bridge(self, call: CallId, agent: AgentId) -> Any:
        """Agent and other side hear each other."""
        self.change_call(call, phase=CallPhase.TALKING, connected_ms=self.now_ms(), recording=True)
        legs = (LegId(f"{call}.1"), LegId(f"{call}.2"))
        self.emit(e.CallBridged(call, legs, agent, self.calls[call].queue))
        return self.set_agent(agent, S.BUSY, call=call)

    def clear(self, call: CallId, cause: Cause, by: Party) -> Any:
        """The call ends."""
        view = self.calls.pop(call)
        reached = view.connected_ms is not None
        self.emit(e.CallCleared(call, cause, by, Outcome.ANSWERED if reached else Outcome.FAILED))
        if view.agent is None:
            return {}
        if reached:
            return self.wrap_up(view.agent, call)
        return self.set_agent(view.agent, S.READY, call=None)

    def wrap_up(self, agent: AgentId, call: CallId) -> Any:
        until = self.now_ms() + WRAP_UP_MS
        return self.set_agent(agent, S.WORKING_AFTER_CALL, call=call, until_ms=until)

    def telephone(self, agent: str, *, up: bool) -> None:
        """The agent's audio leg; who connects it is logged on."""
        old = self.agents[agent]
        self.agents[agent] = replace(old, telephone=up)
        if old.state is S.NULL:
            self.set_agent(old.agent, S.NOT_READY, reason="logged_on")
        else:
            self.emit(e.AgentStateChanged(old.agent, old.state, old.reason, old.call))

    def alarm(self, *alarms: Any) -> None:
        """The line gets these alarms, or none."""
        span = self.spans["e1"]
        self.spans["e1"] = replace(span, alarms=alarms, link=not alarms)
        self.emit(e.SpanChanged(span.trunk, board=True, link=not alarms, alarms=alarms))

    def channel(self, number: int, state: ChannelState) -> None:
        """One channel changes."""
        span = self.spans["e1"]
        channels = tuple(
            replace(one, state=state) if one.channel == number else one for one in span.channels
        )
        self.spans["e1"] = replace(span, channels=channels)
        self.emit(e.ChannelChanged(span.trunk, number, state))

    # --- state and its events ---

    def emit(self, event: e.Event) -> dict[str, Any]:
        self.seq += 1
        message = {"seq": self.seq, "at_ms": self.now_ms(), "kind": type(event).__name__}
        message |= asdict(event)
        self.events.append(message)
        self.tell(message)
        return {}

    def change_call(self, call: CallId, **changes: Any) -> None:
        if call not in self.calls:
            raise No(409, "no_such_call", "there is no such call")
        self.calls[call] = replace(self.calls[call], **changes)

    def set_agent(self, name: AgentId, state: S, **changes: Any) -> Any:
        old = self.agents[name]
        fresh = {"reason": "", "until_ms": None}
        if state is not old.state:
            fresh |= {"since_ms": self.now_ms()}
            if state in (S.READY, S.NOT_READY, S.NULL):
                fresh |= {"pending": None, "pending_reason": ""}
        new = replace(old, state=state, **(fresh | changes))
        self.agents[name] = new
        return self.emit(
            e.AgentStateChanged(
                name, state, new.reason, new.call, name, new.pending, new.pending_reason
            )
        )

    def _new_call(self) -> CallId:
        self._calls_made += 1
        return CallId(f"20261122T020000.000-{100 + self._calls_made}")
