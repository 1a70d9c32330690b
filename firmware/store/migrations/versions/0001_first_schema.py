"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _agent_states()
    _call_parts()
    _calls()
    _config_revisions()
    _events()
    _mark()
    _queue_visits()
    _recordings()
    _sessions()
    _users()


def _agent_states() -> None:
    op.create_table(
        "agent_states",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("actor", sa.String(), server_default="", nullable=False),
        sa.Column("call", sa.String(), nullable=True),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_agent_states_agent"), "agent_states", ["agent"], unique=False)
    op.create_index(op.f("ix_agent_states_start_ms"), "agent_states", ["start_ms"], unique=False)


def _call_parts() -> None:
    op.create_table(
        "call_parts",
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("kind", sa.String(), server_default="", nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("part"),
    )
    op.create_index(op.f("ix_call_parts_call"), "call_parts", ["call"], unique=False)
    op.create_index(op.f("ix_call_parts_who"), "call_parts", ["who"], unique=False)


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), server_default="", nullable=False),
        sa.Column("calling", sa.String(), nullable=False),
        sa.Column("called", sa.String(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer_ms", sa.BigInteger(), nullable=True),
        sa.Column("bridge_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("waited_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("cause", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("disposition", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("call"),
    )
    op.create_index(op.f("ix_calls_calling"), "calls", ["calling"], unique=False)
    op.create_index(op.f("ix_calls_start_ms"), "calls", ["start_ms"], unique=False)


def _config_revisions() -> None:
    op.create_table(
        "config_revisions",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor", sa.String(), server_default="", nullable=False),
        sa.Column("path", sa.String(), server_default="", nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("mono_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_events_at_ms"), "events", ["at_ms"], unique=False)
    op.create_index(op.f("ix_events_call"), "events", ["call"], unique=False)


def _mark() -> None:
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("mono_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("clean", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _queue_visits() -> None:
    op.create_table(
        "queue_visits",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), server_default="", nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("waited_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_queue_visits_call"), "queue_visits", ["call"], unique=False)
    op.create_index(op.f("ix_queue_visits_start_ms"), "queue_visits", ["start_ms"], unique=False)


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("path", sa.String(), server_default="", nullable=False),
        sa.Column("start_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("frames", sa.BigInteger(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("recording"),
    )
    op.create_index(op.f("ix_recordings_call"), "recordings", ["call"], unique=False)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("user", sa.String(), server_default="", nullable=False),
        sa.Column("role", sa.String(), server_default="", nullable=False),
        sa.Column("used_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("token_sha256"),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("role", sa.String(), server_default="", nullable=False),
        sa.Column("password_hash", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("user"),
    )
