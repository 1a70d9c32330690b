"""One call: its connections, who treats it at the moment, and its one end.

A call always has exactly one treatment (the IVR, a queue, an agent's handling, a
transfer), which is told what its connections and its caller do.  `clear` may be called
from anywhere and any number of times: one CallCleared with one outcome comes out.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from firmware.contract.config import Config
from firmware.contract.events import (
    AnswerNoticed,
    CallCleared,
    CallOffered,
    Event,
    FarEndCleared,
    LegAdded,
)
from firmware.contract.ids import AgentId, CallId, QueueId
from firmware.contract.model import (
    AnswerSign,
    CallPhase,
    Cause,
    ClearSign,
    Direction,
    Language,
    LegState,
    Outcome,
    Party,
)
from firmware.errors import MediaError
from firmware.fsm import Timers
from firmware.media.port import Media, Port
from firmware.switching.connection import Connection, LegEvent
from firmware.switching.topology import Hears, changes, relation
from firmware.timers import Clock
from firmware.trunk.line import Line

_LOGGER = logging.getLogger(__name__)


class Tap(Protocol):
    """Recording, as call control sees it."""

    def begin(self, call: "Call", agent: Connection) -> bool:
        """Two people talk from now on; returns whether that is recorded."""

    def moved(self, call: "Call", agent: Connection) -> None:
        """The agent's telephone is another port now."""

    def end(self, call: "Call") -> None:
        """They talk no more; without a running recording nothing happens."""


@dataclass
class Office:
    """What all calls share."""

    emit: Callable[[Event], object]
    media: Media
    timers: Timers
    clock: Clock
    settings: Callable[[], Config]
    tap: Tap


class Treatment:
    """Who treats a call; what is not overridden is of no interest to that treatment."""

    phase = CallPhase.OFFERED

    def digit(self, call: "Call", digit: str) -> None:
        """The far party pressed a key."""

    def alerting(self, call: "Call", leg: Connection, *, inband: bool) -> None:
        """The far end of a dialled connection rings; `inband`: its sounds can be heard."""

    def unconfirmed(self, call: "Call", leg: Connection) -> None:
        """A number is dialled on a line without answer signal: the far end may be there."""

    def connected(self, call: "Call", leg: Connection) -> None:
        """The far end of a dialled connection answered."""

    def gone(self, call: "Call", leg: Connection, cause: Cause) -> None:
        """The network cleared a connection of the call."""
        call.clear(cause, leg.by, Outcome.IVR_ABANDONED)

    def stop(self, call: "Call") -> None:
        """Another treatment follows, or the call ends: cancel timers."""


@dataclass
class Story:
    """What is known of a call beside its connections."""

    direction: Direction
    calling: str
    called: str
    presentation: bool = True
    rang_ms: int = 0
    """For so long an analogue line rang before the call was offered."""
    dialled_by: AgentId | None = None
    language: Language = Language.ZH_CN
    path: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    queue: QueueId | None = None
    agent: AgentId | None = None
    queued_ms: int | None = None
    connected_ms: int | None = None
    emergency: bool = False
    """To a number of the emergency class, or to the emergency services."""
    talked: bool = False
    """A person of the company talked with the other side."""
    fate: Outcome | None = None
    """Outcome that is settled before the end: left the queue, transferred out."""


class _User:
    """Tells a call what the network does with one of its connections."""

    def __init__(self, call: "Call", connection: Connection) -> None:
        self._call, self._connection = call, connection

    def alerting(self, *, inband: bool) -> None:
        self._call.line_alerting(self._connection, inband=inband)

    def unconfirmed(self) -> None:
        self._call.line_unconfirmed(self._connection)

    def connected(self, sign: AnswerSign = AnswerSign.SIGNAL) -> None:
        self._call.line_connected(self._connection, sign)

    def moved(self) -> None:
        self._call.line_moved(self._connection)

    def cleared(self, cause: Cause, by: Party, sign: ClearSign | None = None) -> None:
        self._call.line_cleared(self._connection, cause, by, sign)


