import pytest

from firmware.contract.events import DrainChanged
from firmware.switching.draining import Draining
from firmware.tests.fakes import LoopClock
from firmware.timers import LoopTimers
from hil_tests.virtual_loop import VirtualLoop


@pytest.fixture
def loop():
    loop = VirtualLoop()
    yield loop
    loop.close()


@pytest.fixture
def told():
    return []


@pytest.fixture
def draining(loop, told):
    return Draining(LoopTimers(loop, LoopClock(loop)), told.append)


def test_asking_again_is_told_once(draining, told):
    for _ in range(3):
        draining.set(on=True)
    assert told == [DrainChanged(True)]


def test_who_does_not_renew_it_leaves_the_box_taking_calls(loop, draining, told):
    draining.set(on=True)
    loop.advance(400)
    draining.set(on=True)
    loop.advance(599)
    assert draining.on, "it was renewed"
    loop.advance(2)
    assert not draining.on
    assert told == [DrainChanged(True), DrainChanged(False, late=True)]


def test_once_ended_nothing_follows(loop, draining, told):
    draining.set(on=True)
    draining.set(on=False)
    loop.advance(2000)
    assert told == [DrainChanged(True), DrainChanged(False)]
