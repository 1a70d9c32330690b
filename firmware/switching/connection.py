"""One connection of a call: a trunk channel or an agent's telephone (CSTA, ECMA-269 6.1.4)."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from firmware.contract.events import (
    Event,
    LegAlerting,
    LegCleared,
    LegConnected,
    LegHeld,
    LegRetrieved,
)
from firmware.contract.ids import AgentId, CallId, LegId
from firmware.contract.model import AnswerSign, Cause, Language, LegState, Party
from firmware.fsm import Machine, Timers
from firmware.media.port import Media, Port
from firmware.switching.topology import Place
from firmware.trunk.line import Line


class LegEvent(StrEnum):
    """What happens to a connection."""

    ALERT = "alert"
    ANSWER = "answer"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    CLEAR = "clear"


S, E = LegState, LegEvent

TABLE = {
    S.INITIATED: {E.ALERT: S.ALERTING, E.ANSWER: S.CONNECTED, E.CLEAR: S.CLEARED},
    S.ALERTING: {E.ANSWER: S.CONNECTED, E.CLEAR: S.CLEARED},
    S.CONNECTED: {E.HOLD: S.HELD, E.CLEAR: S.CLEARED},
    S.HELD: {E.RETRIEVE: S.CONNECTED, E.CLEAR: S.CLEARED},
    S.CLEARED: dict[LegEvent, LegState](),
}
# How long a connection may alert is known to who rings it: T_alert of the agent, T_answer
# of a dialled number, T301 of the channel.
TIMEOUTS: dict[LegState, tuple[str, LegEvent]] = {}


class Surroundings(Protocol):
    """What a connection needs of its call."""

    @property
    def id(self) -> CallId:
        """The call."""

    media: Media
    timers: Timers

    def emit(self, event: Event) -> None:
        """Append to the ledger."""

    def apply(self) -> None:
        """Who hears whom has changed."""


class Connection:
    """State, port and player of one party.  The call decides; this does."""

    def __init__(self, call: Surroundings, number: int, port: Port) -> None:
        self.id = LegId(f"{call.id}.{number}")
        self.port = port
        self.joined = False
        self.agent: AgentId | None = None
        self.line: Line | None = None
        self.number = ""
        self.answered_by: AnswerSign | None = None
        """Of a dialled party: NONE as long as nobody knows."""
        self.cause = Cause.NORMAL_CLEARING
        self.by = Party.BOX
        self.on_cleared: Callable[[], None] = lambda: None
        self._call = call
        self._player: Port | None = None
        self._playing = False
        self._machine = Machine(
            f"leg({self.id})", S.INITIATED, TABLE, TIMEOUTS, call.timers, self._changed
        )

    @property
    def state(self) -> LegState:
        """The CSTA connection state."""
        return self._machine.state

    @property
    def place(self) -> Place:
        """This party's place in the topology."""
        players = (self._player,) if self._playing and self._player is not None else ()
        return Place(self.port, self.joined, players)

    def fire(self, event: LegEvent) -> None:
        """Change state; EventRefused when the table has no such move."""
        self._machine.fire(event)

    def offer(self, event: LegEvent) -> bool:
        """Change state if that is permitted (messages from the network)."""
        return self._machine.offer(event)

    def answer(self) -> None:
        """The box or the agent answers; a second time changes nothing."""
        if self.state not in (S.INITIATED, S.ALERTING):
            return
        self._machine.fire(E.ANSWER)
        if self.line is not None:
            self.line.connect()

    def move(self, port: Port) -> None:
        """Go on with another port: another channel, or the agent's browser came back."""
        self.port = port
        self._call.apply()

    def play(self, prompts: Sequence[str], language: Language, done: Callable[[], None]) -> None:
        """This party hears prompts; `done` when they end by themselves."""

        def ended() -> None:
            self.quiet()
            done()

        self._call.media.play(self._source(), prompts, language, ended)
        self._call.apply()

    def music(self) -> None:
        """This party hears music."""
        self._call.media.music(self._source())
        self._call.apply()

    def tone(self, name: str) -> None:
        """This party hears a call-progress tone."""
        self._call.media.tone(self._source(), name)
        self._call.apply()

    def quiet(self) -> None:
        """Stop what is played to this party."""
        if self._playing and self._player is not None:
            self._playing = False
            self._call.media.silence(self._player)
            self._call.apply()

    def clear(self, cause: Cause, by: Party) -> None:
        """End this connection; again changes nothing."""
        if self.state is S.CLEARED:
            return
        self.cause, self.by, self.joined = cause, by, False
        self._machine.fire(E.CLEAR)
        if self.line is not None:
            self.line.disconnect(cause)
        self._call.apply()
        if self._player is not None:
            self._call.media.close(self._player)
        if self.line is not None:  # an agent's port is kept for his next call
            self._call.media.close(self.port)
        self.on_cleared()

    def _source(self) -> Port:
        if self._player is None:
            self._player = self._call.media.open_player()
        self._playing = True
        return self._player

    def _changed(self, _old: LegState, event: LegEvent, _new: LegState) -> None:
        call = self._call.id
        stories: dict[LegEvent, Event] = {
            E.ALERT: LegAlerting(call, self.id),
            E.ANSWER: LegConnected(call, self.id),
            E.HOLD: LegHeld(call, self.id),
            E.RETRIEVE: LegRetrieved(call, self.id),
            E.CLEAR: LegCleared(call, self.id, self.cause, self.by),
        }
        self._call.emit(stories[event])
