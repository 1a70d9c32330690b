"""What the set-up of a new box shows and answers; see `views`."""

from dataclasses import dataclass, field

from firmware.contract.ids import AgentId


@dataclass(frozen=True)
class SetupLine:
    """A line that the box has, for the company's telephone numbers."""

    place: str  # "<trunk>" for an E1 line, "<trunk>.<socket>" for an analogue one
    name: str
    socket: int | None = None  # of an analogue board; an E1 line has many numbers
    present: bool = False  # its board is connected


@dataclass(frozen=True)
class SetupView:
    """Whether the box waits to be set up; the rest is empty when it does not."""

    pending: bool
    countries: tuple[str, ...] = ()  # ISO 3166, those of the configuration
    timezones: tuple[str, ...] = ()
    lines: tuple[SetupLine, ...] = ()


@dataclass(frozen=True)
class SetupOpened:
    """Answer to OpenSetup: stands for the label's password for an hour, until a restart."""

    key: str = field(repr=False)


@dataclass(frozen=True)
class AgentLogIn:
    """A new agent and his first password."""

    agent: AgentId
    name: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SetupDone:
    """Answer to FinishSetup; the passwords are told this once."""

    administrator: str
    agents: tuple[AgentLogIn, ...]
