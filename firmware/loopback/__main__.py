"""The loop-back call as a program: one JSON line, exit 0 when all was heard, else 1.

`{"ok": ..., "correlation": {...}, "delay_ms": {...}, "what": "..."}`; `what` says what is
wrong.  It needs a temporary folder it may write to, and nothing else of the machine.
"""

import argparse
import json
import logging
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from board.sim.isdn_side import BINARY, IsdnGone
from board.sim.span import BoardSilent
from cython_dsp.engine import Engine, EngineError
from firmware.errors import CallboxError
from firmware.loopback.call import Loopback
from firmware.loopback.sites import Stuck
from firmware.loopback.world import World

SECONDS = 700.0
"""Limit of its own, of the wall clock; an emulated machine with other work needs half of it."""
_LINES = 4
_SAMPLES_MB = 24
"""Room for all prompts; the box itself has more, for those of the operator."""


@dataclass
class Result:
    """What is printed."""

    ok: bool = False
    correlation: dict[str, float] = field(default_factory=dict)
    delay_ms: dict[str, float] = field(default_factory=dict)
    what: str = ""
    seconds: float = 0.0


def run(seconds: float = SECONDS, folder: Path | None = None) -> Result:
    """Make the calls; never raises for what a release can have wrong.  Blocks."""
    began, result = time.monotonic(), Result()
    try:
        if not BINARY.is_file():
            raise Stuck(f"there is no {BINARY.name} at {BINARY}")
        _call(result, began + seconds, folder)
    except (Stuck, BoardSilent, IsdnGone, CallboxError, EngineError, OSError) as error:
        result.what = f"{type(error).__name__}: {error}"
    result.ok = not result.what
    result.seconds = round(time.monotonic() - began, 1)
    return result


def _call(result: Result, end: float, folder: Path | None) -> None:
    world = World(folder, lines=_LINES, engine=Engine(sample_memory_mb=_SAMPLES_MB), setup=True)

    def late() -> None:
        if time.monotonic() > end:
            world.each_tick.clear()
            raise Stuck("it is not over in its time")

    world.each_tick.append(late)
    with world:
        heard = Loopback(world).call()
    result.correlation = {one.name: round(one.correlation, 3) for one in heard}
    result.delay_ms = {
        one.name: round(one.delay_ms, 2) for one in heard if one.delay_ms is not None
    }
    result.what = "; ".join(one.wrong for one in heard if one.wrong)


def main() -> int:
    """Parse the command line, call, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="limit of the wall clock")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    result = run(chosen.seconds)
    sys.stdout.write(json.dumps(vars(result)) + "\n")
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
