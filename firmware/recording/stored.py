"""What calls.db knows of recordings; everything here blocks and only reads."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import sqlalchemy as sa

from firmware.contract.events import RecordingStopped
from firmware.contract.ids import AgentId, CallId, RecordingId
from firmware.store.encoding import decode
from firmware.store.tables import EVENTS, RECORDINGS

_SEALED = sa.text("kind = 'RecordingStopped'")  # as the index has it


@dataclass(frozen=True)
class Record:
    """A row of the recordings' table: what the pages show."""

    recording: RecordingId
    call: CallId
    path: str
    agent: AgentId | None
    frames: int | None
    sha256: str


_RECORDS = sa.select(*(RECORDINGS.c[field.name] for field in fields(Record)))


def left_over(connection: sa.Connection) -> tuple[list[Record], str]:
    """What `Recordings.recover` takes: recordings without their end, and the last seal."""
    rows = connection.execute(_RECORDS.where(RECORDINGS.c.sha256 == ""))
    return [Record(*row) for row in rows], _head(connection)


def count(connection: sa.Connection) -> int:
    """How many entries there are."""
    query = sa.select(sa.func.count()).select_from(EVENTS).where(_SEALED)
    return int(connection.execute(query).scalar_one())


def entries(
    connection: sa.Connection,
) -> Iterator[tuple[int, RecordingStopped | None, Record | None]]:
    """All ends of recordings in their order: number, event, row; None: not readable, not there."""
    streamed = connection.execution_options(yield_per=1000)
    query = sa.select(EVENTS.c.seq, EVENTS.c.body).where(_SEALED).order_by(EVENTS.c.seq)
    for seq, body in streamed.execute(query):
        event = _event(body)
        yield seq, event, record_of(connection, event.recording) if event else None


def record_of(connection: sa.Connection, recording: str) -> Record | None:
    """The row of one recording."""
    row = connection.execute(_RECORDS.where(RECORDINGS.c.recording == recording)).first()
    return Record(*row) if row else None


def _head(connection: sa.Connection) -> str:
    query = sa.select(EVENTS.c.body).where(_SEALED).order_by(EVENTS.c.seq.desc())
    for body in connection.execution_options(yield_per=100).execute(query).scalars():
        event = _event(body)
        if event is not None and event.seal:
            return event.seal
    return ""


def _event(body: str) -> RecordingStopped | None:
    try:
        event = decode("RecordingStopped", body)
    except ValueError:
        return None
    return event if isinstance(event, RecordingStopped) else None
