"""Calls as lists of events, for tests of what follows from them."""

from firmware.contract.events import (
    AgentMissed,
    AgentOffered,
    AgentStateChanged,
    CallBridged,
    CallCleared,
    CallDequeued,
    CallOffered,
    CallQueued,
    DispositionSet,
    IvrStep,
    LegAdded,
    LegAlerting,
    LegCleared,
    LegConnected,
    LegHeld,
    LegRetrieved,
    RecordingStarted,
    RecordingStopped,
)
from firmware.contract.model import AgentState, Cause, Direction, Outcome, Party

CALL = "20261118T120000.000-1"
CALLER, AGENT = f"{CALL}.1", f"{CALL}.2"

ANSWERED_CALL = [  # (seconds since the event before, event)
    (0.0, CallOffered(CALL, Direction.INBOUND, "13912345678", "01088886666")),
    (0.0, LegAdded(CALL, CALLER, trunk="e1", channel=3, number="13912345678")),
    (0.5, LegConnected(CALL, CALLER)),
    (0.0, IvrStep(CALL, "main", "welcome")),
    (4.0, IvrStep(CALL, "main", "menu")),
    (6.0, CallQueued(CALL, "sales", priority=0, position=1)),
    (2.0, AgentOffered(CALL, "sales", "8001")),
    (0.0, AgentStateChanged("8001", AgentState.RESERVED, call=CALL)),
    (20.0, AgentMissed(CALL, "sales", "8001", misses=1)),
    (0.0, AgentStateChanged("8001", AgentState.READY)),
    (0.0, AgentOffered(CALL, "sales", "8002")),
    (0.0, LegAdded(CALL, AGENT, agent="8002")),
    (0.0, LegAlerting(CALL, AGENT)),
    (3.0, LegConnected(CALL, AGENT)),
    (0.0, CallBridged(CALL, (CALLER, AGENT), "8002", "sales", 25.0)),
    (0.0, AgentStateChanged("8002", AgentState.BUSY, call=CALL)),
    (0.0, RecordingStarted(CALL, f"{CALL}-1", "2026/1.wav", "8002")),
    (60.0, LegHeld(CALL, AGENT)),
    (10.0, LegRetrieved(CALL, AGENT)),
    (50.0, LegCleared(CALL, CALLER, Cause.NORMAL_CLEARING, Party.CALLER)),
    (0.0, LegCleared(CALL, AGENT, Cause.NORMAL_CLEARING, Party.CALLER)),
    (0.0, CallCleared(CALL, Cause.NORMAL_CLEARING, Party.CALLER, Outcome.ANSWERED)),
    (0.0, AgentStateChanged("8002", AgentState.WORKING_AFTER_CALL, call=CALL)),
    (0.2, RecordingStopped(CALL, f"{CALL}-1", 960_000, "ab" * 32)),
    (8.0, DispositionSet(CALL, "8002", "order", "wants two")),
    (7.0, AgentStateChanged("8002", AgentState.READY)),
]

ABANDONED_CALL = [
    (0.0, CallOffered(CALL, Direction.INBOUND, "13912345678", "01088886666")),
    (0.0, LegAdded(CALL, CALLER, trunk="e1", channel=3)),
    (0.5, LegConnected(CALL, CALLER)),
    (1.0, CallQueued(CALL, "sales", priority=0, position=1)),
    (30.0, CallDequeued(CALL, "sales", Outcome.ABANDONED, 30.0)),
    (0.0, LegCleared(CALL, CALLER, Cause.NORMAL_CLEARING, Party.CALLER)),
    (0.0, CallCleared(CALL, Cause.NORMAL_CLEARING, Party.CALLER, Outcome.ABANDONED)),
]

DIALLED_CALL = [
    (0.0, CallOffered(CALL, Direction.OUTBOUND, "01088886666", "13912345678", agent="8001")),
    (0.0, LegAdded(CALL, CALLER, agent="8001")),
    (0.0, LegConnected(CALL, CALLER)),
    (0.1, LegAdded(CALL, AGENT, trunk="e1", channel=31, number="13912345678")),
    (2.0, LegAlerting(CALL, AGENT)),
    (6.0, LegConnected(CALL, AGENT)),
    (0.0, CallBridged(CALL, (CALLER, AGENT), "8001")),
    (40.0, CallCleared(CALL, Cause.NORMAL_CLEARING, Party.AGENT, Outcome.ANSWERED)),
]


def append_all(ledger, clock, story):
    """Let the story happen."""
    for seconds, event in story:
        clock.advance(seconds)
        ledger.append(event)
