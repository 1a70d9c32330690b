"""What a trunk and its user say to each other about one connection (B-channel, analogue line)."""

from typing import Protocol

from firmware.contract.ids import CallId, TrunkId
from firmware.contract.model import AnswerSign, Cause, ClearSign, Party


class LineUser(Protocol):
    """Told what the network does with a connection."""

    def alerting(self, *, inband: bool) -> None:
        """ALERTING, or PROGRESS: with `inband` the far end's sounds can be heard."""

    def unconfirmed(self) -> None:
        """The number is dialled on a line without answer signal: the far end may be there."""

    def connected(self, sign: AnswerSign = AnswerSign.SIGNAL) -> None:
        """CONNECT: the far end answered, and by what that is known."""

    def moved(self) -> None:
        """The connection is on another channel now (negotiation, glare)."""

    def cleared(self, cause: Cause, by: Party, sign: ClearSign | None = None) -> None:
        """The far end cleared (CALLER), or the line failed (BOX); nothing follows.

        `sign`: by what that was noticed on an analogue line.
        """


class Line(Protocol):
    """One connection on a trunk."""

    @property
    def trunk(self) -> TrunkId:
        """Which trunk."""

    @property
    def channel(self) -> int:
        """Which B-channel, 1 to 31, or which analogue line, 1 to 16."""

    @property
    def open_at_once(self) -> bool:
        """Both sides hear each other from the beginning.

        Else from `alerting` or `unconfirmed` on, so that nobody talks into the dialling.
        """

    def attach(self, user: LineUser, call: CallId) -> None:
        """Who is told from now on, and which call this is."""

    def alert(self) -> None:
        """ALERTING with in-band information: the caller hears us without being charged."""

    def connect(self) -> None:
        """CONNECT: the box answers."""

    def disconnect(self, cause: Cause) -> None:
        """Begin clearing; the user is told nothing more.  Again changes nothing."""


class Incoming(Line, Protocol):
    """A connection that the network began."""

    @property
    def calling(self) -> str:
        """Calling number, empty where it is withheld or unknown."""

    @property
    def called(self) -> str:
        """Called number, complete."""

    @property
    def presentation(self) -> bool:
        """False: the caller withheld his number."""

    @property
    def rang_s(self) -> float:
        """For how long it has rung before it is offered: his number was waited for."""

    @property
    def gave_up(self) -> bool:
        """True: the caller was gone before anybody could answer; only to be recorded."""


class Lines(Protocol):
    """All trunks, for outgoing calls."""

    def seize(self, number: str, calling: str) -> Line:
        """Begin an outgoing connection; TrunkError(NO_CHANNEL) when all are taken."""
