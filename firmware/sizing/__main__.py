"""`python -m firmware.sizing plan ...` or `... forecast ...`: advice on the command line.

  plan --trade utility --customers 40000 --hours 10      lines, agents, disk for a business
  forecast --history FILE.csv --day 2026-12-01           calls and agents of each half hour

The history has a head and a line for each half hour: start,offered,handle_s
(2026-11-02T09:30, calls, mean seconds of an answered call).
"""

import argparse
import csv
import dataclasses
import datetime
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from firmware.contract.model import Language
from firmware.sizing.agents import Goal
from firmware.sizing.forecast import HalfHour, Past, forecast
from firmware.sizing.plan import advise
from firmware.sizing.questions import Answers, Peak, Trade
from firmware.sizing.words import text

_ROWS = 200_000
_HELP = {
    "customers": "how many there are",
    "calls_a_day": "that come in",
    "bills_a_month": "each brings questions",
    "hours": "open a day",
    "talk_s": "mean length of a conversation in seconds",
    "answered": "part of the callers to be answered in time",
    "within_s": "seconds that are in time",
    "remote": "agents at a telephone number outside",
    "outgoing_a_day": "calls that agents make",
    "kept_days": "how long recordings are kept",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print advice; 2 and a sentence for answers that cannot be."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        said = _plan(chosen) if chosen.what == "plan" else _forecast(chosen)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    sys.stdout.write(f"{said}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m firmware.sizing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(dest="what", required=True)
    plan = kinds.add_parser("plan", help="what a business needs")
    plan.add_argument("--trade", type=Trade, choices=list(Trade), default=Trade.SERVICE)
    plan.add_argument("--peak", type=Peak, choices=list(Peak), default=Peak.USUAL)
    for field in dataclasses.fields(Answers):
        if field.name in _HELP:
            kind = int if "int" in str(field.type) else float
            name = "--" + field.name.replace("_", "-")
            plan.add_argument(name, type=kind, default=field.default, help=_HELP[field.name])
    plan.add_argument("--language", type=Language, choices=list(Language), default=Language.EN)
    coming = kinds.add_parser("forecast", help="the half hours of a day to come")
    coming.add_argument("--history", type=Path, required=True, help="CSV: start,offered,handle_s")
    coming.add_argument("--day", type=datetime.date.fromisoformat, required=True)
    for one in (plan, coming):
        one.add_argument("--json", action="store_true")
    return parser


def _plan(chosen: argparse.Namespace) -> str:
    names = {field.name for field in dataclasses.fields(Answers)}
    answers = Answers(**{name: getattr(chosen, name) for name in names})
    try:
        plan = advise(answers)
    except ValueError as error:
        raise ValueError(f"out of bounds or missing: {error}") from None
    return json.dumps(dataclasses.asdict(plan)) if chosen.json else text(plan, chosen.language)


def _forecast(chosen: argparse.Namespace) -> str:
    with chosen.history.open(newline="", encoding="utf-8-sig") as file:
        found = forecast(_read(file), chosen.day, Goal())
    if chosen.json:
        return json.dumps([dataclasses.asdict(one) for one in found])
    return "\n".join(_line(one) for one in found if one.high >= 1)


def _line(one: HalfHour) -> str:
    hour, half = divmod(one.half_hour, 2)
    return (
        f"{hour:02}:{30 * half:02}  {one.expected:6.1f} ({one.low:.0f} to {one.high:.0f})"
        f"  {one.staff.logged_in} agents"
    )


def _read(file: TextIO) -> Iterator[Past]:
    """Rows of the file; ValueError with the line that cannot be read."""
    for number, row in enumerate(csv.DictReader(file), 2):
        if number > _ROWS:
            raise ValueError(f"more than {_ROWS} lines")
        try:
            start = datetime.datetime.fromisoformat(row["start"])
            offered, handle_s = int(row["offered"]), float(row["handle_s"] or 0)
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"line {number}: start,offered,handle_s were wanted") from None
        if not (0 <= offered <= 100_000 and 0 <= handle_s <= 36_000):
            raise ValueError(f"line {number}: no such number of calls or seconds")
        yield Past(start.date(), start.hour * 2 + start.minute // 30, offered, handle_s)


if __name__ == "__main__":
    sys.exit(main())
