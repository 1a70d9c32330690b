"""Read models: what pages and programs see.  Plain data, as it goes out as JSON.

`GET /api/v1/<Name>` on the daemon's socket; `Snapshot` also opens the live connection.
"""

from dataclasses import dataclass, field
from typing import Any

from firmware.contract.ids import AgentId, CallId, QueueId, RecordingId, Token, TrunkId
from firmware.contract.model import (
    AgentState,
    Alarm,
    AnswerSign,
    CallPhase,
    Cause,
    ChannelState,
    Direction,
    FirmwareProblem,
    FirmwareState,
    LegState,
    LineFault,
    LineJobKind,
    LineState,
    Outcome,
    Party,
    Role,
    Verdict,
)


@dataclass(frozen=True)
class Session:
    """Answer to LogIn.  The token is a secret; it lasts 12 hours without use at most."""

    token: Token = field(repr=False)
    user: str
    role: Role
    language: str


@dataclass(frozen=True)
class MediaAnswer:
    """Answer to OfferMedia."""

    sdp: str


@dataclass(frozen=True)
class CallStarted:
    """Answer to MakeCall."""

    call: CallId


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was sent: where, what (a key for translation), in English."""

    path: str
    code: str
    text: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ConfigAccepted:
    """Answer to ProposeConfig."""

    revision: int


@dataclass(frozen=True)
class AgentView:
    """One agent as the live page and his own desk show him."""

    agent: AgentId
    name: str
    state: AgentState
    since_ms: int  # UTC
    reason: str = ""
    call: CallId | None = None
    pending: AgentState | None = None
    pending_reason: str = ""
    telephone: bool = False  # his browser's audio leg is up
    queues: tuple[QueueId, ...] = ()
    until_ms: int | None = None  # when the state's timer ends (ring, wrap-up)


@dataclass(frozen=True)
class LegView:
    """One connection of a live call."""

    leg: str
    state: LegState
    agent: AgentId | None = None
    trunk: TrunkId | None = None
    channel: int | None = None
    number: str = ""
    answer: AnswerSign | None = None  # of a dialled party, as far as it is known


@dataclass(frozen=True)
class CallView:
    """One live call."""

    call: CallId
    direction: Direction
    phase: CallPhase
    calling: str
    called: str
    since_ms: int  # UTC of the first event
    path: tuple[str, ...] = ()  # nodes of the menu the caller went through, as labels
    queue: QueueId | None = None
    position: int | None = None
    queued_ms: int | None = None  # UTC when it entered the queue
    connected_ms: int | None = None
    agent: AgentId | None = None
    recording: bool = False
    legs: tuple[LegView, ...] = ()


@dataclass(frozen=True)
class LevelView:
    """How loud the two of a conversation speak, in dBm0 (ITU-T P.56); -90: not at all."""

    agent_dbm0: int
    caller_dbm0: int


@dataclass(frozen=True)
class QueueView:
    """One queue now and since midnight (definitions: acd metrics)."""

    queue: QueueId
    name: str
    waiting: int
    longest_wait_ms: int | None  # UTC when the longest waiting call entered
    ready: int
    busy: int
    logged_in: int
    offered_today: int = 0
    answered_today: int = 0
    abandoned_today: int = 0
    asa_s: float = 0.0
    service_level: float | None = None  # per cent, definition V4


@dataclass(frozen=True)
class ChannelView:
    """One B-channel."""

    channel: int
    state: ChannelState
    call: CallId | None = None


@dataclass(frozen=True)
class FirmwareView:
    """The firmware of a board."""

    version: str = ""  # that runs
    wanted: str = ""  # equals `version` when the board runs the release's; "" when none is known
    state: FirmwareState = FirmwareState.UNKNOWN
    percent: int = 0  # written
    problem: FirmwareProblem = FirmwareProblem.NONE  # of the last try


@dataclass(frozen=True)
class SpanView:
    """One E1 line."""

    trunk: TrunkId
    name: str
    board: bool
    link: bool
    alarms: tuple[Alarm, ...]
    channels: tuple[ChannelView, ...]
    firmware: FirmwareView = FirmwareView()


@dataclass(frozen=True)
class LineView:
    """One analogue line.  Volts and milliamperes are gauges: the last that the board told."""

    line: int
    number: str
    state: LineState
    since_ms: int  # UTC
    faults: tuple[LineFault, ...] = ()
    volts: int | None = None  # of the ring wire against the tip wire; None: not known
    milliamperes: int | None = None
    call: CallId | None = None
    caller: str = ""  # number that rings, as far as it is known
    learnt: bool = False  # hang-up tones or polarity were learnt on this line


@dataclass(frozen=True)
class AnalogView:
    """One board of analogue lines."""

    trunk: TrunkId
    name: str
    board: bool
    lines: tuple[LineView, ...]
    firmware: FirmwareView = FirmwareView()


@dataclass(frozen=True)
class LineCheck:
    """One check of a line test, or what learning found; the words are in `line_words`."""

    name: str
    verdict: Verdict
    value: float | None = None
    unit: str = ""  # V, mA, Hz, dBm0, dBm0p, dB, s
    detail: str = ""  # a key for translation, of line_words.DETAILS
    number: str = ""


@dataclass(frozen=True)
class LineJob:
    """The latest test or learning of a line, running or done."""

    trunk: TrunkId
    line: int
    kind: LineJobKind | None = None  # None: there was none since the start
    step: str = ""  # of line_words.STEPS
    done: bool = False
    started_ms: int = 0
    progress: float = 0.0  # 0 to 1
    checks: tuple[LineCheck, ...] = ()
    problem: str = ""  # of line_words.PROBLEMS, when it ended without result


@dataclass(frozen=True)
class Snapshot:
    """Everything live, true after event `seq`."""

    seq: int
    now_ms: int
    revision: int
    spans: tuple[SpanView, ...]
    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]
    calls: tuple[CallView, ...]
    analog: tuple[AnalogView, ...] = ()
    draining: bool = False  # new calls are refused: the box restarts when the last one is over


@dataclass(frozen=True)
class CallPart:
    """A stretch of a call's history: ivr, queue, ring, talk, hold, wrap_up."""

    kind: str
    start_ms: int
    end_ms: int | None
    who: str = ""  # "<flow>.<node>", queue, agent, or the number outside


