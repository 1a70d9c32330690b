import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from firmware.errors import StoreError
from firmware.store.database import MIGRATIONS, head_revision, open_database, open_read_only
from firmware.store.schema import migrate
from firmware.store.tables import METADATA


def test_every_commit_is_on_the_disk(database):
    engine = open_database(database)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2  # FULL
    engine.dispose()


def test_migrations_make_the_tables_that_the_code_knows(database):
    engine = open_database(database)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_opening_twice_changes_nothing(database):
    open_database(database).dispose()
    before = database.read_bytes()
    open_database(database).dispose()
    assert database.read_bytes() == before


def test_a_migration_that_fails_leaves_the_old_schema(database):
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.exec_driver_sql("create table users (other integer)")
    engine.dispose()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_database(database)
    connection = sqlite3.connect(database)
    assert connection.execute("select name from sqlite_master").fetchall() == [("users",)]
    connection.close()


def test_a_file_that_is_no_database_is_an_error(database):
    database.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError):
        open_database(database)
    assert database.read_bytes() == b"not a database" * 100


def test_a_schema_of_a_newer_version_is_an_error(database):
    engine = open_database(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreError, match="newer"):
        open_database(database)


def test_readers_cannot_write(tmp_path):
    database = tmp_path / "what? a #name%" / "calls.db"
    open_database(database).dispose()
    engine = open_read_only(database)
    with pytest.raises(sa.exc.OperationalError), engine.begin() as connection:
        connection.exec_driver_sql("delete from users")
    engine.dispose()


def test_migrating_by_hand_is_repeatable(database):
    engine = open_database(database)
    migrate(engine)
    engine.dispose()


def test_the_newest_file_is_named_by_the_newest_revision():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert head_revision() == ScriptDirectory.from_config(config).get_current_head()


def test_an_unchanged_file_is_opened_without_the_migrating_library(database):
    open_database(database).dispose()
    code = (
        "import sys; from pathlib import Path; from firmware.store.database import open_database;"
    )
    code += f"open_database(Path({str(database)!r})).dispose(); print('alembic' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "False"
