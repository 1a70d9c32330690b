# Battery, polarity, loop current and other telephones.  Runs on both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from fxo_rig import FxoBench, ring_burst

from board import wire_fxo

MS = 8  # ticks
POLL = 20 * MS  # a change is seen with the next poll of its line


def on_the_phone():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1000)
    b.events()
    return b


def near(tick, expected):
    return 0 <= tick - expected <= POLL


def test_battery_is_told_after_64_ms_with_the_tick_it_came():
    b = FxoBench()
    for pair in b.pairs:
        pair.volts = 0.0
    b.ready()
    assert b.lines()[0][0] & wire_fxo.LINE_BATTERY == 0
    begin = b.tick
    b.pairs[0].volts = -48.0
    b.talk(60)
    assert b.line_events(wire_fxo.EVT_BATTERY) == []
    b.talk(50)
    ((value, tick),) = b.line_events(wire_fxo.EVT_BATTERY)
    assert value == 1
    assert near(tick, begin)
    assert b.lines()[0] == (wire_fxo.LINE_BATTERY, -48, 0, wire_fxo.CHIP_WELL)


def test_a_battery_drop_on_hook_is_told_with_the_tick_it_began():
    b = FxoBench().ready()
    begin = b.tick
    b.pairs[0].volts = 0.0
    b.talk(200)
    ((value, tick),) = b.line_events(wire_fxo.EVT_BATTERY)
    assert value == 0
    assert near(tick, begin)


def test_an_open_pair_has_no_battery():
    b = FxoBench().ready()
    b.pairs[0].ohm = 65535
    b.talk(200)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_BATTERY)] == [0]


def test_a_drop_of_less_than_80_ms_is_none():
    b = FxoBench().ready()
    b.pairs[0].volts = 0.0
    b.talk(60)
    b.pairs[0].volts = -48.0
    b.talk(300)
    assert b.events() == []


def test_3_volts_are_battery_and_2_are_none():
    for volts, there in ((3.0, True), (2.0, False)):
        b = FxoBench().ready()
        b.pairs[0].volts = -volts
        b.talk(500)
        assert bool(b.lines()[0][0] & wire_fxo.LINE_BATTERY) == there, volts


def test_a_reversal_is_told_both_ways_and_the_first_polarity_is_no_event():
    b = FxoBench()
    b.pairs[1].volts = 48.0
    b.hello()
    b.talk(1000)
    told = [code for code, _, _ in b.events()]
    assert wire_fxo.EVT_POLARITY not in told
    assert [line[0] & wire_fxo.LINE_REVERSED != 0 for line in b.lines()] == [False, True] + [
        False
    ] * 2
    begin = b.tick
    b.pairs[0].volts = 48.0
    b.talk(500)
    b.pairs[0].volts = -48.0
    b.talk(500)
    (on, began), (off, ended) = b.line_events(wire_fxo.EVT_POLARITY)
    assert (on, off) == (1, 0)
    assert near(began, begin)
    assert near(ended, begin + 500 * MS)


def test_a_reversal_of_less_than_64_ms_is_none():
    b = FxoBench().ready()
    b.pairs[0].volts = 48.0
    b.talk(50)
    b.pairs[0].volts = -48.0
    b.talk(300)
    assert b.events() == []


def test_ringing_disturbs_neither_battery_nor_polarity_nor_line_in_use():
    b = FxoBench().ready()
    for hertz in (16.0, 20.0, 25.0, 33.3, 50.0):
        ring_burst(b, 1000, hertz=hertz)
        b.talk(1000)
    codes = {code for code, _, _ in b.events()}
    assert codes == {wire_fxo.EVT_RING}


def test_a_reversal_right_after_a_ring_is_told():
    b = FxoBench().ready()
    ring_burst(b, 1000)
    b.pairs[0].volts = 48.0
    b.talk(600)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_POLARITY)] == [1]


def test_a_line_that_is_answered_tells_its_current_and_nothing_else():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1500)
    told = [(code, values) for code, values, _ in b.events()]
    assert told == [(wire_fxo.EVT_HOOK, (0, 1)), (wire_fxo.EVT_LOOP, (0, wire_fxo.CURRENT_FLOWS))]
    bits, volts, milliamperes, chip = b.lines()[0]
    assert bits == wire_fxo.LINE_OFF_HOOK | wire_fxo.LINE_BATTERY | wire_fxo.LINE_CURRENT
    assert -15 < volts < -3
    assert abs(milliamperes - b.drawn[0].milliamperes) <= 2
    assert chip == wire_fxo.CHIP_WELL


