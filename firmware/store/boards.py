"""Which trunks have ever had their board: kept, so that a missing one is told from none."""

import sqlalchemy as sa

from firmware.contract.ids import TrunkId
from firmware.store.ledger import Ledger
from firmware.store.tables import BOARDS_SEEN


class BoardsSeen:
    """Read at the start; written once for each trunk."""

    def __init__(self, ledger: Ledger) -> None:
        """Read what was before; blocks."""
        self._ledger = ledger
        self.before: frozenset[TrunkId] = frozenset(ledger.run(_read))
        """Those seen before this start."""
        self._now = set(self.before)

    def has(self, trunk: TrunkId) -> bool:
        """Whether it was ever seen, in this run or before."""
        return trunk in self._now

    def note(self, trunk: TrunkId, at_ms: int) -> None:
        """Its board is there (UTC of now)."""
        if trunk in self._now:
            return
        self._now.add(trunk)
        row = sa.insert(BOARDS_SEEN).values(trunk=trunk, first_ms=at_ms)
        self._ledger.post(lambda connection: connection.execute(row))


def _read(connection: sa.Connection) -> list[TrunkId]:
    return [
        TrunkId(trunk) for trunk in connection.execute(sa.select(BOARDS_SEEN.c.trunk)).scalars()
    ]
