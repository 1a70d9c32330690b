"""callbox-isdn feeds systemd's watchdog, on the real clock; systemd is a datagram socket here."""

import contextlib
import os
import signal
import socket
import subprocess

import pytest

from board.tests.isdn.harness import BINARY

SOON_S, LATER_S = 5.0, 0.3


@pytest.fixture(params=["path", "abstract"])
def init(request, tmp_path):
    """The socket that systemd listens on, and its name for the environment."""
    name = (
        str(tmp_path / "notify") if request.param == "path" else f"@{os.getpid()}-{tmp_path.name}"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(name.replace("@", "\0"))
        door.settimeout(SOON_S)
        yield door, name


@contextlib.contextmanager
def isdn(**environment):
    """callbox-isdn with these variables, and nobody to talk to."""
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    fd = str(theirs.fileno())
    process = subprocess.Popen(
        [BINARY, "--side", "user", "--fd", fd],
        pass_fds=[theirs.fileno()],
        env=os.environ | environment,
    )
    theirs.close()
    with mine:
        try:
            yield process
        finally:
            process.kill()
            process.wait(SOON_S)


def test_it_says_that_it_is_alive_again_and_again(init):
    door, name = init
    with isdn(NOTIFY_SOCKET=name, WATCHDOG_USEC="200000"):
        assert [door.recv(64) for _ in range(4)] == [b"WATCHDOG=1"] * 4


def test_when_it_hangs_it_says_nothing(init):
    door, name = init
    with isdn(NOTIFY_SOCKET=name, WATCHDOG_USEC="200000") as process:
        door.recv(64)
        process.send_signal(signal.SIGSTOP)
        door.settimeout(LATER_S)
        with pytest.raises(TimeoutError):
            [door.recv(64) for _ in range(10)]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"},
    ],
)
def test_where_nobody_waits_it_says_nothing(init, environment):
    door, name = init
    door.settimeout(LATER_S)
    with isdn(NOTIFY_SOCKET=name, **environment) as process, pytest.raises(TimeoutError):
        door.recv(64)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["", "/", "relative", "/" + "x" * 200])
def test_a_broken_name_stops_nothing(name):
    process = isdn(NOTIFY_SOCKET=name, WATCHDOG_USEC="200000")
    with process as running, pytest.raises(subprocess.TimeoutExpired):
        running.wait(LATER_S)
