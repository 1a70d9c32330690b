"""The configuration in force: proposed, checked whole, kept as revisions, told to its owners.

A change is all or nothing: one wrong value anywhere and nothing changes.  Rolling back is
proposing an old document.
"""

import asyncio
import copy
import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from firmware.contract.config import Check, Config, check
from firmware.contract.events import ConfigApplied
from firmware.contract.views import Problem
from firmware.errors import ConfigConflict, ConfigRejected
from firmware.store.ledger import Ledger
from firmware.store.tables import CONFIG_REVISIONS
from firmware.timers import Clock

Reconfigure = Callable[[Config, Config], None]
"""Called with the old and the new configuration; running calls keep the old values."""
Beside = Callable[[sa.Connection], None]
"""Writes what must be there with a revision, or not at all."""
_LOGGER = logging.getLogger(__name__)


class Configuration:
    """Belongs to the loop, which it never blocks: revisions are written by the ledger's thread."""

    def __init__(self, ledger: Ledger, clock: Clock, checks: Sequence[Check] = ()) -> None:
        self._ledger, self._clock, self._checks = ledger, clock, tuple(checks)
        self._owners: list[tuple[frozenset[str], Reconfigure]] = []
        self._changing = asyncio.Lock()
        self.current, self.revision = Config(), 0

    def load(self, default: Mapping[str, Any]) -> None:
        """Take the newest revision that is valid, or `default` on a new box; blocks.

        A revision that this version rejects is passed over with a log entry, and what
        is taken instead becomes a new revision, so that nothing is lost.
        """
        kept = self._ledger.run(_kept)
        for revision, document in kept:
            checked = self._checked(document)
            if isinstance(checked, Config):
                self.current, self.revision = checked, revision
                break
            _LOGGER.error("config: revision %d is not valid: %s", revision, _words(checked))
        else:
            self.current = self._accept(default)
        newest = kept[0][0] if kept else 0
        if self.revision != newest or not kept:
            self._store(newest + 1, self.document(), "box", "")
            self.revision = newest + 1

    def document(self) -> dict[str, Any]:
        """The configuration in force as JSON data."""
        return self.current.model_dump(mode="json")

    def document_of(self, revision: int) -> dict[str, Any] | None:
        """An old revision's document; blocks."""
        return self._ledger.run(lambda connection: _document(connection, revision))

    def own(self, parts: Collection[str], reconfigure: Reconfigure) -> None:
        """Have `reconfigure` called when one of these top-level parts changes."""
        self._owners.append((frozenset(parts), reconfigure))

    def check(self, document: Any) -> None:
        """Raise ConfigRejected for what `propose` would reject."""
        self._accept(document)

    async def propose(
        self, base: int, path: str, value: Any, actor: str, beside: Beside | None = None
    ) -> int:
        """Set `path` ("queues.sales"; "" = everything; None removes) if `base` is current.

        `beside` writes more in the same transaction.  Returns the new revision, or the
        present one when nothing differs.  Raises ConfigConflict, ConfigRejected with every
        problem, StoreError.
        """
        async with self._changing:
            if base != self.revision:
                raise ConfigConflict(self.revision, await asyncio.to_thread(self._since, base))
            new = self._accept(set_at(self.document(), path, value))
            if new == self.current and beside is None:
                return self.revision
            revision = self.revision + 1
            document = new.model_dump(mode="json")
            await asyncio.to_thread(self._store, revision, document, actor, path, beside)
            self._apply(new, revision, actor)
            return revision

    def _apply(self, new: Config, revision: int, actor: str) -> None:
        old, self.current, self.revision = self.current, new, revision
        changed = {name for name in Config.model_fields if getattr(old, name) != getattr(new, name)}
        for parts, reconfigure in self._owners:
            if parts & changed:
                reconfigure(old, new)
        self._ledger.append(ConfigApplied(revision, actor))

    def _checked(self, document: Any) -> Config | list[Problem]:
        return check(document, self._checks)

    def _accept(self, document: Any) -> Config:
        checked = self._checked(document)
        if isinstance(checked, Config):
            return checked
        raise ConfigRejected(checked)

    def _store(
        self, revision: int, document: Any, actor: str, path: str, beside: Beside | None = None
    ) -> None:
        row = {
            "revision": revision,
            "at_ms": self._clock.utc_ms(),
            "actor": actor,
            "path": path,
            "document": document,
        }

        def write(connection: sa.Connection) -> None:
            connection.execute(CONFIG_REVISIONS.insert(), row)
            if beside is not None:
                beside(connection)

        self._ledger.run(write)

    def _since(self, base: int) -> list[Problem]:
        """What changed since `base`, as problems with their places."""
        old = self.document_of(base)
        if old is None:
            return [Problem("", "unknown_revision", f"there is no revision {base}")]
        return [
            Problem(place, "changed", f"changed since revision {base}")
            for place in diff(old, self.document())
        ]


def default_document() -> dict[str, Any]:
    """The configuration of a new box: one E1 line, a menu in two languages, two queues."""
    text = Path(__file__).with_name("default_config.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def set_at(document: Any, path: str, value: Any) -> Any:
    """A copy with `value` at the dotted path; None removes what is there.

    In a list a step is an index, and the index behind the last one appends.
    """
    if not path:
        return value
    changed = copy.deepcopy(document)
    *steps, last = path.split(".")
    place = changed
    for step in steps:
        place = _inside(place, step, path)
    _put(place, last, path, value)
    return changed


def diff(old: Any, new: Any, at: str = "") -> list[str]:
    """Places at which two documents differ; lists of different length differ as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(key for key in new if key not in old)]
        pairs = [(key, old.get(key), new.get(key)) for key in keys]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [(str(n), old[n], new[n]) for n in range(len(old))]
    else:
        return [] if old == new else [at]
    return [place for key, a, b in pairs for place in diff(a, b, f"{at}.{key}" if at else key)]


def _no_place(path: str) -> ConfigRejected:
    return ConfigRejected([Problem(path, "no_such_place", "there is nothing to set there")])


def _inside(place: Any, step: str, path: str) -> Any:
    if isinstance(place, dict) and step in place:
        return place[step]
    if isinstance(place, list) and step.isdecimal() and int(step) < len(place):
        return place[int(step)]
    raise _no_place(path)


def _put(place: Any, step: str, path: str, value: Any) -> None:
    if isinstance(place, dict):
        if value is not None:
            place[step] = value
        elif place.pop(step, None) is None:
            raise _no_place(path)
        return
    if not (isinstance(place, list) and step.isdecimal() and int(step) <= len(place)):
        raise _no_place(path)
    place[int(step) : int(step) + 1] = [] if value is None else [value]


def _kept(connection: sa.Connection) -> list[tuple[int, Any]]:
    table = CONFIG_REVISIONS
    query = sa.select(table.c.revision, table.c.document).order_by(table.c.revision.desc())
    return [(row.revision, row.document) for row in connection.execute(query.limit(20))]


def _document(connection: sa.Connection, revision: int) -> dict[str, Any] | None:
    table = CONFIG_REVISIONS
    query = sa.select(table.c.document).where(table.c.revision == revision)
    document: dict[str, Any] | None = connection.execute(query).scalar()
    return document


def _words(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{problem.path}: {problem.code}" for problem in problems)
