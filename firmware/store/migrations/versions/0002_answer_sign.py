"""By what the box knows that a dialled party answered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; of calls before it nothing is known beyond what the ledger says."""
    op.add_column("calls", sa.Column("answer", sa.String(), nullable=True))


def downgrade() -> None:
    """The column goes."""
    op.drop_column("calls", "answer")