def test_a_line_without_current_is_told_after_650_ms():
    b = FxoBench().ready()
    b.pairs[0].ohm = 65535
    b.order(wire_fxo.OP_HOOK, 0, 1)
    begin = b.tick
    b.talk(640)
    assert [code for code, _, _ in b.events()] == [wire_fxo.EVT_HOOK]
    b.talk(200)
    told = {code: values[1] for code, values, tick in b.events()}
    assert told[wire_fxo.EVT_LOOP] == wire_fxo.CURRENT_NONE
    assert told[wire_fxo.EVT_BATTERY] == 0
    assert b.tick - begin < 900 * MS


def test_the_exchanges_break_after_off_hook_is_no_drop():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(300)
    b.pairs[0].volts = 0.0
    b.talk(250)
    b.pairs[0].volts = -48.0
    b.talk(1000)
    told = [(code, values) for code, values, _ in b.events()]
    assert told == [(wire_fxo.EVT_HOOK, (0, 1)), (wire_fxo.EVT_LOOP, (0, wire_fxo.CURRENT_FLOWS))]


def test_a_battery_drop_in_a_call_is_told_with_the_tick_it_began():
    b = on_the_phone()
    begin = b.tick
    b.pairs[0].volts = 0.0
    b.talk(250)
    b.pairs[0].volts = -48.0
    b.talk(250)
    loop, battery = [], []
    for code, values, tick in b.events():
        (loop if code == wire_fxo.EVT_LOOP else battery).append((values[1], tick))
    assert [value for value, _ in loop] == [wire_fxo.CURRENT_NONE, wire_fxo.CURRENT_FLOWS]
    assert [value for value, _ in battery] == [0, 1]
    for told in (loop, battery):
        assert near(told[0][1], begin)
        assert near(told[1][1], begin + 250 * MS)


def test_a_reversal_in_a_call_is_told_and_the_current_goes_on():
    b = on_the_phone()
    begin = b.tick
    b.pairs[0].volts = 48.0
    b.talk(250)
    ((code, values, tick),) = b.events()
    assert (code, values) == (wire_fxo.EVT_POLARITY, (0, 1))
    assert near(tick, begin)


def test_too_much_current_is_told():
    b = on_the_phone()
    b.pairs[0].ohm = 150
    b.pairs[0].volts = -56.0
    b.talk(300)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_LOOP)] == [wire_fxo.CURRENT_OVERLOAD]
    assert b.lines()[0][0] & wire_fxo.LINE_OVERLOAD


def test_another_telephone_off_hook_is_seen_on_hook():
    b = FxoBench().ready()
    begin = b.tick
    b.pairs[0].share(300)  # a telephone: some 9 V of 48
    b.talk(500)
    ((value, tick),) = b.line_events(wire_fxo.EVT_IN_USE)
    assert value == 1
    assert near(tick, begin)
    b.pairs[0] = type(b.pairs[0])()
    b.talk(500)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_IN_USE)] == [0]


def test_the_limit_of_a_line_in_use_has_hysteresis():
    b = FxoBench().ready()
    for volts, in_use in ((24, False), (21, False), (19, True), (24, True), (26, False)):
        b.pairs[0].volts = -float(volts)
        b.talk(500)
        assert bool(b.lines()[0][0] & wire_fxo.LINE_IN_USE) == in_use, volts


def test_somebody_elses_pulses_do_not_make_a_line_free_or_ring():
    b = FxoBench().ready()
    free = b.pairs[0]
    busy = type(free)()
    busy.share(300)
    b.pairs[0] = busy
    b.talk(500)
    b.events()
    for _ in range(20):
        b.pairs[0] = free
        b.talk(60)
        b.pairs[0] = busy
        b.talk(40)
    assert b.events() == []


def test_another_telephone_that_joins_a_call_takes_its_share_and_gives_it_back():
    b = on_the_phone()
    begin = b.tick
    b.pairs[0].share(300)
    b.talk(500)
    ((value, tick),) = b.line_events(wire_fxo.EVT_IN_USE)
    assert value == 1
    assert near(tick, begin)
    b.pairs[0] = type(b.pairs[0])()
    b.talk(500)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_IN_USE)] == [0]


def test_a_telephone_that_was_there_before_us_and_leaves_is_noticed():
    b = FxoBench().ready()
    b.pairs[0].share(300)
    b.talk(500)
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.talk(1500)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_IN_USE)] == [1]
    b.pairs[0] = type(b.pairs[0])()
    b.talk(500)
    assert [value for value, _ in b.line_events(wire_fxo.EVT_IN_USE)] == [0]


def test_hanging_up_is_no_event_of_the_line():
    b = on_the_phone()
    b.order(wire_fxo.OP_HOOK, 0, 0)
    b.talk(1500)
    assert [(code, values) for code, values, _ in b.events()] == [(wire_fxo.EVT_HOOK, (0, 0))]
    assert b.lines()[0] == (wire_fxo.LINE_BATTERY, -48, 0, wire_fxo.CHIP_WELL)
