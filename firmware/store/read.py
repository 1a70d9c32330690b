"""Read models from calls.db, for any process; nothing here can write.

Methods block: in the daemon they are called by `asyncio.to_thread`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from firmware.contract.ids import AgentId, CallId, QueueId
from firmware.contract.model import AnswerSign, Cause, Direction, Outcome, Party
from firmware.contract.views import (
    CallPage,
    CallPart,
    CallRecord,
    EventPage,
    RecordingView,
    RevisionView,
)
from firmware.store.database import open_read_only
from firmware.store.encoding import as_message
from firmware.store.history import events_since
from firmware.store.tables import (
    CALL_PARTS,
    CALLS,
    CONFIG_REVISIONS,
    QUEUE_VISITS,
    RECORDINGS,
)

MAX_PAGE = 500


@dataclass(frozen=True)
class CallFilter:
    """Which calls; what is empty does not matter."""

    since_ms: int | None = None
    until_ms: int | None = None  # not included
    number: str = ""  # digits anywhere in the calling or called number
    agent: AgentId | None = None  # who talked, rang or dialled
    queue: QueueId | None = None  # entered it
    direction: Direction | None = None
    outcome: Outcome | None = None
    open: bool = True  # with the calls that are not over


@dataclass(frozen=True)
class VisitRow:
    """A stay in a queue; see `firmware.reporting.figures`."""

    seq: int
    queue: QueueId
    start_ms: int
    waited_ms: int | None
    outcome: Outcome | None


class ReadModels:
    """One per process."""

    def __init__(self, path: Path) -> None:
        """`path` is calls.db; it is opened at the first question."""
        self._engine = open_read_only(path)

    def close(self) -> None:
        """Let the file go."""
        self._engine.dispose()

    def calls(self, wanted: CallFilter, limit: int = 50, offset: int = 0) -> CallPage:
        """A page of call records, newest first."""
        where = _conditions(wanted)
        newest = (CALLS.c.start_ms.desc(), CALLS.c.call.desc())
        query = sa.select(CALLS).where(*where).order_by(*newest)
        with self._engine.connect() as connection:
            rows = connection.execute(query.limit(min(limit, MAX_PAGE)).offset(offset)).all()
            total = sa.select(sa.func.count()).select_from(CALLS).where(*where)
            count = connection.execute(total).scalar_one()
            return CallPage(tuple(_records(connection, rows)), count)

    def call(self, call: CallId) -> CallRecord | None:
        """One call record."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(CALLS).where(CALLS.c.call == call)).all()
            return next(iter(_records(connection, rows)), None)

    def events(self, since: int, limit: int) -> EventPage:
        """Events after number `since`."""
        with self._engine.connect() as connection:
            events = events_since(connection, since, limit)
        last = events[-1].seq if events else since
        return EventPage(tuple(as_message(e) for e in events), last)

    def visits(self, since_ms: int) -> list[VisitRow]:
        """Entries to queues since then."""
        table = QUEUE_VISITS
        query = sa.select(table).where(table.c.start_ms >= since_ms).order_by(table.c.seq)
        with self._engine.connect() as connection:
            return [_visit(row) for row in connection.execute(query)]

    def revisions(self, limit: int = 100) -> tuple[RevisionView, ...]:
        """History of the configuration, newest first."""
        table = CONFIG_REVISIONS
        columns = (table.c.revision, table.c.at_ms, table.c.actor, table.c.path)
        query = sa.select(*columns).order_by(table.c.revision.desc()).limit(limit)
        with self._engine.connect() as connection:
            return tuple(RevisionView(*row) for row in connection.execute(query))


def _conditions(wanted: CallFilter) -> list[sa.ColumnElement[bool]]:
    table = CALLS.c
    exact = {table.direction: wanted.direction, table.outcome: wanted.outcome}
    conditions = [column == value for column, value in exact.items() if value is not None]
    if wanted.since_ms is not None:
        conditions.append(table.start_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        conditions.append(table.start_ms < wanted.until_ms)
    if wanted.number:
        conditions.append(
            sa.or_(
                table.calling.contains(wanted.number, autoescape=True),
                table.called.contains(wanted.number, autoescape=True),
            )
        )
    return conditions + _part_conditions(wanted)


def _part_conditions(wanted: CallFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.agent is not None:
        took_part = sa.select(CALL_PARTS.c.call).where(CALL_PARTS.c.who == wanted.agent)
        conditions.append(
            sa.or_(CALLS.c.agent == wanted.agent, CALLS.c.call.in_(took_part)),
        )
    if wanted.queue is not None:
        entered = sa.select(QUEUE_VISITS.c.call).where(QUEUE_VISITS.c.queue == wanted.queue)
        conditions.append(CALLS.c.call.in_(entered))
    if not wanted.open:
        conditions.append(CALLS.c.end_ms.is_not(None))
    return conditions


def _records(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> Iterable[CallRecord]:
    calls = [row.call for row in rows]
    parts: dict[str, list[CallPart]] = defaultdict(list)
    query = sa.select(CALL_PARTS).where(CALL_PARTS.c.call.in_(calls))
    for row in connection.execute(query.order_by(CALL_PARTS.c.seq, CALL_PARTS.c.part)):
        parts[row.call].append(CallPart(row.kind, row.start_ms, row.end_ms, row.who))
    recordings: dict[str, list[RecordingView]] = defaultdict(list)
    query = sa.select(RECORDINGS).where(RECORDINGS.c.call.in_(calls))
    for row in connection.execute(query.order_by(RECORDINGS.c.start_ms)):
        recordings[row.call].append(
            RecordingView(row.recording, row.path, row.start_ms, row.frames, row.agent)
        )
    for row in rows:
        yield _record(row, parts[row.call], recordings[row.call])


def _record(
    row: sa.Row[Any], parts: Iterable[CallPart], recordings: Iterable[RecordingView]
) -> CallRecord:
    return CallRecord(
        call=row.call,
        direction=Direction(row.direction),
        calling=row.calling,
        called=row.called,
        start_ms=row.start_ms,
        answer_ms=row.answer_ms,
        bridge_ms=row.bridge_ms,
        end_ms=row.end_ms,
        queue=row.queue,
        agent=row.agent,
        waited_s=row.waited_ms / 1000,
        talk_s=row.talk_ms / 1000,
        hold_s=row.hold_ms / 1000,
        outcome=Outcome(row.outcome) if row.outcome else None,
        cause=Cause.of(row.cause) if row.cause is not None else None,
        by=Party(row.by) if row.by else None,
        disposition=row.disposition,
        note=row.note,
        answer=AnswerSign(row.answer) if row.answer else None,
        path=tuple(row.path),
        parts=tuple(parts),
        recordings=tuple(recordings),
    )


def _visit(row: sa.Row[Any]) -> VisitRow:
    outcome = Outcome(row.outcome) if row.outcome else None
    return VisitRow(row.seq, row.queue, row.start_ms, row.waited_ms, outcome)
