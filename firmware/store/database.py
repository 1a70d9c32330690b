"""Opening calls.db: SQLite in WAL mode, every commit on the disk, schema brought up to date."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import event

from firmware.errors import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(path: Path) -> sa.Engine:
    """Open for the one writing process and migrate; makes the file when it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 1.0}
    )
    event.listen(engine, "connect", _settings)
    event.listen(engine, "begin", _begin)
    try:
        migrate(engine)
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


def migrate(engine: sa.Engine, revision: str = "head") -> None:
    """Bring the schema to `revision`; a newer schema than ours is an error and stays as it is."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
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
