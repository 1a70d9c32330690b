"""Enumerations shared by events, commands, read models and settings."""

from enum import IntEnum, StrEnum


class Cause(IntEnum):
    """Why a call was cleared: ITU-T Q.850 values; 128 and above are the box's own."""

    UNALLOCATED_NUMBER = 1
    NO_ROUTE_TO_DESTINATION = 3
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER = 19
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    DESTINATION_OUT_OF_ORDER = 27
    INVALID_NUMBER_FORMAT = 28
    NORMAL_UNSPECIFIED = 31
    NO_CHANNEL = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    SWITCH_CONGESTION = 42
    REQUESTED_CHANNEL_UNAVAILABLE = 44
    OUTGOING_BARRED = 52
    BEARER_NOT_AUTHORIZED = 57
    BEARER_NOT_AVAILABLE = 58
    BEARER_NOT_IMPLEMENTED = 65
    INVALID_CALL_REFERENCE = 81
    INCOMPATIBLE_DESTINATION = 88
    INVALID_MESSAGE = 95
    MANDATORY_ELEMENT_MISSING = 96
    RECOVERY_ON_TIMER = 102
    PROTOCOL_ERROR = 111
    INTERWORKING = 127
    BOX_RESTART = 128  # the call was up when the box stopped; found at the next start

    @classmethod
    def of(cls, value: int) -> "Cause":
        """The cause of a number from the network; unknown numbers are NORMAL_UNSPECIFIED."""
        try:
            return cls(value)
        except ValueError:
            return cls.NORMAL_UNSPECIFIED


class AgentState(StrEnum):
    """Agent states, named as in CSTA (ECMA-269); RESERVED is ours: a call is alerting."""

    NULL = "null"
    NOT_READY = "not_ready"
    READY = "ready"
    RESERVED = "reserved"
    BUSY = "busy"
    WORKING_AFTER_CALL = "working_after_call"


class LegState(StrEnum):
    """Connection states of CSTA (ECMA-269 6.1.4), as far as they are used."""

    INITIATED = "initiated"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HELD = "held"
    QUEUED = "queued"
    CLEARED = "cleared"


class CallPhase(StrEnum):
    """Where a call is, as a person would say it."""

    OFFERED = "offered"
    IVR = "ivr"
    QUEUED = "queued"
    ALERTING = "alerting"
    DIALLING = "dialling"
    TALKING = "talking"
    HELD = "held"
    TRANSFERRING = "transferring"
    CLEARED = "cleared"


class Direction(StrEnum):
    """Seen from the box."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Outcome(StrEnum):
    """What became of a call; every call has exactly one (conservation law I5)."""

    ANSWERED = "answered"  # a person of the company talked with the other side
    ABANDONED = "abandoned"  # the caller left the queue after the short-abandon limit
    SHORT_ABANDONED = "short_abandoned"
    IVR_ABANDONED = "ivr_abandoned"  # the caller left before any queue
    IVR_COMPLETED = "ivr_completed"  # the flow hung up
    TIMED_OUT = "timed_out"  # longest wait reached, queue full or closed
    TRANSFERRED_OUT = "transferred_out"
    REJECTED = "rejected"  # before answer: blacklist, no route, no channel
    FAILED = "failed"  # an outbound attempt that was not answered; see the cause
    BOX_RESTART = "box_restart"


class Party(StrEnum):
    """Who ended something."""

    CALLER = "caller"  # the far end on a trunk
    AGENT = "agent"
    BOX = "box"
    SUPERVISOR = "supervisor"


class Role(StrEnum):
    """Rights come in three sizes; a role has all of the smaller ones."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Language(StrEnum):
    """Languages of prompts and pages (POSIX names, as gettext has them)."""

    ZH_CN = "zh_CN"
    EN = "en"


class Alarm(StrEnum):
    """E1 alarms (ITU-T G.775, G.732), as the board reports them."""

    LOS = "los"
    LFA = "lfa"
    AIS = "ais"
    RAI = "rai"
    LOMF = "lomf"


class ChannelState(StrEnum):
    """A B-channel as the live page shows it."""

    OUT_OF_SERVICE = "out_of_service"
    IDLE = "idle"
    SEIZED = "seized"
    ALERTING = "alerting"
    CONNECTED = "connected"
    CLEARING = "clearing"
