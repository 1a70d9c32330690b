"""Opening calls.db: SQLite in WAL mode, every commit on the disk, schema brought up to date.

A file of an older schema is kept as a snapshot before it is migrated; one of a newer schema
is kept beside, and the snapshot of our own revision takes its place (`firmware.store.schema`).
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

from firmware.errors import StoreError
from firmware.store import snapshots

MIGRATIONS = Path(__file__).parent / "migrations"
"""Alembic's folder."""


def head_revision(migrations: Path = MIGRATIONS) -> str:
    """The schema of this version: a migration's file is named by its number."""
    numbers = [path.name.partition("_")[0] for path in (migrations / "versions").glob("*_*.py")]
    if not numbers:
        raise StoreError("there are no migrations")
    return max(number for number in numbers if number.isdigit())


def open_database(path: Path, migrations: Path = MIGRATIONS) -> sa.Engine:
    """Open for the one writing process and migrate; makes the file when it is missing.

    Raises StoreError, the file as it was.  `snapshots.told` says whether it was put back.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be opened: {error}") from error
    up_to_date = snapshots.revision_of(path) == head_revision(migrations)
    if not up_to_date:
        # Alembic takes a slow box seconds to import, and most starts have nothing to migrate.
        from firmware.store import schema  # noqa: PLC0415

        schema.meet(path, migrations)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 1.0}
    )
    event.listen(engine, "connect", _settings)
    event.listen(engine, "begin", _begin)
    try:
        if not up_to_date:
            schema.migrate(engine, migrations=migrations)
        engine.connect().close()
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        raise StoreError(f"{path.name} cannot be opened: {error}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def open_read_only(path: Path) -> sa.Engine:
    """Open for reading only, from any process; the file must exist."""
    url = sa.URL.create(
        "sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"}
    )
    return sa.create_engine(url, connect_args={"timeout": 5})


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _settings(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are ours, so that a migration is one, too
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-512")  # KiB; the kernel keeps the file's pages, too
    cursor.close()
