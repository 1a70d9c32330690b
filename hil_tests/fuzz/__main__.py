"""`python -m hil_tests.fuzz [--seconds N] [--only NAME] [--keep]`: every target, as many at a time
as there are processors.

A line for each; a crash, hang or growth makes a status that is not 0.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from hil_tests.fuzz.run import BuildError, Outcome, fuzz, keep
from hil_tests.fuzz.table import BUILT, PLANTED, TARGETS, Target

_SAID_LINES = 60


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hil_tests.fuzz")
    parser.add_argument("--seconds", type=int, default=10, help="of each target")
    parser.add_argument("--only", choices=sorted(TARGETS | PLANTED), help="this target alone")
    parser.add_argument("--keep", action="store_true", help="keep new inputs in the repository")
    return parser.parse_args()


def _tell(outcome: Outcome) -> None:
    sys.stdout.write(f"{outcome}\n")
    if outcome.problem:
        end = outcome.said.splitlines()[-_SAID_LINES:]
        sys.stdout.write("\n".join([*end, f"the input that does it is in {BUILT}", ""]))
    sys.stdout.flush()


def _run(target: Target, seconds: int, *, keeps: bool) -> bool:
    """Whether all is well."""
    outcome = fuzz(target, seconds)
    _tell(outcome)
    if keeps and not outcome.problem:
        sys.stdout.write(f"{target.name:<16} {keep(target):>9} inputs are kept\n")
    return not outcome.problem


def main() -> int:
    """The exit status."""
    chosen = _chosen()
    targets = [(TARGETS | PLANTED)[chosen.only]] if chosen.only else TARGETS.values()
    try:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            run = partial(_run, seconds=chosen.seconds, keeps=chosen.keep)
            well = all(list(pool.map(run, targets)))
    except BuildError as error:
        sys.stdout.write(f"{error}\n")
        return 2
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
