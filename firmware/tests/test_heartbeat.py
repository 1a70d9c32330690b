import asyncio
import socket

import pytest

from firmware.heartbeat import Heartbeat


@pytest.fixture
def beats(tmp_path, monkeypatch):
    """Count the datagrams at init's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.settimeout(0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        def count():
            heard = []
            while True:
                try:
                    heard.append(door.recv(100))
                except BlockingIOError:
                    break
            assert set(heard) <= {b"WATCHDOG=1"}
            return len(heard)

        yield count


def test_it_beats_only_while_the_media_thread_moves(beats, caplog):
    ticks = iter([0, 200, 200, 200, 201])
    heart = Heartbeat(lambda: next(ticks), 1.0)
    told = []
    for _ in range(5):
        heart.beat()
        told.append(beats())
    assert told == [1, 1, 0, 0, 1]
    assert "stands at tick 200" in caplog.text


async def test_a_loop_that_turns_beats_often_enough(beats):
    ticks = iter(range(1000))
    three = asyncio.Event()

    def tick():
        value = next(ticks)
        if value == 3:
            three.set()
        return value

    heart = Heartbeat(tick, 0.04)
    heart.start()
    await asyncio.wait_for(three.wait(), 5)
    heart.stop()
    assert beats() >= 3


async def test_nobody_listens_nobody_beats(beats):
    heart = Heartbeat(lambda: 1, None)
    heart.start()
    await asyncio.sleep(0)
    heart.stop()
    assert beats() == 0
