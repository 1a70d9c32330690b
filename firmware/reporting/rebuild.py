"""Make the projected tables again from the ledger: `python -m firmware.reporting.rebuild FILE`.

The daemon must not run.  One transaction: it happens whole or not at all.
"""

import argparse
import sys
from pathlib import Path

import sqlalchemy as sa

from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.history import all_events
from firmware.store.tables import PROJECTED
from firmware.store.writer import write_changes


def rebuild(engine: sa.Engine) -> int:
    """Empty the projected tables and fill them from the ledger; events read."""
    projector, count = Projector(), 0
    with engine.begin() as connection:
        for table in PROJECTED.values():
            connection.execute(table.delete())
        for recorded in all_events(connection):
            write_changes(connection, projector.apply(recorded))
            count += 1
    return count


def main(arguments: list[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="calls.db")
    engine = open_database(parser.parse_args(arguments).file)
    sys.stdout.write(f"{rebuild(engine)} events\n")
    engine.dispose()


if __name__ == "__main__":
    main()
