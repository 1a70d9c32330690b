"""Does callboxd grow?  `python -m hil_tests.load.soak`: a load, and the box's memory each minute.

Prints the figures of the load with `rss_mib` (callboxd's resident memory by minute), `isdn_mib`
(the same of callbox-isdn) and `growth`: how much more callboxd has in the last five minutes than in
the five after the first ten.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from hil_tests.apart import Apart
from hil_tests.load.day import Day
from hil_tests.load.plan import SIZES, Plan

FIRST, WINDOW = 10, 5
"""Minutes until everything has its size, and of which the median is taken."""
MOST = 0.01


class Soak(Day):
    """A day that looks at memory, too."""

    def __init__(self, plan: Plan, seed: int, told: Any = lambda _words: None) -> None:
        """As a day's; it has to be long enough for two windows."""
        if plan.minutes < FIRST + 2 * WINDOW:
            raise ValueError(f"{FIRST + 2 * WINDOW} minutes at least")
        super().__init__(plan, seed, told)
        self.rss_mib: list[float] = []
        self.isdn_mib: list[float] = []

    def _minute(self, world: Apart) -> None:
        super()._minute(world)
        self.rss_mib.append(world.memory_mib)
        self.isdn_mib.append(sum(e1.isdn_memory_mib for e1 in world.e1s))
        self._told(f"callboxd has {self.rss_mib[-1]:.1f} MiB, callbox-isdn {self.isdn_mib[-1]:.1f}")

    def result(self) -> dict[str, Any]:
        """With memory."""
        rounded = [[round(x, 2) for x in memory] for memory in (self.rss_mib, self.isdn_mib)]
        memory = {"rss_mib": rounded[0], "isdn_mib": rounded[1]}
        return super().result() | memory | {"growth": round(growth(self.rss_mib), 5)}


def growth(minutes: Sequence[float]) -> float:
    """Of the last minutes over those after the first; 0.01 is one per cent."""
    before = statistics.median(minutes[FIRST : FIRST + WINDOW])
    return statistics.median(minutes[-WINDOW:]) / before - 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when the box grew, or when there are violations."""
    parser = argparse.ArgumentParser(prog="python -m hil_tests.load.soak", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="P30")
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--talk", type=float, default=120.0, help="mean conversation, seconds")
    chosen = parser.parse_args(arguments)
    plan = Plan(**SIZES[chosen.size], minutes=chosen.minutes, talk_s=chosen.talk)
    result = Soak(plan, chosen.seed, _tell).run()
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    return 1 if result["violations"] or result["growth"] >= MOST else 0


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
