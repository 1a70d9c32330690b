"""The serial line outlives the emulator that it hangs on."""

import socket

import pytest

from hil_tests.qemu.console import Console
from hil_tests.running import LateError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "line.sock"


def emulator(path):
    """One that waits for its tester."""
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen()
    return door


def spoken(door, words):
    """The tester has come, and is told something."""
    line, _ = door.accept()
    line.sendall(words)
    return line


def test_a_line_is_taken_up_again_when_the_machine_restarts(path, tmp_path):
    with emulator(path) as door:
        console = Console(path, tmp_path / "log")
        spoken(door, b"slot A\r\n").close()
    with emulator(path) as door, spoken(door, b"slot A\r\n") as line:
        console.expect("slot A\n", 5)
        console.expect("slot A\n", 5)
        console.send("ls")
        assert line.recv(100) == b"ls\n"
        console.close()
    assert console.text == "slot A\nslot A\n"
    assert (tmp_path / "log").read_bytes() == b"slot A\r\nslot A\r\n"


def test_a_line_is_let_go_of_while_the_machine_is_off(path, tmp_path):
    with emulator(path) as door:
        console = Console(path, tmp_path / "log")
        spoken(door, b"bye\n").close()
    console.expect("bye", 5)
    console.close()
    with pytest.raises(LateError):
        console.expect("more", 5)
