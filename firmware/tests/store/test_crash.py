"""kill -9 of the writing process: nothing older than 200 ms is lost, nothing is broken."""

import signal
import subprocess
import sys

import pytest

from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.timers import Clock

WRITING = """
import sys, time
from pathlib import Path
from firmware.contract.events import DigitReceived
from firmware.reporting.projector import Projector
from firmware.store.database import open_database
from firmware.store.ledger import Ledger
from firmware.timers import Clock

ledger = Ledger(open_database(Path(sys.argv[1])), Clock(), Projector())
ledger.start()
while True:
    recorded = ledger.append(DigitReceived("call", "1"))
    sys.stdout.write(f"{recorded.seq} {time.monotonic()}\\n")
    sys.stdout.flush()
    time.sleep(0.001)
"""


@pytest.mark.timeout(30)
@pytest.mark.realtime
@pytest.mark.parametrize("events", [1, 400])
def test_a_killed_writer_loses_200_ms_at_most(database, events):
    argv = [sys.executable, "-c", WRITING, str(database)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
        written = [child.stdout.readline().split() for _ in range(events)]
        child.send_signal(signal.SIGKILL)
        written += [line.split() for line in child.stdout if line.endswith("\n")]
    assert child.returncode == -signal.SIGKILL
    ledger = Ledger(open_database(database), Clock(), Projector())
    ledger.start()
    numbers = [recorded.seq for recorded in ledger.since(0)]
    ledger.close()
    assert numbers == list(range(1, len(numbers) + 1))
    stamps = [float(stamp) for _, stamp in written]
    old = [stamp for stamp in stamps if stamps[-1] - stamp > 0.2]
    assert len(numbers) >= len(old)
