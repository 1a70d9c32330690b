"""Call records as the pages ask for them, from the daemon's read models."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Protocol

from flask import current_app

from firmware.contract.ids import AgentId, CallId, RecordingId
from firmware.contract.model import Direction, Role
from firmware.contract.views import CallPage, CallRecord, RecordingView, Session
from firmware.store.read import MAX_PAGE, CallFilter, ReadModels


class Reader(Protocol):
    """What the pages need of `firmware.store.read.ReadModels`."""

    def calls(self, wanted: CallFilter, limit: int = 50, offset: int = 0) -> CallPage:
        """A page of call records, newest first."""

    def call(self, call: CallId) -> CallRecord | None:
        """One call record."""


@dataclass(frozen=True)
class Figures:
    """An agent's own day."""

    answered: int
    made: int
    talk_s: float

    @property
    def average_s(self) -> float | None:
        """Talk time per conversation; None before the first."""
        count = self.answered + self.made
        return self.talk_s / count if count else None


def open_reader(database: Path) -> Reader:
    """The read models of `database`; the file is opened at the first question."""
    return ReadModels(database)


def reader() -> Reader:
    """The reader of this application."""
    made: Reader = current_app.extensions["records"]
    return made


def day_start(now: datetime, zone: tzinfo) -> datetime:
    """Midnight of the site's day."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone)


def milliseconds(moment: datetime) -> int:
    """UTC milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def figures(agent: str, zone: tzinfo, now: datetime | None = None) -> Figures:
    """The conversations of `agent` since midnight."""
    since = day_start(now or datetime.now(UTC), zone)
    wanted = CallFilter(
        since_ms=milliseconds(since),
        until_ms=milliseconds(since + timedelta(days=1)),
        agent=AgentId(agent),
    )
    answered = made = 0
    talk_s = 0.0
    for record in _all(wanted):
        talk = _talk_s(record, agent)
        talk_s += talk
        answered += talk > 0 and record.direction is Direction.INBOUND
        made += talk > 0 and record.direction is Direction.OUTBOUND
    return Figures(answered, made, talk_s)


def _all(wanted: CallFilter) -> list[CallRecord]:
    records: list[CallRecord] = []
    while True:
        page = reader().calls(wanted, MAX_PAGE, len(records))
        records += page.calls
        if not page.calls or len(records) >= page.total:
            return records


def _talk_s(record: CallRecord, agent: str) -> float:
    return sum(
        (part.end_ms - part.start_ms) / 1000
        for part in record.parts
        if part.kind == "talk" and part.who == agent and part.end_ms is not None
    )


def may_see(session: Session, record: CallRecord) -> bool:
    """Agents see the calls they had a part in; supervisors all."""
    if session.role is not Role.AGENT:
        return True
    return record.agent == session.user or any(p.who == session.user for p in record.parts)


def may_hear(session: Session, recording: RecordingView) -> bool:
    """Agents hear their own recordings; supervisors all."""
    return session.role is not Role.AGENT or recording.agent == session.user


def find_recording(session: Session, name: RecordingId) -> RecordingView | None:
    """The recording, if it exists and `session` may hear it; else None."""
    record = reader().call(CallId(name.rpartition("-")[0]))
    if record is None:
        return None
    found = next((one for one in record.recordings if one.recording == name), None)
    return found if found is not None and may_hear(session, found) else None
