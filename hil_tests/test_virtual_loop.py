"""The loop with its own clock behaves as asyncio does, only faster."""

import asyncio
import socket
import time

import pytest

from hil_tests.virtual_loop import VirtualLoop


@pytest.fixture
def loop():
    loop = VirtualLoop()
    yield loop
    loop.close()


def test_hours_pass_at_once_and_timers_fire_in_order(loop):
    seen = []
    for hours in (3, 1, 2):
        loop.call_later(hours * 3600, lambda hours=hours: seen.append((hours, loop.time())))
    started = time.monotonic()
    loop.advance(4 * 3600)
    assert seen == [(1, 4600.0), (2, 8200.0), (3, 11800.0)]
    assert loop.time() == 15400.0
    assert time.monotonic() - started < 5


def test_a_timer_started_by_a_timer_fires_within_the_same_stretch(loop):
    seen = []
    loop.call_later(1, lambda: loop.call_later(1, lambda: seen.append(loop.time())))
    loop.advance(1.5)
    assert seen == []
    loop.advance(0.5)
    assert seen == [1002.0]


def test_what_is_in_a_socket_is_handled_before_it_is_settled(loop):
    near, far = socket.socketpair()
    near.setblocking(False)
    seen = []
    loop.add_reader(near, lambda: seen.append(near.recv(100)))
    far.send(b"ring")
    loop.settle()
    loop.remove_reader(near)
    near.close()
    far.close()
    assert seen == [b"ring"]


def test_work_of_the_executor_is_done_without_waiting(loop):
    async def work():
        await asyncio.sleep(5)
        return await asyncio.to_thread(lambda: "done")

    task = loop.create_task(work())
    loop.advance(5)
    assert task.result() == "done"


def test_a_cancelled_timer_never_fires(loop):
    seen = []
    loop.call_later(1, seen.append, "no").cancel()
    loop.advance(2)
    assert seen == []
