"""What a board reports, as values.  `tick` is the board's 8 kHz counter when it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Hello:
    """Who the board is; `new_session`: it has started anew and knows nothing of before."""

    board: int
    revision: int
    ports: int
    slots: int
    capabilities: int
    serial: str
    firmware: str
    new_session: bool


@dataclass(frozen=True)
class VersionRefused:
    """The board speaks another major version: nothing but an update is possible with it."""

    major: int
    minor: int
    firmware: str
    board: int = 0
    capabilities: int = 0
    serial: str = ""


@dataclass(frozen=True)
class UpdateStatus:
    """The answer to a request of `board.wire_update`; the fields are those of its STATUS."""

    number: int
    state: int
    error: int
    flags: int
    starts: int
    digest: bytes
    written: int
    size: int


@dataclass(frozen=True)
class AlarmChanged:
    """Alarm bits present now and before: board.wire LOS, LFA, AIS, RAI, LOMF."""

    present: int
    before: int
    tick: int


@dataclass(frozen=True)
class Slipped:
    """A frame repeated (+1) or lost (-1); `total` since the board started."""

    direction: int
    total: int
    tick: int


@dataclass(frozen=True)
class HdlcReceived:
    """A D-channel frame without flags and FCS."""

    frame: bytes
    tick: int


@dataclass(frozen=True)
class HdlcOverflow:
    """D-channel frames the board had to drop, since it started."""

    total: int
    tick: int


@dataclass(frozen=True)
class TxLate:
    """Audio blocks that reached the board too late, since it started."""

    total: int
    tick: int


@dataclass(frozen=True)
class SafeState:
    """The board heard nothing of the host for 500 ms and sends AIS; or does so no more."""

    entered: bool
    tick: int


@dataclass(frozen=True)
class ClockChanged:
    """The board's clock comes from the line now, or from its own oscillator."""

    from_line: bool
    tick: int


@dataclass(frozen=True)
class ChipReset:
    """The framer had lost its set-up: a register read wrong and it was set up again."""

    register: int
    value: int
    tick: int


@dataclass(frozen=True)
class CommandAnswered:
    """The answer to a command; `status` is board.wire DONE or why not."""

    request: int
    op: int
    status: int
    result: bytes


@dataclass(frozen=True)
class CommandFailed:
    """No answer to a command, sent four times, or the board went away meanwhile."""

    request: int
    op: int


@dataclass(frozen=True)
class StatusReceived:
    """The board's counters and levels by name (board.wire STATUS_NAMES)."""

    counters: Mapping[str, int]


@dataclass(frozen=True)
class LogReceived:
    """A line of the board's log; levels are board.wire DEBUG to ERROR."""

    level: int
    text: str


Event: TypeAlias = (
    Hello
    | VersionRefused
    | UpdateStatus
    | AlarmChanged
    | Slipped
    | HdlcReceived
    | HdlcOverflow
    | TxLate
    | SafeState
    | ClockChanged
    | ChipReset
    | CommandAnswered
    | CommandFailed
    | StatusReceived
    | LogReceived
)
