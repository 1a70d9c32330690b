"""What happened.  Each event gets a sequence number and a UTC stamp when it enters the ledger.

A desktop that reconnects asks for all since number N.  Numbers dialled and calling
numbers are in events, never in logs.
"""

from dataclasses import dataclass, field

from firmware.contract.ids import AgentId, CallId, LegId, QueueId, RecordingId, TrunkId
from firmware.contract.model import (
    AgentState,
    Alarm,
    AnswerSign,
    Cause,
    ChannelState,
    ClearSign,
    Direction,
    FirmwareProblem,
    FirmwareState,
    LineFault,
    LineJobKind,
    LineState,
    Outcome,
    Party,
    Role,
)


@dataclass(frozen=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True)
class CallOffered(Event):
    """A call began: SETUP came from the network, or an agent asked for a number."""

    call: CallId
    direction: Direction
    calling: str
    called: str
    presentation: bool = True  # False: the caller withheld his number
    agent: AgentId | None = None  # who dialled
    rang_ms: int = 0  # for so long an analogue line rang until the caller's number was there


@dataclass(frozen=True)
class LegAdded(Event):
    """A connection joined the call: a trunk channel or an agent's telephone."""

    call: CallId
    leg: LegId
    trunk: TrunkId | None = None
    channel: int | None = None
    agent: AgentId | None = None
    number: str = ""


@dataclass(frozen=True)
class LegAlerting(Event):
    """The far end rings (Q.931 ALERTING), or the agent's desktop does."""

    call: CallId
    leg: LegId


@dataclass(frozen=True)
class LegConnected(Event):
    """The far end answered (CONNECT), the box answered, or the agent did."""

    call: CallId
    leg: LegId


@dataclass(frozen=True)
class LegHeld(Event):
    """The other side of the call was put on hold by this leg's person."""

    call: CallId
    leg: LegId


@dataclass(frozen=True)
class LegRetrieved(Event):
    """Hold ended."""

    call: CallId
    leg: LegId


@dataclass(frozen=True)
class LegCleared(Event):
    """The connection ended."""

    call: CallId
    leg: LegId
    cause: Cause
    by: Party


@dataclass(frozen=True)
class IvrStep(Event):
    """The flow came to a node; `choice` is the key that led here."""

    call: CallId
    flow: str
    node: str
    choice: str = ""


@dataclass(frozen=True)
class DigitReceived(Event):
    """The caller pressed a key that the flow used."""

    call: CallId
    digit: str


@dataclass(frozen=True)
class CallQueued(Event):
    """The call waits for an agent."""

    call: CallId
    queue: QueueId
    priority: int
    position: int
    skills: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CallDequeued(Event):
    """The call left the queue without an agent."""

    call: CallId
    queue: QueueId
    outcome: Outcome
    waited_s: float


@dataclass(frozen=True)
class AgentOffered(Event):
    """The distributor chose an agent; `reasons` explain the choice."""

    call: CallId
    queue: QueueId
    agent: AgentId
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgentMissed(Event):
    """The agent did not answer in time."""

    call: CallId
    queue: QueueId
    agent: AgentId
    misses: int


@dataclass(frozen=True)
class CallBridged(Event):
    """Two legs hear each other."""

    call: CallId
    legs: tuple[LegId, LegId]
    agent: AgentId | None = None
    queue: QueueId | None = None
    waited_s: float = 0.0


@dataclass(frozen=True)
class CallTransferred(Event):
    """Single-step (blind) transfer was asked for (CSTA SingleStepTransferCall)."""

    call: CallId
    by: AgentId
    to_agent: AgentId | None = None
    to_number: str = ""


@dataclass(frozen=True)
class RecordingStarted(Event):
    """A two-channel file was begun: left is the caller's side, right the agent's."""

    call: CallId
    recording: RecordingId
    path: str  # below the recordings folder
    agent: AgentId | None = None


@dataclass(frozen=True)
class RecordingStopped(Event):
    """The file is complete and on the disk."""

    call: CallId
    recording: RecordingId
    frames: int  # 8000 a second
    sha256: str
    before: str = ""  # seal of the recording that was sealed before
    seal: str = ""  # see `firmware.recording.seals`; "" from versions that had none


