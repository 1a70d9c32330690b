"""The way to a later schema and back, with a made-up later migration."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from firmware.errors import StoreError
from firmware.store import database as ours
from firmware.store import snapshots
from firmware.store.database import head_revision, open_database

HERE = Path(ours.__file__).parent / "migrations"
LATER = '''"""Made up."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drops what the version before needs."""
    op.create_table("later", sa.Column("number", sa.Integer()))
    op.drop_column("users", "role")
'''


@pytest.fixture
def later(tmp_path):
    """Migrations of a later version."""
    folder = tmp_path / "migrations"
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = LATER.format(head=head_revision())
    (folder / "versions" / "9001_later.py").write_text(text)
    return folder


@pytest.fixture
def database(tmp_path):
    return tmp_path / "data" / "calls.db"


def put(path, user):
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("insert into users (user) values (?)", (user,))
    connection.close()


def users(path):
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("select user from users")}
    finally:
        connection.close()


def opened(path, *migrations):
    open_database(path, *migrations).dispose()


def test_a_new_file_and_an_unchanged_one_have_no_snapshot(database):
    opened(database)
    opened(database)
    assert not list(database.parent.glob("snapshots/*.db"))


def test_what_was_before_a_migration_is_kept(database, later):
    opened(database)
    put(database, "before")
    opened(database, later)
    snapshot = database.parent / "snapshots" / f"{head_revision()}.db"
    assert users(snapshot) == {"before"}
    assert snapshots.revision_of(database) == "9001"
    assert snapshot.stat().st_mode & 0o777 == database.stat().st_mode & 0o777


def test_the_version_before_gets_its_own_file_back(database, later):
    opened(database)
    put(database, "before")
    opened(database, later)
    put(database, "meanwhile")
    opened(database)
    assert users(database) == {"before"}
    returned = snapshots.told(database)
    assert (returned.revision, returned.newer) == (head_revision(), "9001")
    assert users(database.parent / returned.kept) == {"before", "meanwhile"}
    snapshots.tell(database)
    assert snapshots.told(database) is None
    opened(database, later)
    assert users(database) == {"before"}


def test_a_log_that_was_not_written_back_goes_with_the_newer_file(database, later):
    opened(database)
    opened(database, later)
    stuck = sqlite3.connect(database)  # a process that was killed leaves its log behind
    stuck.execute("insert into users (user) values ('logged')")
    stuck.commit()
    for end in ("", "-wal"):
        shutil.copy(f"{database}{end}", f"{database}{end}.copy")
    stuck.close()
    for end in ("", "-wal"):
        Path(f"{database}{end}.copy").rename(f"{database}{end}")
    opened(database)
    assert users(database) == set()
    assert users(database.parent / snapshots.told(database).kept) == {"logged"}


def test_without_a_snapshot_nothing_changes(database, later):
    opened(database, later)
    before = database.read_bytes()
    with pytest.raises(StoreError, match=r"newer version \(9001\), and there is no snapshot"):
        opened(database)
    assert database.read_bytes() == before


def test_a_damaged_snapshot_replaces_nothing(database, later):
    opened(database)
    opened(database, later)
    (snapshot,) = database.parent.glob("snapshots/*.db")
    snapshot.write_bytes(b"not a database" * 1000)
    before = database.read_bytes()
    with pytest.raises(StoreError):
        opened(database)
    assert database.read_bytes() == before


def test_on_a_full_disk_the_old_schema_stays(database, later, monkeypatch):
    opened(database)
    put(database, "before")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(snapshots, "_copy", full)
    with pytest.raises(StoreError, match="No space"):
        opened(database, later)
    monkeypatch.undo()
    assert snapshots.revision_of(database) == head_revision()
    assert not list(database.parent.glob("snapshots/*"))
    opened(database)
    assert users(database) == {"before"}


def test_only_the_newest_two_snapshots_stay(database, later):
    opened(database)
    folder = database.parent / "snapshots"
    folder.mkdir()
    for age, name in enumerate(("older.db", "old.db", "newer.db")):
        (folder / name).write_bytes(b"old")
        os.utime(folder / name, (1000 + age, 1000 + age))
    opened(database, later)
    assert {one.name for one in folder.glob("*.db")} == {"newer.db", f"{head_revision()}.db"}


class Killed(BaseException):
    """Nothing of the program runs after it."""


def kill_at(monkeypatch, number):
    """From the `number`th call on that changes the disk, there is no process any more."""
    left = [number]

    def dying(work):
        def do(*arguments, **keys):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return work(*arguments, **keys)

        return do

    monkeypatch.setattr(os, "link", dying(os.link))
    monkeypatch.setattr(os, "fsync", dying(os.fsync))
    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))
    monkeypatch.setattr(snapshots, "_copy", dying(snapshots._copy))
    return left


@pytest.mark.timeout(60)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_whenever_the_process_dies_both_versions_open_it(database, later, monkeypatch, back):
    opened(database)
    put(database, "before")
    if back:
        opened(database, later)
    kept = database.parent.with_name("kept")
    shutil.copytree(database.parent, kept)
    deaths = 0
    for point in range(60):
        shutil.rmtree(database.parent)
        shutil.copytree(kept, database.parent)
        with monkeypatch.context() as patch:
            left = kill_at(patch, point)
            try:
                opened(database, *(() if back else (later,)))
            except Killed:
                deaths += 1
        state = shutil.copytree(database.parent, database.parent.with_name("state"))
        for versions in (((later,), ()), ((), (later,))):
            shutil.rmtree(database.parent)
            shutil.copytree(state, database.parent)
            for version in versions:
                opened(database, *version)
                assert users(database) == {"before"}, (point, versions)
        shutil.rmtree(state)
        if left[0] >= 0:
            break
    assert deaths == point
    assert deaths > 5, "the death came nowhere"


def test_a_return_cut_short_is_not_told(database, later, monkeypatch):
    opened(database)
    opened(database, later)
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", lambda a, b: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            opened(database)
    assert (database.parent / "snapshots" / "returned.json").exists()
    opened(database, later)
    assert snapshots.told(database) is None
    assert not (database.parent / "snapshots" / "returned.json").exists()
