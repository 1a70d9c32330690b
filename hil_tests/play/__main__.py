"""Play a script and say what everybody saw: `python -m hil_tests.play SCRIPT.yaml`.

Exit status 0: all was played and every expectation holds; 1: not; 2: it is no script.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from hil_tests.play.director import play
from hil_tests.play.reference import reference
from hil_tests.play.script import load
from hil_tests.play.source import ScriptError


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, play, tell."""
    chosen = _parser().parse_args(arguments)
    if chosen.words:
        sys.stdout.write(reference())
        return 0
    try:
        report = play(load(chosen.script), chosen.seed)
    except ScriptError as error:
        sys.stderr.write("".join(f"{problem}\n" for problem in error.problems))
        return 2
    text = json.dumps(report.json(), ensure_ascii=False, indent=2) + "\n"
    if chosen.json == "-":
        sys.stdout.write(text)
    else:
        sys.stdout.write(report.text())
        if chosen.json:
            Path(chosen.json).write_text(text)
    return 0 if report.holds else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hil_tests.play", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("script", type=Path, nargs="?", metavar="SCRIPT.yaml")
    what.add_argument("--words", action="store_true", help="print what a script may say")
    parser.add_argument("--json", default="", metavar="FILE", help="- is the standard output")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated exchange")
    return parser


if __name__ == "__main__":
    sys.exit(main())
