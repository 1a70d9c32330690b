"""Opening calls.db: SQLite in WAL mode, every commit on the disk, schema brought up to date.

A file of an older schema is kept as a snapshot before it is migrated; one of a newer schema
is kept beside, and the snapshot of our own revision takes its place (`firmware.store.snapshots`).
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import event

from firmware.errors import StoreError
from firmware.store import snapshots

_MIGRATIONS = Path(__file__).parent / "migrations"


def head_revision(migrations: Path = _MIGRATIONS) -> str:
    """The schema of this version."""
    head = _script(migrations).get_current_head()
    if head is None:
        raise StoreError("there are no migrations")
    return head


def open_database(path: Path, migrations: Path = _MIGRATIONS) -> sa.Engine:
    """Open for the one writing process and migrate; makes the file when it is missing.

    Raises StoreError, the file as it was.  `snapshots.told` says whether it was put back.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.name} cannot be opened: {error}") from error
    _meet(path, migrations)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 1.0}
    )
    event.listen(engine, "connect", _settings)
    event.listen(engine, "begin", _begin)
    try:
        migrate(engine, migrations=migrations)
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        raise StoreError(f"{path.name} cannot be opened: {error}") from error
    except CommandError as error:
        engine.dispose()
        raise StoreError(f"{path.name} is of a newer version: {error}") from error
    return engine


def open_read_only(path: Path) -> sa.Engine:
    """Open for reading only, from any process; the file must exist."""
    url = sa.URL.create(
        "sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"}
    )
    return sa.create_engine(url, connect_args={"timeout": 5})


def _meet(path: Path, migrations: Path) -> None:
    """Keep a file that will be migrated; replace one that is newer than we are."""
    found, ours = snapshots.revision_of(path), head_revision(migrations)
    if found is None or found == ours:
        return
    if found in {script.revision for script in _script(migrations).walk_revisions()}:
        snapshots.take(path, found)
    else:
        snapshots.put_back(path, ours, found)


def _script(migrations: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(migrations))


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


def migrate(engine: sa.Engine, revision: str = "head", *, migrations: Path = _MIGRATIONS) -> None:
    """Bring the schema to `revision`; a newer schema than ours is an error and stays as it is."""
    config = _config(migrations)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _settings(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are ours, so that a migration is one, too
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
