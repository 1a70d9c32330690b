"""A load on the whole box, and what the exchange says of it: `python -m hil_tests.load --size P30`.

Prints one JSON object; `violations` is empty when the box did everything right.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from hil_tests.load.day import Day
from hil_tests.load.plan import SIZES, Plan
from hil_tests.load.real_day import RealDay

CLOCKS: dict[str, type[Day] | type[RealDay]] = {"virtual": Day, "real": RealDay}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when there are violations, 2 for what cannot be."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        size = SIZES.get(chosen.size) or {"spans": chosen.e1, "lines": chosen.fxo}
        agents = chosen.agents or size.get("agents", 16)
        lines = size["spans"], size["lines"]
        plan = Plan(*lines, agents, chosen.minutes, chosen.load, chosen.talk)
    except ValueError as error:
        parser.error(str(error))
    day = CLOCKS[chosen.clock](plan, chosen.seed, _tell)
    result = day.run()
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    if chosen.json == "-":
        sys.stdout.write(text)
    else:
        Path(chosen.json).write_text(text)
    return 1 if result["violations"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hil_tests.load", description=__doc__)
    parser.add_argument("--size", choices=SIZES, help="a reference load; else --e1, --fxo")
    parser.add_argument("--e1", type=int, default=0, metavar="SPANS", help="E1 lines, 0 to 2")
    parser.add_argument("--fxo", type=int, default=0, metavar="LINES", help="0, 4, 8 or 16")
    parser.add_argument("--agents", type=int, default=0, help="default: the size's, else 16")
    parser.add_argument("--minutes", type=float, default=60.0, help="in which callers come")
    parser.add_argument("--clock", choices=CLOCKS, default="virtual", help="whose time")
    parser.add_argument("--seed", type=int, default=1, help="of callers, agents and lines")
    parser.add_argument("--load", type=float, default=0.8, help="Erlang offered to each channel")
    parser.add_argument("--talk", type=float, default=120.0, help="mean conversation, seconds")
    parser.add_argument("--json", default="-", metavar="FILE", help="- is the standard output")
    return parser


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
