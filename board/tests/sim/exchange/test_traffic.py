import pytest

from board.sim import line
from board.sim.central_office import CentralOffice
from board.sim.exchange import directory
from board.sim.exchange.both import Exchange
from board.sim.exchange.traffic import Traffic, caller_script
from board.sim.script import Press
from board.tests.sim.box import Box, idle


@pytest.fixture
def office():
    ours, theirs = line.pair()
    office = CentralOffice(ours, seed=3, keep_s=1.0, keep_calls=5)
    box = Box(theirs)
    office.box = box
    assert office.run(3, lambda: office.link_up)
    yield office
    office.close()
    box.close()


def drive(office, traffic, seconds):
    exchange = Exchange(office)
    end = office.tick + int(seconds * 8000)
    while office.tick < end:
        traffic.step(exchange)
        exchange.step()


def test_callers_come_at_the_rate_with_different_numbers(office):
    seen = []
    office.on_call = seen.append
    office.box.audio = idle
    drive(office, Traffic("01088886666", calls_per_hour=7200), 8)
    assert 8 <= len(seen) <= 26
    assert {call.called for call in seen} == {"01088886666"}
    assert len({call.calling for call in seen}) == len(seen)


def test_no_more_calls_at_a_time_than_allowed(office):
    drive(office, Traffic("1", calls_per_hour=36_000, most=3), 5)
    assert office.open_calls == 3


def test_rate_nought_is_silence(office):
    drive(office, Traffic("1", calls_per_hour=0), 1)
    assert office.calls == []


def test_ended_calls_are_forgotten(office):
    office.box.on_setup = lambda setup: office.box.order("DISCONNECT", call=setup.call, cause=17)
    drive(office, Traffic("1", calls_per_hour=36_000), 2)
    assert len([call for call in office.calls if call.ended]) == 5


def test_a_caller_presses_language_and_menu_key():
    steps = caller_script("2", "1", 60.0, 4.0, 1)
    assert [step.digits for step in steps if isinstance(step, Press)] == ["2", "1"]
    assert not [s for s in caller_script("", "", 60.0, 4.0, 1) if isinstance(s, Press)]


@pytest.mark.parametrize(("last", "cause"), [("0017", 17), ("0021", 21)])
def test_the_last_digits_say_what_happens(office, last, cause):
    directory.install(office)
    office.box.order("SETUP", call=1, called=f"1380013{last}")
    assert office.run(3, lambda: bool(office.calls) and office.calls[0].ended)
    assert office.calls[0].cause == cause


def test_other_numbers_answer_and_speak(office):
    directory.install(office)
    office.box.order("SETUP", call=1, called="13800138000")
    office.run(5)
    (call,) = office.calls
    assert call.times.connect - call.times.setup == pytest.approx(24_000, abs=400)
    assert len(call.said().samples) > 8000
