"""A database in a folder of its own, and ledgers on it."""

import pytest

from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.ledger import Ledger


@pytest.fixture
def database(tmp_path):
    return tmp_path / "calls.db"


@pytest.fixture
def open_ledger(database, clock):
    """Makes ledgers; what is left open is closed."""
    opened = []

    def make():
        ledger = Ledger(open_database(database), clock, Projector())
        ledger.start()
        opened.append(ledger)
        return ledger

    yield make
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_ledger):
    return open_ledger()
