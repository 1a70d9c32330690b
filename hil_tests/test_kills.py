"""Any one process of the running box is killed in the middle of a call: the others go on."""

import os
import signal
import time

import httpx
import pytest

from hil_tests.live_agent import LiveAgent, LogIn, until_in_service
from hil_tests.running import RATE, Running, until

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(180)]  # eight processes, real seconds
BACK_S = 5.0


def serves(box):
    """Whether the log-in page comes, through nginx and the pages' program."""
    try:
        return httpx.get(f"{box.address}/login", verify=False, timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def of_the_pages(box, part, *, worker):
    """The process with `part` in its command line, or the one it started."""
    found = [pid for pid, line in sorted(box.processes().items()) if part in line]
    return next(iter(found[1:] if worker else found), None)


KILLS = [
    ("gunicorn", False),
    ("gunicorn", True),
    ("nginx: master", False),
    ("nginx: worker", False),
]


def kill(box, part, *, worker):
    """Seconds until the process is there again, and with it the pages."""
    process, killed = of_the_pages(box, part, worker=worker), time.monotonic()
    os.kill(process, signal.SIGKILL)
    until(
        lambda: of_the_pages(box, part, worker=worker) not in (process, None) and serves(box),
        f"{part} again",
        BACK_S,
    )
    return time.monotonic() - killed


def test_without_the_pages_a_call_goes_on_and_they_are_back(tmp_path):
    with Running(tmp_path) as box:
        until_in_service(box)
        until(lambda: serves(box), "the pages")
        with LiveAgent(box.run / "callboxd.sock", "8001", box.passwords()["8001"]) as agent:
            at_exchange = box.call()["number"]
            call, began = agent.answer(), time.monotonic()
            for part, worker in KILLS:
                print(f"{part}: back in {kill(box, part, worker=worker):.2f} s")
            assert box.state_of(at_exchange)["state"] == "connected"
            talked_s = time.monotonic() - began
            agent.ask("ClearConnection", call=call)
        with LogIn(box.run / "callboxd.sock", "admin", box.passwords()["admin"]) as administrator:
            record = until(lambda: ended(administrator, call), "the record of the call")
    (recording,) = record["recordings"]
    assert record["outcome"] == "answered"
    assert recording["frames"] >= talked_s * RATE


def ended(administrator, call):
    """The record of a call that is over, None before."""
    record = next((c for c in administrator.get("Calls")["calls"] if c["call"] == call), None)
    return record if record is not None and record["end_ms"] is not None else None
