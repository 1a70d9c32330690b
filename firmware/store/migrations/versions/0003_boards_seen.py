"""Which trunks have ever had their board."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table; it fills itself as soon as the boards are there."""
    op.create_table(
        "boards_seen",
        sa.Column("trunk", sa.String(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("trunk"),
    )


def downgrade() -> None:
    """The table goes."""
    op.drop_table("boards_seen")
