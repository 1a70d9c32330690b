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
    UNCONFIRMED = "unconfirmed"  # dialled on a line without answer signal: nobody knows
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


class AnswerSign(StrEnum):
    """By what the box knows that a dialled party answered."""

    SIGNAL = "signal"  # ISDN CONNECT, or reversal of an analogue line's polarity
    VOICE = "voice"  # ringback ended and a voice followed
    NONE = "none"  # not known (yet)


class LineState(StrEnum):
    """An analogue line as pages show it."""

    OUT_OF_SERVICE = "out_of_service"
    IDLE = "idle"
    RINGING = "ringing"
    SEIZED = "seized"  # off-hook, waiting for dial tone
    DIALLING = "dialling"
    CONNECTED = "connected"
    CLEARING = "clearing"  # on-hook, the exchange may hold the line still
    TESTING = "testing"  # the line test or learning has it


class LineFault(StrEnum):
    """What is wrong with an analogue line; pages say what to do about each."""

    BOARD = "board"  # the board is not there
    NO_BATTERY = "no_battery"  # no voltage: unplugged, or the carrier's fault
    SHORT = "short"  # a volt or two: both wires touch
    REVERSED = "reversed"  # the wires are swapped, though polarity is to be watched
    IN_USE = "in_use"  # another telephone on the pair is off-hook
    NO_CURRENT = "no_current"  # off-hook, but no loop current flows
    OVERLOAD = "overload"  # more than 127 mA
    CHIP_SILENT = "chip_silent"  # the line's chip does not answer
    CHIP_RESET = "chip_reset"  # it lost its registers and was set up again
    ISOLATION = "isolation"  # the link to the line side is down
    NO_DIAL_TONE = "no_dial_tone"
    NOT_RELEASED = "not_released"  # the exchange did not free the line after a call
    NO_CALLER_ID = "no_caller_id"  # it never came in the latest calls: order caller display


class FirmwareState(StrEnum):
    """Where the firmware of a board is; the values are those of `board.host.flash`."""

    UNKNOWN = ""  # no board, or it has not said what it has
    CURRENT = "current"  # the release's
    WAITING = "waiting"  # for the end of the board's calls, or for the next try
    WRITING = "writing"
    RESTARTING = "restarting"
    PROVING = "proving"  # tried: it stays when the link holds
    FAILED = "failed"  # given up; the board runs the set of before
    UNABLE = "unable"  # the board takes no update, or the release has none for it


class FirmwareProblem(StrEnum):
    """Why a board's update failed; pages say it in words."""

    NONE = ""
    NO_ANSWER = "no_answer"
    REFUSED = "refused"  # the board does not take this set
    DAMAGED = "damaged"  # what the board read back is not what was sent
    FLASH = "flash"  # the board cannot write
    NOT_BACK = "not_back"  # silent after the restart
    FELL_BACK = "fell_back"  # it came back with the set before
    INCOMPATIBLE = "incompatible"  # the new set speaks another version than the box


class ClearSign(StrEnum):
    """By what the box noticed that the far end of an analogue line hung up."""

    POLARITY = "polarity"
    BATTERY = "battery"
    TONE = "tone"
    SILENCE = "silence"
    LONGEST = "longest"


class LineJobKind(StrEnum):
    """What can be done with a line on demand."""

    TEST = "test"
    LEARN = "learn"


class Verdict(StrEnum):
    """Of one check of a line test."""

    GOOD = "good"
    FAIR = "fair"  # works, but is worth a look
    BAD = "bad"
    SKIPPED = "skipped"