@dataclass(frozen=True)
class CallCleared(Event):
    """The last leg is gone; the call has its outcome."""

    call: CallId
    cause: Cause
    by: Party
    outcome: Outcome


@dataclass(frozen=True)
class DispositionSet(Event):
    """The agent said what the call was about."""

    call: CallId
    agent: AgentId
    disposition: str
    note: str = ""


@dataclass(frozen=True)
class AgentStateChanged(Event):
    """One entry of the agent's time line."""

    agent: AgentId
    state: AgentState
    reason: str = ""  # pause reason, "no_answer", ...
    call: CallId | None = None
    actor: str = ""  # who wished it: the agent, a supervisor, or "box"
    pending: AgentState | None = None  # wished for after this call
    pending_reason: str = ""


@dataclass(frozen=True)
class SpanChanged(Event):
    """Alarms, D-channel or board presence changed."""

    trunk: TrunkId
    board: bool
    link: bool
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True)
class BoardFirmwareChanged(Event):
    """A board's firmware is written, tried, the release's, or given up."""

    trunk: TrunkId
    state: FirmwareState
    version: str  # that runs
    wanted: str
    problem: FirmwareProblem = FirmwareProblem.NONE


@dataclass(frozen=True)
class ChannelChanged(Event):
    """A B-channel changed its state."""

    trunk: TrunkId
    channel: int
    state: ChannelState
    call: CallId | None = None


@dataclass(frozen=True)
class LineChanged(Event):
    """An analogue line changed its state, or what is wrong with it."""

    trunk: TrunkId
    line: int
    state: LineState
    faults: tuple[LineFault, ...] = ()
    call: CallId | None = None


@dataclass(frozen=True)
class FarEndCleared(Event):
    """By what the box noticed that the far end of an analogue line hung up."""

    call: CallId
    leg: LegId
    sign: ClearSign


@dataclass(frozen=True)
class AnswerNoticed(Event):
    """A dialled party answered; without this event an analogue call is "not confirmed"."""

    call: CallId
    leg: LegId
    sign: AnswerSign


@dataclass(frozen=True)
class LineJobChanged(Event):
    """A line test or learning went on, or ended; `LineJob` has the whole."""

    trunk: TrunkId
    line: int
    job: LineJobKind
    step: str
    done: bool = False


@dataclass(frozen=True)
class ConfigApplied(Event):
    """A new revision of the configuration is in force."""

    revision: int
    actor: str


@dataclass(frozen=True)
class UserLoggedIn(Event):
    """Somebody logged in."""

    user: str
    role: Role
    address: str


@dataclass(frozen=True)
class LogInRefused(Event):
    """A wrong password or too many tries; the audit trail keeps it."""

    user: str
    address: str
    throttled: bool


@dataclass(frozen=True)
class UserLoggedOut(Event):
    """The session ended."""

    user: str


@dataclass(frozen=True)
class BoxStarted(Event):
    """The daemon began; calls that were open got cause BOX_RESTART."""

    version: str
    closed_calls: int


@dataclass(frozen=True)
class DrainChanged(Event):
    """From now on new calls are refused, but for the emergency class; or taken again."""

    on: bool
    late: bool = False  # nobody renewed it: the box takes calls again by itself


@dataclass(frozen=True)
class DatabaseReturned(Event):
    """calls.db was of a newer version's schema: the snapshot of before that update is back.

    What the newer version wrote is only in the file `kept`, beside calls.db.
    """

    revision: str  # of the snapshot
    newer: str  # of the file that was there
    kept: str  # its name now
    taken_ms: int  # UTC: when the snapshot was made


@dataclass(frozen=True)
class AlarmChanged(Event):
    """Something of the box itself needs a person, or no longer does: "store", "disk", ..."""

    alarm: str
    active: bool
    detail: str = ""


EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}


@dataclass(frozen=True)
class Recorded:
    """An event with its place in the ledger."""

    seq: int
    at_ms: int  # UTC, milliseconds since 1970
    event: Event
    mono_ms: int = 0  # monotonic, goes on over restarts; durations are differences of it
