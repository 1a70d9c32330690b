import pytest

from board.sim.analog.carrier import NO_BOARD, OPEN_OHM, Draw
from board.sim.analog.pair import Fault, Office, Pair
from board.sim.analog.states import LineState as S
from board.sim.script import WaitConnect


def on_hook_volts(pair):
    return pair.feed(Office(), NO_BOARD).volts


@pytest.mark.parametrize(
    ("change", "volts", "ohms"),
    [
        ({}, -48, 800),
        ({"loop_ohm": 1800}, -48, 2200),
        ({"reversed": True}, 48, 800),
        ({"fault": Fault.OPEN}, 0, OPEN_OHM),
        ({"fault": Fault.SHORT}, -1.6, 38),  # the limit of 40 mA in 40 ohm
        ({"fault": Fault.SHORT, "short_ohm": 20, "loop_ohm": 1800}, -0.43, 20),
        ({"fault": Fault.GROUND}, -9.6, 480),
        ({"parallel_off_hook": True}, -10.9, 126),
        ({"feed_v": 60}, -60, 800),
    ],
)
def test_a_pair_is_a_source(change, volts, ohms):
    feed = Pair(**change).feed(Office(), NO_BOARD)
    assert (feed.volts, feed.ohms) == (pytest.approx(volts, abs=0.05), pytest.approx(ohms, abs=1))


def test_the_exchange_reverses_takes_the_battery_away_and_meters():
    pair = Pair()
    assert pair.feed(Office(reversed=True), NO_BOARD).volts == 48
    assert pair.feed(Office(battery=False), NO_BOARD).volts == 0
    assert pair.feed(Office(dip_v=1.5), NO_BOARD).volts == -46.5
    rung = pair.feed(Office(ring_v=90, ring_hz=25, ring_offset_v=0), NO_BOARD)
    assert (rung.volts, rung.ring_volts) == (0, 90)


@pytest.mark.parametrize(("loop", "limit", "milliamperes"), [(400, 40, 40), (1800, 40, 18.7)])
def test_the_feed_limits_its_current(office, box, line, end, loop, limit, milliamperes):
    line.pair.loop_ohm, line.pair.limit_ma = loop, limit
    end.off_hook = True
    office.run(0.1)
    assert line.draw.milliamperes == pytest.approx(milliamperes, abs=0.3)


def test_another_telephone_takes_its_share(office, box, line, end):
    end.off_hook = True
    office.run(0.1)
    alone = line.draw.milliamperes
    line.pair.parallel_off_hook = True
    office.run(0.1)
    assert 1 < line.draw.milliamperes < alone - 3.3  # a step of the chip's LCS
    assert line.pair.exchange_ma(line.draw) == pytest.approx(40, abs=2)


def test_another_telephone_answers_before_the_box_does(office, box, line, end):
    call = office.place_call(line, "2", [WaitConnect()])
    office.run(1)
    line.pair.parallel_off_hook = True
    assert office.run(1, lambda: line.state is S.INCOMING)
    assert (call.times.connect is not None, end.seen[-1].ring_v) == (True, 0)
    assert abs(end.seen[-1].volts) < 20


def test_a_short_holds_the_line_and_a_break_frees_it(office, box, line, end):
    line.pair.fault = Fault.SHORT
    office.run(0.5)
    assert line.state is S.DIAL_TONE
    assert -2 < end.seen[-1].volts < -1
    line.pair.fault = Fault.OPEN
    office.run(1)
    assert (line.state, end.seen[-1].ohms) == (S.IDLE, OPEN_OHM)


def test_faults_of_the_chip_are_passed_on(office, box, line, end):
    line.chip.corrupt(31)
    line.chip.isolation_down = True
    office.step()
    line.chip.reset()
    office.step(2)
    assert [(feed.bits, feed.register) for feed in end.seen] == [(12, 31), (6, 31), (4, 31)]


def test_metering_dips_in_a_call_only(office, box, line, end):
    line.pair.metering.every_s = 1.0
    office.place_call(line, "2", [WaitConnect()])
    end.off_hook = True
    office.run(3.2)
    volts = {feed.volts for feed in end.seen[-200:]}
    assert volts == {-48.0, -46.5}
    assert sum(feed.volts == -46.5 for feed in end.seen[-400:]) == 2 * 24  # 120 ms


def test_a_draw_without_board_draws_nothing():
    assert (NO_BOARD.hears, NO_BOARD.speaks) == (False, False)
    assert Draw(monitor=True, line_side=True).hears
    assert not Draw(off_hook=True).speaks
