"""callboxd that can be looked into: `python -m hil_tests.load.box_process --look FILE ...`.

The same parts as `firmware.app`, whose options follow; at SIGUSR1 what runs and how late its
ticks were is written to FILE.
"""

import argparse
import asyncio
import json
import logging
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

from firmware.app import Box, Options, options
from firmware.loopback.world import new_document


def main() -> None:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__, add_help=False)
    parser.add_argument("--look", type=Path, required=True)
    own, rest = parser.parse_known_args()
    chosen = options(rest)
    spans = len(chosen.places)
    asyncio.run(_run(replace(chosen, default=lambda: new_document(spans)), own.look))


async def _run(chosen: Options, look: Path) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    box = Box(chosen)
    await box.start()
    loop.add_signal_handler(signal.SIGUSR1, _look, box, look)
    try:
        await stop.wait()
    finally:
        await box.stop()


def _look(box: Box, path: Path) -> None:
    late = box.engine.lateness()
    seen = {
        "timers": Counter(name for name, _ in box.timers.running()),
        "statistics": box.engine.statistics(),
        "due": late.due.counts,
        "awake": late.awake.counts,
    }
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(seen))
    fresh.replace(path)


if __name__ == "__main__":
    main()
