import asyncio

import pytest

from firmware.timers import TIMERS, Clock, LoopTimers


@pytest.fixture
async def loop_timers(clock):
    return LoopTimers(asyncio.get_running_loop(), clock)


async def test_a_timer_calls_once_and_is_forgotten(loop_timers):
    done = asyncio.Event()
    loop_timers.start("T_alert", done.set, 0)
    await done.wait()
    assert loop_timers.running() == []


async def test_a_cancelled_timer_never_calls(loop_timers):
    done, later = asyncio.Event(), asyncio.Event()
    cancel = loop_timers.start("T_alert", done.set, 0)
    loop_timers.start("T_alert", later.set, 0)
    cancel()
    cancel()
    await later.wait()
    assert not done.is_set()


async def test_running_timers_are_listed_by_their_end(loop_timers, clock):
    stop = [loop_timers.start("T303", lambda: None), loop_timers.start("T_menu", lambda: None, 1)]
    assert loop_timers.running() == [
        ("T_menu", clock.monotonic() + 1),
        ("T303", clock.monotonic() + 4),
    ]
    for cancel in stop:
        cancel()


async def test_an_unknown_timer_is_a_mistake_of_the_program(loop_timers):
    with pytest.raises(KeyError):
        loop_timers.start("T_unknown", lambda: None)


def test_the_clock_counts_utc_milliseconds():
    assert Clock().utc_ms() > 1_700_000_000_000
    assert Clock().monotonic() <= Clock().monotonic()


@pytest.mark.parametrize("name", TIMERS)
def test_every_timer_is_positive_and_explained(name):
    timer = TIMERS[name]
    assert timer.seconds > 0
    assert timer.meaning
    assert timer.source
