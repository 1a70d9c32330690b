"""The state table of an analogue line.

The hook follows from the state: `OFF_HOOK` states have a closed loop, the others an open one;
only in TESTING it belongs to who borrowed the line.
"""

from enum import StrEnum

from firmware.contract.model import LineState


class State(StrEnum):
    """Finer than what is shown."""

    OUT_OF_SERVICE = "out_of_service"
    IDLE = "idle"
    RINGING = "ringing"  # who calls is not known yet
    OFFERED = "offered"
    REFUSED = "refused"  # nobody takes the call: it rings until the caller gives up
    TURNING_AWAY = "turning_away"  # off-hook for a moment, so that a blacklisted caller is gone
    CONNECTED = "connected"
    SEIZING = "seizing"
    RETRYING = "retrying"  # on-hook, until the exchange may have freed the line
    DIALLING = "dialling"
    PROCEEDING = "proceeding"  # dialled; whether the far end answers is not known (yet)
    CLEARING = "clearing"
    TESTING = "testing"


class Event(StrEnum):
    """What happens to a line."""

    SERVE = "serve"
    FAIL = "fail"
    RING = "ring"
    BURST = "burst"  # one more burst of ringing, or its end
    RING_OVER = "ring_over"
    OFFER = "offer"
    CONNECT = "connect"
    REFUSE = "refuse"
    TURN_AWAY = "turn_away"
    TURNED_AWAY = "turned_away"
    SEIZE = "seize"
    NO_TONE = "no_tone"
    GLARE = "glare"
    DIAL = "dial"
    DIALLED = "dialled"
    ANSWER = "answer"
    CLEAR = "clear"
    FREE = "free"
    BORROW = "borrow"
    GIVE_BACK = "give_back"


S, E = State, Event

_ENDS = {E.CLEAR: S.CLEARING, E.FAIL: S.OUT_OF_SERVICE}
_RINGS = {E.RING_OVER: S.IDLE, E.FAIL: S.OUT_OF_SERVICE}
TABLE = {
    # A line that was found off-hook (of before a restart) is hung up first: CLEAR.
    # A line that is out of service may be tested: that is what the test is for.
    S.OUT_OF_SERVICE: {E.SERVE: S.IDLE, E.CLEAR: S.CLEARING, E.BORROW: S.TESTING},
    S.IDLE: {E.RING: S.RINGING, E.SEIZE: S.SEIZING, E.BORROW: S.TESTING, **_ENDS},
    S.RINGING: {E.BURST: S.RINGING, E.OFFER: S.OFFERED, **_RINGS},
    S.OFFERED: {
        E.BURST: S.OFFERED,
        E.CONNECT: S.CONNECTED,
        E.REFUSE: S.REFUSED,
        E.TURN_AWAY: S.TURNING_AWAY,
        **_RINGS,
    },
    S.REFUSED: {E.BURST: S.REFUSED, **_RINGS},
    S.TURNING_AWAY: {E.TURNED_AWAY: S.CLEARING, **_ENDS},
    S.CONNECTED: {**_ENDS},
    S.SEIZING: {E.DIAL: S.DIALLING, E.NO_TONE: S.RETRYING, E.GLARE: S.CONNECTED, **_ENDS},
    S.RETRYING: {E.SEIZE: S.SEIZING, E.RING: S.RINGING, **_ENDS},
    S.DIALLING: {E.DIALLED: S.PROCEEDING, **_ENDS},
    S.PROCEEDING: {E.ANSWER: S.CONNECTED, **_ENDS},
    S.CLEARING: {E.FREE: S.IDLE, E.RING: S.RINGING, E.FAIL: S.OUT_OF_SERVICE},
    S.TESTING: {E.GIVE_BACK: S.CLEARING, E.GLARE: S.CONNECTED, E.FAIL: S.OUT_OF_SERVICE},
}
TIMEOUTS = {
    S.RINGING: ("T_ring_over", E.RING_OVER),
    S.OFFERED: ("T_ring_over", E.RING_OVER),
    S.REFUSED: ("T_ring_over", E.RING_OVER),
    S.TURNING_AWAY: ("T_turn_away", E.TURNED_AWAY),
    S.SEIZING: ("T_dial_tone", E.NO_TONE),
    S.RETRYING: ("T_redial", E.SEIZE),
    S.DIALLING: ("T_dialling", E.DIALLED),
    S.CLEARING: ("T_guard", E.FREE),
}
OFF_HOOK = frozenset({S.TURNING_AWAY, S.CONNECTED, S.SEIZING, S.DIALLING, S.PROCEEDING})
RINGS = frozenset({S.RINGING, S.OFFERED, S.REFUSED})
SHOWN = {
    S.OUT_OF_SERVICE: LineState.OUT_OF_SERVICE,
    S.IDLE: LineState.IDLE,
    S.RINGING: LineState.RINGING,
    S.OFFERED: LineState.RINGING,
    S.REFUSED: LineState.RINGING,
    S.TURNING_AWAY: LineState.CLEARING,
    S.CONNECTED: LineState.CONNECTED,
    S.SEIZING: LineState.SEIZED,
    S.RETRYING: LineState.SEIZED,
    S.DIALLING: LineState.DIALLING,
    S.PROCEEDING: LineState.DIALLING,
    S.CLEARING: LineState.CLEARING,
    S.TESTING: LineState.TESTING,
}
