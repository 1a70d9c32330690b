"""All projections as one: used live by the ledger's writer, and by `rebuild`."""

from collections.abc import Sequence

from firmware.contract.events import (
    DispositionSet,
    Recorded,
    RecordingStarted,
    RecordingStopped,
)
from firmware.reporting.cdr import CallRecords, disposition
from firmware.reporting.timeline import AgentTimeLines
from firmware.reporting.times import CallTimes
from firmware.reporting.visits import QueueVisits
from firmware.store.changes import Change


class Projector:
    """Turns events into rows of calls, parts, recordings, visits and time lines."""

    def __init__(self) -> None:
        self._times = CallTimes()
        self._records = CallRecords()
        self._visits = QueueVisits()
        self._lines = AgentTimeLines()

    def apply(self, recorded: Recorded) -> list[Change]:
        """Take the next event; return what it changes."""
        changes = [*self._lines.apply(recorded), *_afterwards(recorded)]
        moment = self._times.moment(recorded)
        if moment is not None:
            changes += [*self._records.apply(moment), *self._visits.apply(moment)]
        return changes

    @property
    def calls_open(self) -> bool:
        """Whether a call is not over after the events so far."""
        return self._times.any_open

    def restore(self, events: Sequence[Recorded]) -> None:
        """Take the events of what is unfinished as already written."""
        for recorded in events:
            self.apply(recorded)


def _afterwards(recorded: Recorded) -> list[Change]:
    """What may come when the call is over: notes, and files that are complete."""
    match recorded.event:
        case DispositionSet() as event:
            return disposition(event)
        case RecordingStarted() as event:
            row = {
                "call": event.call,
                "path": event.path,
                "start_ms": recorded.at_ms,
                "agent": event.agent,
            }
            return [Change("recordings", event.recording, row, insert=True)]
        case RecordingStopped() as event:
            values = {"frames": event.frames, "sha256": event.sha256}
            return [Change("recordings", event.recording, values)]
        case _:
            return []
