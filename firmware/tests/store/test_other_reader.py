"""calls.db read by the pages: another user of the daemon's group, who may write nothing."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from firmware.store.database import open_database, open_read_only

OWNER, GROUP, READER, STRANGER = 900, 900, 902, 65534
_READ = """
import sqlite3, sys
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=5) as database:
    print(database.execute("SELECT count(*) FROM told").fetchone()[0])
    try:
        database.execute("INSERT INTO told VALUES (9)")
    except sqlite3.OperationalError:
        print("read-only")
"""

PYTHON = shutil.which("python3", path="/usr/bin")  # one that other users may run
needs_root = pytest.mark.skipif(os.geteuid() != 0 or PYTHON is None, reason="becomes another user")


@pytest.fixture
def folder():
    """As tmpfiles makes /data/callbox; the process has the mask of the daemon's unit."""
    before = os.umask(0o027)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "callbox"
        Path(name).chmod(0o755)
        folder.mkdir()
        os.chown(folder, OWNER, GROUP)
        folder.chmod(0o2750)
        yield folder
    os.umask(before)


@pytest.fixture
def database(folder):
    engine = open_database(folder / "calls.db")
    for file in folder.iterdir():
        os.chown(file, OWNER, GROUP)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE told (number INTEGER)")
        connection.exec_driver_sql("INSERT INTO told VALUES (1), (2)")
    yield engine
    engine.dispose()


def read(path, user):
    return subprocess.run(
        [PYTHON, "-I", "-c", _READ, path],
        user=user, group=GROUP if user == READER else user, extra_groups=[],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip


@needs_root
def test_the_group_reads_what_is_not_yet_in_the_main_file(database, folder):
    assert (folder / "calls.db-wal").stat().st_size > 0
    done = read(folder / "calls.db", READER)
    assert done.stdout.split() == ["2", "read-only"], done.stderr


@needs_root
def test_nobody_else_reads(database, folder):
    done = read(folder / "calls.db", STRANGER)
    assert done.returncode != 0
    assert "unable to open" in done.stderr


@needs_root
def test_every_file_of_the_database_is_for_owner_and_group(database, folder):
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == dict.fromkeys(("calls.db", "calls.db-wal", "calls.db-shm"), 0o640)
    assert {path.stat().st_gid for path in folder.iterdir()} == {GROUP}


def test_a_reader_in_this_process_writes_nothing(tmp_path):
    writer = open_database(tmp_path / "calls.db")
    reader = open_read_only(tmp_path / "calls.db")
    with reader.connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.exec_driver_sql("CREATE TABLE told (number INTEGER)")
    reader.dispose()
    writer.dispose()
