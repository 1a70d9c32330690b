"""What the ledger reads of its past when the daemon starts, and `rebuild` reads whole."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from firmware.contract.events import Recorded
from firmware.store.encoding import decode
from firmware.store.tables import AGENT_STATES, CALLS, EVENTS, MARK

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Past:
    """Where the ledger goes on."""

    seq: int = 0
    clean: bool = True
    alive_at_ms: int = 0  # the last time at which the daemon was known to live, UTC
    alive_mono_ms: int = 0
    tail: tuple[Recorded, ...] = ()
    unfinished: tuple[Recorded, ...] = ()
    """All events of open calls, and of agents' present states."""


def load_past(engine: sa.Engine, tail: int) -> Past:
    """Read the end of the ledger; blocks."""
    with engine.connect() as connection:
        last = connection.execute(
            sa.select(EVENTS.c.seq, EVENTS.c.at_ms, EVENTS.c.mono_ms)
            .order_by(EVENTS.c.seq.desc())
            .limit(1)
        ).first()
        if last is None:
            return Past()
        mark = connection.execute(sa.select(MARK)).first()
        alive = max((last.mono_ms, last.at_ms), (mark.mono_ms, mark.at_ms) if mark else (0, 0))
        newest = sa.select(EVENTS).order_by(EVENTS.c.seq.desc()).limit(tail)
        return Past(
            seq=last.seq,
            clean=bool(mark and mark.clean),
            alive_at_ms=alive[1],
            alive_mono_ms=alive[0],
            tail=tuple(reversed(list(_recorded(connection, newest)))),
            unfinished=tuple(_recorded(connection, _unfinished())),
        )


def all_events(connection: sa.Connection) -> Iterator[Recorded]:
    """The whole ledger in order, read in pieces."""
    streamed = connection.execution_options(yield_per=1000)
    yield from _recorded(streamed, sa.select(EVENTS).order_by(EVENTS.c.seq))


def events_since(connection: sa.Connection, seq: int, limit: int) -> list[Recorded]:
    """At most `limit` events after number `seq`."""
    query = sa.select(EVENTS).where(EVENTS.c.seq > seq).order_by(EVENTS.c.seq).limit(limit)
    return list(_recorded(connection, query))


def _unfinished() -> sa.Select[Any]:
    open_calls = sa.select(CALLS.c.call).where(CALLS.c.end_ms.is_(None))
    open_states = sa.select(AGENT_STATES.c.seq).where(AGENT_STATES.c.end_ms.is_(None))
    return (
        sa.select(EVENTS)
        .where(sa.or_(EVENTS.c.call.in_(open_calls), EVENTS.c.seq.in_(open_states)))
        .order_by(EVENTS.c.seq)
    )


def _recorded(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Recorded]:
    for row in connection.execute(query):
        try:
            event = decode(row.kind, row.body)
        except ValueError as error:  # somebody's hand or a bad disk; the box starts all the same
            _LOGGER.error("ledger{%d}: not readable: %s", row.seq, type(error).__name__)
            continue
        if event is not None:
            yield Recorded(row.seq, row.at_ms, event, row.mono_ms)