class Call:
    """See the module.  `far` is the party the call is about: the caller or who was dialled."""

    def __init__(
        self, office: Office, call_id: CallId, story: Story, ended: Callable[["Call"], None]
    ) -> None:
        self.id, self.story = call_id, story
        self.media, self.timers = office.media, office.timers
        self.office = office
        self.started_ms = office.clock.utc_ms() - story.rang_ms
        self.connections: list[Connection] = []
        self.far: Connection | None = None
        self.treatment = Treatment()
        self.cleared = False
        self.recording = False
        self._ended = ended
        self._legs = 0
        self._heard: dict[Port, Hears] = {}
        self.emit(
            CallOffered(
                call_id,
                story.direction,
                story.calling,
                story.called,
                story.presentation,
                story.dialled_by,
                story.rang_ms,
            )
        )

    @property
    def phase(self) -> CallPhase:
        """Where the call is, for people."""
        return CallPhase.CLEARED if self.cleared else self.treatment.phase

    @property
    def caller(self) -> Connection:
        """The far party; a call that has none yet is a mistake of ours."""
        if self.far is None:
            raise LookupError(f"call {self.id} has no far party yet")
        return self.far

    def emit(self, event: Event) -> None:
        """Append to the ledger."""
        self.office.emit(event)

    def treat(self, treatment: Treatment) -> None:
        """Hand the call to another treatment."""
        before, self.treatment = self.treatment, treatment
        before.stop(self)

    def add_line(self, line: Line, number: str) -> Connection:
        """A trunk channel joins the call.  MediaError when the engine has no port."""
        connection = self._add(self.media.open_channel(line.trunk, line.channel), number)
        connection.line = line
        line.attach(_User(self, connection), self.id)
        self.media.on_digit(connection.port, lambda digit: self._digit(connection, digit))
        self.emit(LegAdded(self.id, connection.id, line.trunk, line.channel, None, number))
        return connection

    def add_agent(self, agent: AgentId, port: Port) -> Connection:
        """An agent's kept telephone joins the call."""
        connection = self._add(port, agent)
        connection.agent = agent
        self.emit(LegAdded(self.id, connection.id, agent=agent))
        return connection

    def join(self, *parties: Connection) -> None:
        """These hear each other, all others nobody."""
        for connection in self.connections:
            connection.joined = connection in parties
        self.apply()

    def apply(self) -> None:
        """Tell the engine who hears whom, as far as it changed."""
        live = [c for c in self.connections if c.state is not LegState.CLEARED]
        heard = relation([c.place for c in live])
        for listener, talkers in changes(self._heard, heard).items():
            self.media.hear(listener, talkers)
        self._heard = heard

    def drop(self, connection: Connection, cause: Cause, by: Party) -> None:
        """One party leaves; the call goes on."""
        connection.clear(cause, by)
        if connection in self.connections:
            self.connections.remove(connection)

    def line_moved(self, connection: Connection) -> None:
        """The network put the connection on another channel."""
        if connection.line is None or connection not in self.connections:
            return
        old = connection.port
        try:
            port = self.media.open_channel(connection.line.trunk, connection.line.channel)
        except MediaError:
            _LOGGER.exception("call(%s): no port for the other channel", self.id)
            self.clear(Cause.TEMPORARY_FAILURE, Party.BOX, Outcome.FAILED)
            return
        self.media.on_digit(port, lambda digit: self._digit(connection, digit))
        connection.move(port)
        self.media.close(old)

    def line_alerting(self, connection: Connection, *, inband: bool) -> None:
        """ALERTING, or progress with in-band information, came from the network."""
        if connection.state is LegState.INITIATED:
            connection.fire(LegEvent.ALERT)
        self.treatment.alerting(self, connection, inband=inband)

    def line_unconfirmed(self, connection: Connection) -> None:
        """An analogue line has dialled; no signal will tell of an answer."""
        self.treatment.unconfirmed(self, connection)

    def line_connected(self, connection: Connection, sign: AnswerSign) -> None:
        """CONNECT came from the network, or the line noticed the answer otherwise."""
        if connection.offer(LegEvent.ANSWER):
            connection.answered_by = sign
            self.emit(AnswerNoticed(self.id, connection.id, sign))
            self.treatment.connected(self, connection)

    def line_cleared(
        self, connection: Connection, cause: Cause, by: Party, sign: ClearSign | None
    ) -> None:
        """The far end cleared this connection, or its line failed."""
        if sign is not None and connection in self.connections:
            self.emit(FarEndCleared(self.id, connection.id, sign))
        self.drop(connection, cause, by)
        if not self.cleared:
            self.treatment.gone(self, connection, cause)

    def clear(self, cause: Cause, by: Party, outcome: Outcome) -> None:
        """End the call with all its connections; again changes nothing."""
        if self.cleared:
            return
        self.cleared = True
        self.treatment.stop(self)
        self.office.tap.end(self)
        for connection in list(self.connections):
            self.drop(connection, cause, by)
        final = self._outcome(outcome)
        _LOGGER.info("call(%s): cleared by %s, cause %d, %s", self.id, by, cause, final)
        self.emit(CallCleared(self.id, cause, by, final))
        self._ended(self)

    def _outcome(self, otherwise: Outcome) -> Outcome:
        if self.story.talked:
            return Outcome.ANSWERED
        return self.story.fate or otherwise

    def _add(self, port: Port, number: str) -> Connection:
        self._legs += 1
        connection = Connection(self, self._legs, port)
        connection.number = number
        self.connections.append(connection)
        return connection

    def _digit(self, connection: Connection, digit: str) -> None:
        if connection is self.far and not self.cleared:
            self.treatment.digit(self, digit)
