"""The exchange's process for tests of its page."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[4]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(condition, seconds=8.0):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)
    return value


def answers(client):
    try:
        return client.get("/calls").status_code == 200
    except httpx.TransportError:
        return False


@contextlib.contextmanager
def running(line, *options):
    """A client of the page of an exchange at the socket `line`; the process ends well."""
    port = free_port()
    command = ["-m", "board.sim.exchange", "--line", line, "--page", str(port), *options]
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            wait(lambda: answers(client))
            yield client
    finally:
        process.terminate()
        status = process.wait(5)
    assert status == 0
    assert not line.exists()
