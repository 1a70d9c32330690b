"""The chain of recordings: each seal covers its recording and the seal before.

    seal 1 = SHA-256([version, "",     recording, call, agent, path, frames, SHA-256 of the file])
    seal 2 = SHA-256([version, seal 1, recording, ...])

So a changed file or entry, one that is gone or one in another place breaks the chain from there
on.  What it cannot show: the last entries cut off, or all of it made anew.  Who wrote down the
last seal elsewhere finds that, too.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from enum import StrEnum

_VERSION = 1


@dataclass(frozen=True)
class Sealed:
    """What a seal covers."""

    recording: str
    call: str
    agent: str
    path: str  # below the folder of recordings
    frames: int
    sha256: str  # of the whole file, hex


@dataclass(frozen=True)
class Entry:
    """A sealed recording as the ledger has it."""

    recording: str
    what: Sealed | None  # None: its row is gone
    before: str
    seal: str


class Flaw(StrEnum):
    """What is not as it was sealed."""

    ENTRY_CHANGED = "entry_changed"
    ENTRIES_GONE = "entries_gone"  # or in another order
    NO_SEAL = "no_seal"
    RECORD_CHANGED = "record_changed"
    RECORD_GONE = "record_gone"
    FILE_CHANGED = "file_changed"
    FILE_GONE = "file_gone"
    FILE_UNREADABLE = "file_unreadable"
    FILE_UNKNOWN = "file_unknown"
    HEAD_UNKNOWN = "head_unknown"


@dataclass(frozen=True)
class Finding:
    """One flaw and where: a recording, a file's path or a seal."""

    flaw: Flaw
    where: str


def seal(before: str, what: Sealed) -> str:
    """64 hex digits; `before` is the seal of the recording sealed before, "" for the first."""
    fields = json.dumps([_VERSION, before, *astuple(what)])
    return hashlib.sha256(fields.encode()).hexdigest()


class Chain:
    """Entries are taken in their order; `head` is the last seal, "" before the first."""

    def __init__(self) -> None:
        self.head = ""

    def take(self, entry: Entry) -> Iterator[Finding]:
        """What is wrong with the next entry; the chain goes on from its seal in any case."""
        where = entry.recording
        if not entry.seal:
            if self.head:  # before the first seal: made by a version that knew none
                yield Finding(Flaw.NO_SEAL, where)
            return
        if entry.before != self.head:
            yield Finding(Flaw.ENTRIES_GONE, where)
        if entry.what is not None and seal(entry.before, entry.what) != entry.seal:
            yield Finding(Flaw.ENTRY_CHANGED, where)
        self.head = entry.seal
