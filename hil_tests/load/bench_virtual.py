"""Memory of callboxd at P60 and the speed of virtual time at P30: its part of BENCHMARKS.md.

`python -m hil_tests.load.bench_virtual [FILE]`.  For the memory more callers come than there are
channels, so all of them are busy; the process is callboxd with what steps it in tests.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cython_dsp import figures
from cython_dsp.bench import put
from cython_dsp.figures import Figure
from hil_tests.apart import Apart
from hil_tests.load.day import Day
from hil_tests.load.plan import SIZES, Plan

FULL, TALK_S = 1.5, 60.0


class Weighed(Day):
    """A day that keeps the most memory that callboxd had at a full minute."""

    most_mib = 0.0

    def _minute(self, world: Apart) -> None:
        super()._minute(world)
        self.most_mib = max(self.most_mib, world.memory_mib)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when there are violations."""
    parser = argparse.ArgumentParser(
        prog="python -m hil_tests.load.bench_virtual", description=__doc__
    )
    parser.add_argument("file", nargs="?", default="BENCHMARKS.md", help="- only prints")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    full = Plan(**SIZES["P60"], minutes=chosen.minutes, load=FULL, talk_s=TALK_S)
    heavy = Weighed(full, chosen.seed, _tell)
    violations = heavy.run()["violations"]
    speed = Day(Plan(**SIZES["P30"], minutes=chosen.minutes), chosen.seed, _tell).run()
    violations += speed["violations"]
    named = measured(heavy.most_mib, speed)
    text = page(named)
    if chosen.file != "-":
        figures.keep(named)
        put(Path(chosen.file), "virtual", text)
    sys.stdout.write(text + "\n")
    for sentence in violations:
        _tell(sentence)
    return 1 if violations else 0


def measured(most_mib: float, day: Mapping[str, Any]) -> dict[str, Figure]:
    """The figures by name."""
    return {
        "p60_rss_mb": Figure(most_mib * 1.048576, "MB", "resident, all 60 channels busy"),
        "virtual_speed": Figure(day["simulated_s"] / day["wall_s"], "simulated s a second"),
    }


def page(named: Mapping[str, Figure]) -> str:
    """Markdown."""
    return f"""## On virtual time (`make bench`)

| what | figure | must |
| --- | --- | --- |
| resident memory of callboxd, P60, all channels busy | {named["p60_rss_mb"].value:.0f} MB | 150 |
| load of P30, simulated seconds a second | {named["virtual_speed"].value:.1f} | 10 |
"""


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
