import pytest

from board.sim import fxo_line, line
from board.sim.analog.exchange import AnalogExchange
from board.sim.analog.load import LineLoad, Load
from board.sim.central_office import CentralOffice
from board.sim.exchange import directory
from board.sim.exchange.both import Exchange
from board.sim.exchange.traffic import Callers, Traffic, caller_script, load_script
from board.sim.script import Press
from board.tests.sim.analog.line_box import LineBox
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


@pytest.fixture
def both(office):
    """The exchange with four analogue lines beside the E1 line."""
    ours, theirs = fxo_line.pair()
    analog = AnalogExchange(ours, 4, seed=3, keep_s=1.0, keep_calls=5)
    box = LineBox(theirs, 4)
    exchange = Exchange(office, analog)
    exchange.box = box
    while not analog.board_there:
        exchange.step()
    yield exchange
    analog.close()
    box.close()


def drive_both(both, callers, seconds):
    end = both.tick + int(seconds * 8000)
    while both.tick < end:
        callers.step(both)
        both.step()


@pytest.mark.parametrize(("share", "most_analog"), [(0.0, 0), (0.5, 3), (1.0, 4)])
def test_a_share_of_the_calls_comes_on_free_analogue_lines(both, share, most_analog):
    both.e1.box.on_setup = lambda _setup: None
    drive_both(both, Traffic("1", calls_per_hour=12_000, analog_share=share), 3)
    lines = [call.channel for call in both.analog.calls]
    assert len(set(lines)) == len(lines)
    assert min(1, most_analog) <= len(lines) <= 4
    assert bool(both.e1.calls) == (share < 1)
    assert all(call.calling.startswith("13800") for call in both.analog.calls)


def test_without_a_board_nobody_calls_on_analogue_lines(both):
    both.analog.board_there = False
    Traffic("1", 36_000, analog_share=1.0, _next=0).step(both)
    assert both.analog.calls == []


def test_both_advance_on_one_clock_and_forget_what_is_old(both):
    line, before = both.analog.line(1), both.analog.tick
    line.tones.extend((tick, "dial") for tick in range(500))
    both.e1.tick = both.analog.tick = 60 * 8000 - 40
    both.step()
    assert both.tick == both.analog.tick == 60 * 8000 != before
    assert len(line.tones) == 200
    assert line.tones[-1][0] == 499


def test_the_load_of_the_lines_runs_beside_the_random_callers(both):
    load = LineLoad(Load(most=2, calls_per_s=8), load_script, seed=1)
    drive_both(both, Callers(Traffic("1", 0), load), 1)
    assert len(both.analog.calls) == 2
    assert both.e1.calls == []


def test_numbers_mean_the_same_on_an_analogue_line(both):
    directory.install(both.analog)
    end = both.box.line(1)
    end.off_hook = True
    nobody = Callers(Traffic("1", 0))
    drive_both(both, nobody, 1)
    end.press("13800130017")
    drive_both(both, nobody, 4)
    (call,) = both.analog.calls
    assert (call.called, call.incoming, call.cause) == ("13800130017", True, 17)