@dataclass(frozen=True)
class RecordingView:
    """A finished or running recording."""

    recording: RecordingId
    path: str
    start_ms: int
    frames: int | None
    agent: AgentId | None


@dataclass(frozen=True)
class CallRecord:
    """One line of the calls page: a projection of the ledger."""

    call: CallId
    direction: Direction
    calling: str
    called: str
    start_ms: int
    answer_ms: int | None  # the box answered
    bridge_ms: int | None  # a person answered
    end_ms: int | None
    queue: QueueId | None
    agent: AgentId | None
    waited_s: float
    talk_s: float
    hold_s: float
    outcome: Outcome | None
    cause: Cause | None
    by: Party | None
    disposition: str = ""
    note: str = ""
    answer: AnswerSign | None = None  # of a dialled party; None: inbound
    path: tuple[str, ...] = ()  # "<flow>.<node>" in order
    parts: tuple[CallPart, ...] = ()
    recordings: tuple[RecordingView, ...] = ()


@dataclass(frozen=True)
class CallPage:
    """Some of the call records that were asked for, newest first, and how many there are."""

    calls: tuple[CallRecord, ...]
    total: int


@dataclass(frozen=True)
class ConfigView:
    """The configuration in force, as a document that `ProposeConfig` takes back."""

    revision: int
    document: dict[str, Any]


@dataclass(frozen=True)
class RevisionView:
    """One line of the configuration's history."""

    revision: int
    at_ms: int
    actor: str
    path: str  # what was proposed; "" for everything


@dataclass(frozen=True)
class UserView:
    """A log-in."""

    user: str
    role: Role


@dataclass(frozen=True)
class Choice:
    """Something to choose from, with its name by language ("" = the same in all)."""

    id: str
    label: dict[str, str]


@dataclass(frozen=True)
class DeskQueue:
    """A queue as an agent's desk offers it."""

    queue: QueueId
    name: str
    dispositions: tuple[str, ...]  # empty: all


@dataclass(frozen=True)
class DeskView:
    """What an agent's desk offers."""

    revision: int
    colleagues: tuple[Choice, ...]
    queues: tuple[DeskQueue, ...]
    pause_reasons: tuple[Choice, ...]
    dispositions: tuple[Choice, ...]
    nodes: tuple[Choice, ...] = ()
    """Menu nodes by "<flow>.<node>", as in `CallRecord.path`."""
    timezone: str = "Asia/Shanghai"
    """The site's; pages show times in it."""


@dataclass(frozen=True)
class EventPage:
    """Events after a number, as `/live` would have sent them; ask again from the last one."""

    events: tuple[dict[str, Any], ...]
    last: int
