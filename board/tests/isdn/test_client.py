"""The client dies: link and calls stay, the next one asks for them."""

import socket
import subprocess
import time

import pytest

from board.tests.isdn.harness import BINARY, Isdn, Pair, parse
from board.tests.isdn.test_calls import answered_call


class Listening(Isdn):
    """A process that listens on a path; `connect` gives it a new client."""

    def __init__(self, path):
        self.path = str(path)
        command = [BINARY, "--side", "user", "--clock", "stepped", "--socket", self.path]
        self.process = subprocess.Popen(command)
        self.said = []
        deadline = time.monotonic() + 5
        while not path.exists():
            assert time.monotonic() < deadline
            time.sleep(0.001)
        self.connect()

    def connect(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(5)
        self.socket.connect(self.path)

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(5)
        return 0


@pytest.fixture
def pair(tmp_path):
    pair = Pair()
    pair.user.close()
    pair.user = Listening(tmp_path / "isdn.sock")
    pair.bring_up()
    yield pair
    pair.close()


def test_a_new_client_finds_link_and_calls_as_they_were(pair):
    seen = answered_call(pair, pair.network, pair.user)
    pair.user.socket.close()
    pair.user.connect()
    pair.user.send("HELLO version=1")
    pair.user.send("SNAPSHOT")
    pair.run()
    assert pair.user.take("HELLO")[0]["link"] == "up"
    (call,) = pair.user.take("CALL")
    assert call["call"] == seen["call"]
    assert (call["direction"], call["state"]) == ("in", "active")
    assert (call["called"], call["calling"]) == ("88886666", "13800138000")
    pair.user.send(f"DISCONNECT call={seen['call']} cause=41")
    pair.run()
    assert pair.network.take("DISCONNECT")[0]["cause"] == "41"


def test_what_was_sent_while_no_client_was_there_is_made_good(pair):
    answered_call(pair, pair.network, pair.user)
    pair.user.socket.close()
    pair.network.send("DISCONNECT call=1 cause=16")
    for now in range(pair.now, pair.now + 1500, 100):
        pair.network.step(now)  # frames lost: nobody carries them
    pair.now += 1500
    pair.user.connect()
    pair.run(5000)
    assert pair.network.take("RELEASED") or pair.user.take("DISCONNECT")


def test_a_second_client_is_turned_away_and_the_first_stays(pair):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as second:
        second.settimeout(5)
        second.connect(pair.user.path)
        verb, keys = parse(second.recv(4096))
        assert (verb, keys["text"]) == ("ERROR", "another%20client%20is%20connected")
        assert second.recv(4096) == b""
    pair.user.send("SNAPSHOT")
    pair.run()
    assert pair.user.take("SNAPSHOT")


@pytest.mark.parametrize(
    "arguments",
    [[], ["--side", "user"], ["--side", "x", "--fd", "0"], ["--side", "user", "--fd", "0", "y"]],
)
def test_bad_arguments_end_it_with_its_usage(arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"usage" in done.stderr
