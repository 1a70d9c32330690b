"""Tables of calls.db.  Times are UTC milliseconds, durations milliseconds."""

import sqlalchemy as sa

METADATA = sa.MetaData()


def _text(name: str, default: str | None = "") -> sa.Column[str]:
    """A text column; with the default None it may be null."""
    return sa.Column(name, sa.String, nullable=default is None, server_default=default)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    """A whole number; with no default it may be null."""
    return sa.Column(name, sa.BigInteger, nullable=default is None, server_default=default)


EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("mono_ms", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("call", sa.String, index=True),
    sa.Column("agent", sa.String),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("events_sealed", "seq", sqlite_where=sa.text("kind = 'RecordingStopped'")),
)
"""The ledger: append only."""

MARK = sa.Table(
    "mark",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    _number("at_ms", "0"),
    _number("mono_ms", "0"),
    sa.Column("clean", sa.Boolean, nullable=False, server_default=sa.false()),
)
"""One row: when the writer was last known alive, and whether it was closed in order."""

CALLS = sa.Table(
    "calls",
    METADATA,
    sa.Column("call", sa.String, primary_key=True),
    _text("direction"),
    sa.Column("calling", sa.String, nullable=False, index=True),
    sa.Column("called", sa.String, nullable=False),
    sa.Column("start_ms", sa.BigInteger, nullable=False, index=True),
    _number("answer_ms"),
    _number("bridge_ms"),
    _number("end_ms"),
    _text("queue", None),
    _text("agent", None),
    _number("waited_ms", "0"),
    _number("talk_ms", "0"),
    _number("hold_ms", "0"),
    _text("outcome", None),
    _number("cause"),
    _text("by", None),
    _text("answer", None),
    _text("disposition"),
    _text("note"),
    sa.Column("path", sa.JSON, nullable=False),
)

CALL_PARTS = sa.Table(
    "call_parts",
    METADATA,
    sa.Column("part", sa.String, primary_key=True),  # "<seq of the first event>.<kind>"
    sa.Column("call", sa.String, nullable=False, index=True),
    _number("seq", "0"),
    _text("kind"),
    sa.Column("who", sa.String, nullable=False, index=True),
    _number("start_ms", "0"),
    _number("end_ms"),
)

RECORDINGS = sa.Table(
    "recordings",
    METADATA,
    sa.Column("recording", sa.String, primary_key=True),
    sa.Column("call", sa.String, nullable=False, index=True),
    _text("path"),
    _number("start_ms", "0"),
    _number("frames"),
    _text("agent", None),
    _text("sha256"),
)

QUEUE_VISITS = sa.Table(
    "queue_visits",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("call", sa.String, nullable=False, index=True),
    _text("queue"),
    sa.Column("start_ms", sa.BigInteger, nullable=False, index=True),
    _number("waited_ms"),
    _text("outcome", None),
    _text("agent", None),
)
"""One row an entry to a queue: all figures of queues are computed from these."""

AGENT_STATES = sa.Table(
    "agent_states",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("agent", sa.String, nullable=False, index=True),
    _text("state"),
    _text("reason"),
    _text("actor"),
    _text("call", None),
    sa.Column("start_ms", sa.BigInteger, nullable=False, index=True),
    _number("end_ms"),
)
"""Each agent's time line; the present state has no end."""

CONFIG_REVISIONS = sa.Table(
    "config_revisions",
    METADATA,
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    _number("at_ms", "0"),
    _text("actor"),
    _text("path"),
    sa.Column("document", sa.JSON, nullable=False),
)

USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("user", sa.String, primary_key=True),
    _text("role"),
    _text("password_hash"),
)

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("token_sha256", sa.String, primary_key=True),
    _text("user"),
    _text("role"),
    _number("used_ms", "0"),
)

BOARDS_SEEN = sa.Table(
    "boards_seen",
    METADATA,
    sa.Column("trunk", sa.String, primary_key=True),
    _number("first_ms", "0"),
)
"""Trunks whose board has ever said who it is: one that is missing later is a fault."""

PROJECTED = {t.name: t for t in (CALLS, CALL_PARTS, RECORDINGS, QUEUE_VISITS, AGENT_STATES)}
"""Tables that `rebuild` empties and fills again from the ledger."""
