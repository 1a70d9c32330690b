"""What callbox-isdn reports, as values; names and meanings as in board/isdn/PROTOCOL.md.

`call` is the number of a call on its span, `channel` an E1 time slot (0: none, or all),
`cause` a Q.850 value, `inband` says that there is something to hear in the channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Hello:
    """First answer after a connect; `now_ms` is the process's clock."""

    version: int
    side: str
    clock: str
    link_up: bool
    now_ms: int


@dataclass(frozen=True)
class Link:
    """Layer 2 went up or down."""

    up: bool


@dataclass(frozen=True)
class Setup:
    """A call comes in; types are Q.931 types of number, `presentation` is a word."""

    call: int
    channel: int
    called: str
    calling: str
    presentation: str
    complete: bool
    called_type: int = 0
    calling_type: int = 0
    redirecting: str = ""


@dataclass(frozen=True)
class SetupAck:
    """The other side wants more digits."""

    call: int
    channel: int
    inband: bool


@dataclass(frozen=True)
class Info:
    """More digits of the called number; `complete`: the last ones."""

    call: int
    digits: str
    complete: bool


@dataclass(frozen=True)
class Proceeding:
    """Enough digits.  From here the channel is agreed."""

    call: int
    channel: int
    inband: bool


@dataclass(frozen=True)
class Alerting:
    """The called party is being alerted."""

    call: int
    channel: int
    inband: bool


@dataclass(frozen=True)
class Progress:
    """Something to hear, perhaps with the cause that the tone stands for (0: none)."""

    call: int
    channel: int
    inband: bool
    cause: int = 0


@dataclass(frozen=True)
class Connect:
    """The called party has answered."""

    call: int
    channel: int
    inband: bool


@dataclass(frozen=True)
class Disconnect:
    """The other side clears; it waits for `release`."""

    call: int
    channel: int
    cause: int


@dataclass(frozen=True)
class Released:
    """The call has ended and its channel is free."""

    call: int
    cause: int


@dataclass(frozen=True)
class Restart:
    """The other side restarted a channel (0: all)."""

    channel: int


@dataclass(frozen=True)
class RestartAck:
    """Our restart of a channel is done."""

    channel: int


@dataclass(frozen=True)
class HeldCall:
    """A call that the process holds; `state` as listed in PROTOCOL.md."""

    call: int
    incoming: bool
    state: str
    channel: int
    called: str
    calling: str


@dataclass(frozen=True)
class Snapshot:
    """All calls held, and the counters since the process started."""

    calls: tuple[HeldCall, ...]
    link_up: bool
    counters: Mapping[str, int]


@dataclass(frozen=True)
class Idle:
    """Everything up to this time is done (stepped clock)."""

    now_ms: int
    due_ms: int = 0
    """Nothing happens before this time unless it is told something; -1: at no time."""


@dataclass(frozen=True)
class Refusal:
    """A line of ours was refused and has changed nothing."""

    text: str
    verb: str = ""
    call: int = 0


Event: TypeAlias = (
    Hello
    | Link
    | Setup
    | SetupAck
    | Info
    | Proceeding
    | Alerting
    | Progress
    | Connect
    | Disconnect
    | Released
    | Restart
    | RestartAck
    | Snapshot
    | Idle
    | Refusal
)
