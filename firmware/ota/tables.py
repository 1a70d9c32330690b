"""Tables of ota.db.

They never change: after a falling back the older version reads what the newer one wrote.
What is kept is JSON in `body`; fields that are new are ignored, those that are missing have
their defaults.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

DOCUMENTS = sa.Table(
    "documents",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)
"""One row a name: present, settings, slots."""

HISTORY = sa.Table(
    "history",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("body", sa.Text, nullable=False),
)
"""Finished updates (`firmware.ota.present.Told`)."""
