"""Sealed recordings are found without reading the whole ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index, on few of the rows."""
    op.create_index(
        "events_sealed", "events", ["seq"], sqlite_where=sa.text("kind = 'RecordingStopped'")
    )


def downgrade() -> None:
    """The index goes."""
    op.drop_index("events_sealed", "events")
