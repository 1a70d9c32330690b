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


def merged(changes: Iterable[Change]) -> list[Change]:
    """One change a row, in the order of first mention; later values win."""
    rows: dict[tuple[str, str | int], Change] = {}
    for change in changes:
        place = (change.table, change.key)
        old = rows.get(place)
        if old is None:
            rows[place] = change
        else:
            values = old.values | change.values
            rows[place] = Change(change.table, change.key, values, old.insert or change.insert)
    return list(rows.values())
