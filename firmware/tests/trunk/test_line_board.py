"""A board of analogue lines: orders as frames, frames as events, and which board is opened."""

import pytest

from board import wire, wire_fxo
from board.host import line_events as lv
from board.host.discovery import USB_IDS
from firmware.contract.analog import AnalogLine, AnalogTrunk
from firmware.tests.fakes import LoopClock
from firmware.tests.trunk.test_span_board import Engine, Opener
from firmware.trunk.line_board import LineBoard
from firmware.trunk.line_set_up import set_up
from firmware.trunk.line_span import _opener
from hil_tests.virtual_loop import VirtualLoop

FXO = dict.fromkeys(wire.HELLO_NAMES, 0) | {
    "serial": "F1", "firmware": "0.1", "major": wire.VERSION_MAJOR, "session": 1,
    "board": wire.BOARD_FXO, "ports": 4, "slots": 4, "capabilities": wire.CAN_LINES,
}  # fmt: skip


class Told:
    def __init__(self):
        self.events = []

    def board_up(self, lines, *, new_session):
        self.events.append(("up", lines, new_session))

    def board_gone(self):
        self.events.append("gone")

    def line_event(self, event):
        self.events.append(event)

    def lines_reported(self, event):
        self.events.append([line.volts for line in event.lines])


class Bench:
    def __init__(self):
        self.loop, self.engine, self.told = VirtualLoop(), Engine(), Told()
        self.loop.call_soon(self._start)
        self.loop.settle()

    def _start(self):
        self.board = LineBoard("analog", Opener(), self.engine, LoopClock(self.loop))
        self.board.told = self.told
        self.board.start()

    def hear(self, kind, payload):
        self.loop.call_soon(self.board.frame, wire.body(kind, payload, 0, 0))
        self.loop.settle()

    def hello(self, **changes):
        self.hear(wire.HELLO, wire.pack_hello(FXO | changes))

    def do(self, order):
        """What the board is ordered: (op, arguments)."""
        self.loop.call_soon(order)
        self.loop.settle()
        _, op, arguments = wire.parse_command(wire.split(self.engine.sent[-1])[3])
        return op, arguments

    def close(self):
        self.loop.call_soon(self.board.stop)
        self.loop.settle()
        self.loop.close()


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


def test_board_tells_its_lines_and_is_asked_for_them(bench):
    bench.hello()
    assert bench.told.events == [("up", 4, True)]
    assert wire.parse_command(wire.split(bench.engine.sent[-1])[3])[1] == wire_fxo.OP_LINES
    bench.hello()
    assert bench.told.events[-1] == ("up", 4, False)


def test_lines_count_from_one_here_and_from_zero_on_the_wire(bench):
    bench.hello()
    assert bench.do(lambda: bench.board.hook(4, off=True)) == (wire_fxo.OP_HOOK, b"\x03\x01")
    op, arguments = bench.do(lambda: bench.board.pulse(1, (61, 39, 80), "110"))
    assert (op, arguments) == (wire_fxo.OP_PULSE, b"\x00\x3d\x27\x50110".ljust(28, b"\0"))
    bench.hear(wire.EVT, wire.pack_event(1, wire_fxo.EVT_RING, 3, 1, 25))
    assert bench.told.events[-1] == lv.RingChanged(4, True, 25, bench.told.events[-1].at)
    bench.hear(wire_fxo.LINES, wire_fxo.pack_lines([(2, -48, 0, 0), (0, 0, 0, 0)]))
    assert bench.told.events[-1] == [-48, 0]


@pytest.mark.parametrize(("impedance", "country", "row"), [
    ("country", "CN", wire_fxo.COUNTRY_CHINA), ("country", "US", wire_fxo.COUNTRY_FCC),
    ("country", "FR", wire_fxo.COUNTRY_TBR21), ("global", "CN", wire_fxo.COUNTRY_GLOBAL),
])  # fmt: skip
def test_impedance_and_gains(bench, impedance, country, row):
    bench.hello()
    line = AnalogLine(impedance=impedance, receive_gain_db=-2.5, transmit_gain_db=3)
    op, arguments = bench.do(lambda: set_up(bench.board, 2, line, country))
    assert (op, arguments) == (wire_fxo.OP_LINE, bytes((1, row, 251, 6)))


def test_board_of_another_kind_is_not_used(bench):
    bench.hello(board=wire.BOARD_E1, capabilities=wire.CAN_HDLC)
    assert bench.told.events == ["gone"]


def test_lost_board_is_told(bench):
    bench.hello()
    bench.loop.call_soon(bench.board.lost)
    bench.loop.settle()
    assert bench.told.events[-1] == "gone"


@pytest.mark.parametrize(("board", "named", "path", "serial"), [
    ("", "/dev/pts/3", "/dev/pts/3", ""), ("/dev/ttyACM1", "", "/dev/ttyACM1", ""),
    ("F-2", "", "", "F-2"), ("", "", "", ""),
])  # fmt: skip
def test_which_board_is_opened(board, named, path, serial):
    opener = _opener(AnalogTrunk(board=board), named, USB_IDS)
    assert (opener._path, opener._serial_number, opener._kind) == (path, serial, "fxo")
