import os
import socket

import pytest

from firmware import notify


@pytest.fixture(params=["path", "abstract"])
def init(request, tmp_path, monkeypatch):
    """What systemd listens on."""
    name = str(tmp_path / "notify") if request.param == "path" else f"\0callbox-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(name)
        door.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", name.replace("\0", "@"))
        yield door


def test_each_word_is_one_datagram(init):
    notify.ready()
    notify.status("3 calls\nREADY=1")
    notify.alive()
    notify.stopping()
    heard = [init.recv(100).decode() for _ in range(4)]
    assert heard == ["READY=1", "STATUS=3 calls READY=1", "WATCHDOG=1", "STOPPING=1"]


@pytest.mark.parametrize("address", [None, "", "relative", "/nowhere/notify"])
def test_without_init_nothing_happens(address, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify.ready()


@pytest.mark.parametrize(
    ("usec", "process", "seconds"),
    [
        ("10000000", "own", 10.0),
        ("10000000", None, 10.0),
        ("10000000", "1", None),
        ("0", "own", None),
        ("soon", "own", None),
        ("", None, None),
    ],
)
def test_the_watchdog_is_for_this_process_alone(usec, process, seconds, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if process is not None:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if process == "own" else process)
    assert notify.watchdog_s() == seconds
