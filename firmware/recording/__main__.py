"""`python -m firmware.recording --data FOLDER`: is every recording as it was sealed?

Looks at all entries of the ledger and all files, beside the running box or on a copy of its data.
Ends with 0 when all is well, 1 and a sentence for each flaw, 2 when there is nothing to read.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from firmware.contract.model import Language
from firmware.recording.check import Check
from firmware.recording.words import sentence, text
from firmware.store.database import open_read_only

_EVERY = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found."""
    chosen = _parser().parse_args(arguments)
    language, database = chosen.language, chosen.data / "calls.db"
    engine = open_read_only(database)
    check = Check(engine, chosen.data / "recordings", lambda *now: _progress(language, *now))
    flaws = 0
    try:
        for finding in check.findings(chosen.head):
            flaws += 1
            sys.stdout.write(f"{sentence(finding, language)}\n")
    except sa.exc.SQLAlchemyError:
        sys.stderr.write(text("no_data", language, folder=chosen.data) + "\n")
        return 2
    finally:
        engine.dispose()
    total = text("bad" if flaws else "good", language, sealed=check.sealed, flaws=flaws)
    sys.stdout.write(f"{total}\n")
    if check.head:
        sys.stdout.write(text("head", language, head=check.head) + "\n")
    return 1 if flaws else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m firmware.recording",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="with calls.db and recordings/")
    parser.add_argument("--head", default="", help="a last seal that was written down earlier")
    parser.add_argument("--language", type=Language, choices=list(Language), default=Language.EN)
    return parser


def _progress(language: Language, done: int, total: int) -> None:
    if sys.stderr.isatty() and (done % _EVERY == 0 or done == total):
        sys.stderr.write("\r" + text("progress", language, done=done, total=total))
        if done == total:
            sys.stderr.write("\n")


if __name__ == "__main__":
    sys.exit(main())
