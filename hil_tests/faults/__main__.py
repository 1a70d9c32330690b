"""Faults in the middle of calls: `python -m hil_tests.faults --runs 200 --seed 1`.

One line a run, with its seed; the same seed repeats it.  Exit status 1 when anything was violated.
"""

import argparse
import sys
from collections.abc import Sequence

from hil_tests.faults.run import Run
from hil_tests.faults.table import FAULTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them one after the other."""
    parser = argparse.ArgumentParser(prog="python -m hil_tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--fault", choices=FAULTS, default="", help="this one in every run")
    chosen = parser.parse_args(arguments)
    bad = []
    for seed in range(chosen.seed, chosen.seed + chosen.runs):
        result = Run(seed, chosen.fault).run()
        sys.stdout.write(f"{result}\n")
        sys.stdout.flush()
        if result.violations:
            bad.append(seed)
    sys.stdout.write(f"{chosen.runs} runs, {len(bad)} with violations {bad or ''}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
