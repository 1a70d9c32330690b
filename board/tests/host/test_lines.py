"""What a board says of its analogue lines, as values with the host's time."""

import pytest

from board import wire, wire_fxo
from board.host import line_events as lv
from board.host.port import BoardPort
from board.host.tick_time import TickTime
from board.tests.host.test_port import HELLO

FXO = HELLO | {
    "board": wire.BOARD_FXO,
    "ports": 4,
    "slots": 4,
    "capabilities": wire.CAN_LINES | wire.CAN_PEEK,
}
TICK, NOW = 16000, 102.0  # the board's tick 0 was at 100.0


@pytest.fixture
def port():
    port = BoardPort("test", [].append)
    port.opened(0.0)
    port.feed(wire.body(wire.HELLO, wire.pack_hello(FXO)), 0.0)
    port.feed(report([(0, -48, 0, 0)] * 4), NOW)
    return port


def report(lines, tick=TICK):
    return wire.body(wire_fxo.LINES, wire_fxo.pack_lines(lines), tick)


def event(code, *values, tick=TICK, number=1):
    return wire.body(wire.EVT, wire.pack_event(number, code, *values), tick)


@pytest.mark.parametrize(("code", "values", "expected"), [
    (wire_fxo.EVT_RING, (0, 1, 25), lv.RingChanged(1, True, 25, NOW)),
    (wire_fxo.EVT_BATTERY, (3, 0), lv.BatteryChanged(4, False, NOW)),
    (wire_fxo.EVT_POLARITY, (1, 1), lv.PolarityChanged(2, True, NOW)),
    (wire_fxo.EVT_LOOP, (0, 2), lv.LoopChanged(1, lv.Current.OVERLOAD, NOW)),
    (wire_fxo.EVT_IN_USE, (0, 1), lv.InUseChanged(1, True, NOW)),
    (wire_fxo.EVT_LINE_CHIP, (0, 2, 12, 0), lv.LineChipChanged(1, lv.Chip.ISOLATION, 12, 0, NOW)),
    (wire_fxo.EVT_HOOK, (2, 1), lv.HookChanged(3, True, NOW)),
    (wire_fxo.EVT_DIALLED, (0, 11), lv.Dialled(1, 11, NOW)),
])  # fmt: skip
def test_each_event_has_its_type(port, code, values, expected):
    assert port.feed(event(code, *values), NOW) == [expected]


def test_an_event_that_came_late_has_the_time_at_which_it_was(port):
    late = event(wire_fxo.EVT_BATTERY, 0, 0, tick=TICK - 4000)
    assert port.feed(late, NOW + 0.7) == [lv.BatteryChanged(1, False, NOW - 0.5)]


def test_a_report_has_every_line(port):
    bits = wire_fxo.LINE_OFF_HOOK | wire_fxo.LINE_BATTERY | wire_fxo.LINE_CURRENT
    told = port.feed(report([(bits, -9, 23, 0), (wire_fxo.LINE_REVERSED, 47, 0, 3)]), NOW)[0]
    first, second = told.lines
    assert (first.line, first.off_hook, first.battery, first.current) == (1, True, True, 1)
    assert (first.volts, first.milliamperes) == (-9, 23)
    assert (second.turned, second.volts, second.chip) == (True, 47, lv.Chip.RESET)


@pytest.mark.parametrize("frame", [
    event(wire_fxo.EVT_RING, 4, 1, 25),
    event(wire_fxo.EVT_RING, 0, 2, 25),
    event(wire_fxo.EVT_LOOP, 0, 3),
    event(wire_fxo.EVT_LINE_CHIP, 0, 4, 0, 0),
    report([(0, 0, 0, 0)] * 5),
    report([(0, 0, 0, 9)]),
    wire.body(wire_fxo.LINES, b""),
    wire.body(wire_fxo.LINES, b"\x02\x00\x00\x00\x00"),
])  # fmt: skip
def test_what_cannot_be_is_counted_and_changes_nothing(port, frame):
    before = port.bad_contents
    assert port.feed(frame, NOW) == []
    assert port.bad_contents == before + 1


def test_an_e1_board_has_no_lines():
    port = BoardPort("test", [].append)
    port.opened(0.0)
    port.feed(wire.body(wire.HELLO, wire.pack_hello(HELLO)), 0.0)
    assert port.feed(event(wire_fxo.EVT_RING, 0, 1, 25), NOW) == []
    assert port.bad_contents == 1


def test_ticks_go_on_over_their_wrap():
    time = TickTime()
    time.heard(0xFFFFFF00, 50.0)
    time.heard(0x00000100, 50.064)
    assert time.at(0x00000100, 51.0) == pytest.approx(50.064)
    assert time.at(0xFFFFFF00, 51.0) == pytest.approx(50.0)
