"""What may be read: `GET /api/v1/<Name>?field=value`.  Each names its role and its view.

An agent sees what concerns him; the daemon leaves the rest out.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Le, MaxLen

from firmware.contract.ids import AgentId, CallId, QueueId, TrunkId
from firmware.contract.model import Direction, Outcome, Role

Count = Annotated[int, Ge(0), Le(1_000_000_000)]
Time = Annotated[int, Ge(0), Le(10_000_000_000_000)]


@dataclass(frozen=True)
class Query:
    """Base of all queries."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}  # checked at the border
    role: ClassVar[Role | None] = Role.AGENT  # None: no log-in needed
    returns: ClassVar[str]  # a name in `views`, or list[name]


@dataclass(frozen=True)
class Snapshot(Query):
    """Everything live."""

    returns: ClassVar[str] = "Snapshot"


@dataclass(frozen=True)
class Session(Query):
    """Who the token speaks for; the token itself is left out."""

    returns: ClassVar[str] = "Session"


@dataclass(frozen=True)
class Desk(Query):
    """What an agent's desk offers: colleagues, queues, reasons, dispositions."""

    returns: ClassVar[str] = "DeskView"


@dataclass(frozen=True)
class Calls(Query):
    """Call records, newest first; an agent gets his own."""

    returns: ClassVar[str] = "CallPage"
    since_ms: Time | None = None
    until_ms: Time | None = None
    number: Annotated[str, MaxLen(32)] = ""
    agent: AgentId | None = None
    queue: QueueId | None = None
    direction: Direction | None = None
    outcome: Outcome | None = None
    limit: Annotated[int, Ge(1), Le(500)] = 50
    offset: Count = 0


@dataclass(frozen=True)
class Call(Query):
    """One call record."""

    returns: ClassVar[str] = "CallRecord"
    call: CallId


@dataclass(frozen=True)
class Events(Query):
    """The ledger after number `since`: for programs that follow it by polling."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "EventPage"
    since: Count = 0
    limit: Annotated[int, Ge(1), Le(1000)] = 500


@dataclass(frozen=True)
class Config(Query):
    """The configuration in force, or what it was at a revision."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "ConfigView"
    revision: Count | None = None


@dataclass(frozen=True)
class Revisions(Query):
    """History of the configuration, newest first."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "list[RevisionView]"


@dataclass(frozen=True)
class Users(Query):
    """All log-ins."""

    role: ClassVar[Role | None] = Role.ADMINISTRATOR
    returns: ClassVar[str] = "list[UserView]"


@dataclass(frozen=True)
class LineJob(Query):
    """The latest test or learning of an analogue line."""

    role: ClassVar[Role | None] = Role.SUPERVISOR
    returns: ClassVar[str] = "LineJob"
    trunk: TrunkId
    line: Annotated[int, Ge(1), Le(16)]


@dataclass(frozen=True)
class Setup(Query):
    """Whether the box waits to be set up, and what there is to choose from."""

    role: ClassVar[Role | None] = None
    returns: ClassVar[str] = "SetupView"


QUERIES: dict[str, type[Query]] = {kind.__name__: kind for kind in Query.__subclasses__()}
