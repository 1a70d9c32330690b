"""Every recording against its seal: entries, rows and files; reads only, also beside a running box.

A file that is being written, and one whose seal is not written yet, is no flaw.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from firmware.contract.events import RecordingStopped
from firmware.recording.seals import Chain, Entry, Finding, Flaw, Sealed
from firmware.recording.stored import Record, count, entries, record_of

Progress = Callable[[int, int], None]
"""Called for each entry: its number, of how many."""
_YOUNG_S = 10.0


class Check:
    """One look at all of it.  `findings` may be read once; then `sealed` and `head` are known."""

    def __init__(self, database: sa.Engine, folder: Path, progress: Progress) -> None:
        """`database` is calls.db, `folder` that of the recordings."""
        self._database, self._folder, self._progress = database, folder, progress
        self.sealed, self.head = 0, ""

    def findings(self, noted: str = "") -> Iterator[Finding]:
        """All flaws; `noted` is a seal that somebody wrote down earlier.  SQLAlchemyError."""
        chain, met = Chain(), noted == ""
        with self._database.connect() as connection:
            total = count(connection)
            for done, (seq, event, record) in enumerate(entries(connection), 1):
                self._progress(done, total)
                if event is None:
                    yield Finding(Flaw.ENTRY_CHANGED, f"{seq}")
                    continue
                yield from chain.take(_entry(event, record))
                yield from self._stored(event, record)
                met |= event.seal == noted
                self.sealed += event.seal != ""
            yield from self._strangers(connection)
        self.head = chain.head
        if not met:
            yield Finding(Flaw.HEAD_UNKNOWN, noted)

    def _stored(self, event: RecordingStopped, record: Record | None) -> Iterator[Finding]:
        if record is None:
            yield Finding(Flaw.RECORD_GONE, event.recording)
            return
        if (record.call, record.frames, record.sha256) != (event.call, event.frames, event.sha256):
            yield Finding(Flaw.RECORD_CHANGED, event.recording)
        path = self._folder / record.path
        if not path.resolve().is_relative_to(self._folder.resolve()):
            return  # the seal tells that the row was changed
        try:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != event.sha256:
                    yield Finding(Flaw.FILE_CHANGED, record.path)
        except FileNotFoundError:
            yield Finding(Flaw.FILE_GONE, record.path)
        except OSError:
            yield Finding(Flaw.FILE_UNREADABLE, record.path)

    def _strangers(self, connection: sa.Connection) -> Iterator[Finding]:
        for path in sorted(self._folder.rglob("*.wav")):
            relative = path.relative_to(self._folder).as_posix()
            record = record_of(connection, path.stem)
            if (record is None or record.path != relative) and not _young(path):
                yield Finding(Flaw.FILE_UNKNOWN, relative)


def _entry(event: RecordingStopped, record: Record | None) -> Entry:
    what = None
    if record is not None:
        agent = record.agent or ""
        what = Sealed(event.recording, event.call, agent, record.path, event.frames, event.sha256)
    return Entry(event.recording, what, event.before, event.seal)


def _young(path: Path) -> bool:
    """The box is ahead of its ledger by 200 ms; a file that is written to is young."""
    try:
        return time.time() - path.stat().st_mtime < _YOUNG_S
    except FileNotFoundError:
        return True
