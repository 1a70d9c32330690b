"""A bare timer thread, 5 ms, beside the engine's: `python -m hil_tests.load.bare`.

It has the engine's priority and nothing to do.  It runs until its input ends and then prints its
histogram, how often it was more than 5 ms late, and whether it had real-time priority, in JSON.
"""

import json
import os
import sys
import threading

from cython_dsp.engine.kernels import Bare

PERIOD_NS = 5_000_000
PRIORITY = 50  # the engine's (cython_dsp/engine/pace.c)


def main() -> None:
    """Measure until end of file."""
    bare, realtime = Bare(), _be_realtime()
    thread = threading.Thread(target=bare.run, args=(PERIOD_NS,))
    thread.start()
    sys.stdin.read()
    bare.stop()
    thread.join()
    told = {"counts": bare.counts(), "late": bare.more_late(), "realtime": realtime}
    sys.stdout.write(json.dumps(told) + "\n")


def _be_realtime() -> bool:
    """As the engine: with SCHED_FIFO where that is permitted."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except PermissionError:
        return False
    return True


if __name__ == "__main__":
    main()
