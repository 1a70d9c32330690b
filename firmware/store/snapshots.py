"""Copies of calls.db from before a migration, and the way back to one.

A version that migrates keeps the file as it was: `snapshots/<revision>.db`.  A version that
finds a schema newer than its own (the box fell back) puts the snapshot of its own revision
in the place of calls.db and keeps the newer file beside it.  Each step is on the disk before
the next begins, and calls.db exists at every moment: whenever the power goes, the next start
of either version finds a whole database.
"""

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from firmware.errors import StoreError

KEPT = 2
"""Snapshots, and newer files, that stay; the oldest go."""
_NOTE = "returned.json"
_BESIDE = ("-wal", "-shm", "-journal")
_WAIT_S = 5.0


@dataclass(frozen=True)
class Returned:
    """calls.db was put back to a snapshot."""

    revision: str
    newer: str  # revision of the file that was there
    kept: str  # name of that file now, beside calls.db
    taken_ms: int  # UTC: what happened since is only in the kept file


def revision_of(path: Path) -> str | None:
    """The schema that the file has; None for one without tables.  Raises StoreError."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    with _errors(path), contextlib.closing(_connect(path)) as database:
        named = "select 1 from sqlite_master where name = 'alembic_version'"
        if database.execute(named).fetchone() is None:
            return None
        row = database.execute("select version_num from alembic_version").fetchone()
        return None if row is None else str(row[0])


def take(path: Path, revision: str) -> Path:
    """Copy calls.db as it is; on the disk when this returns.  Raises StoreError."""
    folder = _folder(path)
    snapshot, fresh = folder / f"{revision}.db", folder / "new.db"
    with _errors(path):
        folder.mkdir(exist_ok=True, mode=0o750)
        _sync(path.parent)
        _remove(fresh)
        try:
            _copy(path, fresh)
            fresh.replace(snapshot)
        finally:
            _remove(fresh)
        _sync(folder)
    for old in _newest_first(folder, "*.db")[KEPT:]:
        old.unlink(missing_ok=True)
    return snapshot


def put_back(path: Path, revision: str, newer: str) -> Returned:
    """Let the snapshot of `revision` be calls.db; nobody may have that open for writing.

    Raises StoreError, nothing changed then.
    """
    snapshot = _folder(path) / f"{revision}.db"
    if not snapshot.is_file():
        raise StoreError(
            f"{path.name} is of a newer version ({newer}), and there is no snapshot of {revision}"
        )
    with _errors(path):
        _check(snapshot, revision)
        kept = _free_name(path, newer)
        returned = Returned(revision, newer, kept.name, snapshot.stat().st_mtime_ns // 1_000_000)
        _settle(path)
        _write(_folder(path) / _NOTE, json.dumps(asdict(returned)))
        os.link(path, kept)
        _sync(path.parent)
        snapshot.replace(path)
        _sync(path.parent)
        _sync(snapshot.parent)
    return returned


def told(path: Path) -> Returned | None:
    """What `put_back` did and nobody has told yet; tidies up where it was cut short."""
    note = _folder(path) / _NOTE
    try:
        returned = Returned(**json.loads(note.read_text()))
        kept = path.parent / Path(returned.kept).name
        if kept.is_file() and not kept.samefile(path):
            return returned
        kept.unlink(missing_ok=True)  # two names of one file: it was not replaced
        note.unlink()
    except (OSError, ValueError, TypeError):
        return None
    return None


def tell(path: Path) -> None:
    """The return is in the ledger; newer files that are too many go."""
    (_folder(path) / _NOTE).unlink(missing_ok=True)
    for old in _newest_first(path.parent, f"{path.stem}.newer-*.db")[KEPT:]:
        old.unlink(missing_ok=True)


def _folder(path: Path) -> Path:
    return path.parent / "snapshots"


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)


def _copy(path: Path, fresh: Path) -> None:
    with (
        contextlib.closing(_connect(path)) as source,
        contextlib.closing(_connect(fresh)) as target,
    ):
        source.backup(target)
    shutil.copymode(path, fresh)
    _sync(fresh)


def _check(snapshot: Path, revision: str) -> None:
    """A snapshot that cannot be read must not replace anything."""
    with contextlib.closing(_connect(snapshot)) as database:
        (found,) = database.execute("pragma quick_check").fetchone()
        (own,) = database.execute("select version_num from alembic_version").fetchone()
    _remove(snapshot, only_beside=True)
    if found != "ok" or own != revision:
        raise StoreError(f"the snapshot {snapshot.name} is damaged: {found}, revision {own}")


def _settle(path: Path) -> None:
    """Write everything of the log into the file, and let the log be gone.

    A log that outlived its file would be played into the snapshot.
    """
    with contextlib.closing(_connect(path)) as database:
        (busy, *_) = database.execute("pragma wal_checkpoint(truncate)").fetchone()
    if busy:
        raise StoreError(f"{path.name} is being read and cannot be replaced now")
    _sync(path)
    _remove(path, only_beside=True)
    _sync(path.parent)


def _remove(path: Path, *, only_beside: bool = False) -> None:
    for end in _BESIDE if only_beside else ("", *_BESIDE):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _free_name(path: Path, newer: str) -> Path:
    name = f"{path.stem}.newer-{newer}"
    numbers = (path.with_name(f"{name}.{n}.db") for n in range(1, 1000))
    return next(one for one in numbers if not one.exists())


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern), key=lambda file: file.stat().st_mtime_ns, reverse=True)


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    _sync(fresh)
    fresh.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path.name} cannot be opened: {error}") from error
