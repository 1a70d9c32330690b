"""What a projection wants done to its tables: plain rows, so that it does no I/O itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from firmware.contract.events import Recorded


@dataclass(frozen=True)
class Change:
    """Insert the row `key` of `table`, or change columns of it; a missing row stays missing."""

    table: str
    key: str | int
    values: dict[str, Any] = field(default_factory=dict)
    insert: bool = False


class Projection(Protocol):
    """Turns events into rows.  Deterministic: the same events give the same rows."""

    def apply(self, recorded: Recorded) -> list[Change]:
        """Take the next event; return what it changes."""

    @property
    def calls_open(self) -> bool:
        """Whether a call is not over after the events so far."""


def merged(changes: Iterable[Change]) -> list[Change]:
    """One change a row, later values win; but what came before an insert stays before it.

    Rows are independent of each other, so their order does not matter.
    """
    before: list[Change] = []
    rows: dict[tuple[str, str | int], Change] = {}
    for change in changes:
        place = (change.table, change.key)
        old = rows.get(place)
        if old is not None and change.insert and not old.insert:
            before.append(old)  # does nothing when the row is missing, unlike the insert
            old = None
        values = old.values | change.values if old else change.values
        insert = change.insert or (old is not None and old.insert)
        rows[place] = Change(change.table, change.key, values, insert)
    return before + list(rows.values())
