"""Bringing calls.db to the schema of this version, by Alembic."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from firmware.errors import StoreError
from firmware.store import snapshots
from firmware.store.database import MIGRATIONS, head_revision


def meet(path: Path, migrations: Path) -> None:
    """Keep a file that will be migrated; replace one that is newer than we are.  StoreError."""
    found, ours = snapshots.revision_of(path), head_revision(migrations)
    if found is None or found == ours:
        return
    script = ScriptDirectory.from_config(_config(migrations))
    if found in {known.revision for known in script.walk_revisions()}:
        snapshots.take(path, found)
    else:
        snapshots.put_back(path, ours, found)


def migrate(engine: sa.Engine, revision: str = "head", *, migrations: Path = MIGRATIONS) -> None:
    """Bring the schema to `revision`.

    StoreError for a newer schema than ours, which stays as it is; errors of SQLAlchemy.
    """
    config = _config(migrations)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise StoreError(f"the database is of a newer version: {error}") from error


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config
