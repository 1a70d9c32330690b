"""A board as the trunk knows it: opened again, set up, its events passed on."""

from types import SimpleNamespace

import pytest

from board import wire
from firmware.contract.config import Trunk
from firmware.contract.model import Alarm
from firmware.tests.fakes import LoopClock
from firmware.trunk.span_board import SpanBoard
from hil_tests.virtual_loop import VirtualLoop


class Engine:
    def __init__(self):
        self.opened, self.sent = [], []

    def open(self, fd):
        self.opened.append(fd)

    def send(self, frame):
        self.sent.append(frame)

    def kinds(self):
        return [wire.split(frame)[0] for frame in self.sent]


class Opener:
    def __init__(self):
        self.there, self.not_before, self.closed = True, 0.0, 0

    def open(self, now):
        if not self.there:
            self.not_before = now + 0.5
            return None
        return SimpleNamespace(fd=42, close=self._close)

    def _close(self):
        self.closed += 1


class Bench:
    def __init__(self):
        self.loop = VirtualLoop()
        self.engine, self.opener = Engine(), Opener()
        self.told, self.hdlc = [], []
        self.loop.call_soon(self._start)
        self.loop.settle()

    def _start(self):
        clock = LoopClock(self.loop)
        self.board = SpanBoard("e1", Trunk(), self.opener, self.engine, clock)
        self.board.told, self.board.on_hdlc = self, self.hdlc.append
        self.board.start()

    def board_changed(self, *, present, alarms):
        self.told.append((present, alarms))

    def hear(self, kind, payload, tick=0):
        self.loop.call_soon(self.board.frame, wire.body(kind, payload, tick, 0))
        self.loop.settle()

    def hello(self, session=1, major=wire.VERSION_MAJOR):
        fields = dict.fromkeys(wire.HELLO_NAMES, 0) | {"serial": "S1", "firmware": "0.1"}
        fields |= {"major": major, "session": session, "slots": 32}
        self.hear(wire.HELLO, wire.pack_hello(fields))

    def close(self):
        self.loop.call_soon(self.board.stop)
        self.loop.settle()
        self.loop.close()


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


def test_board_is_opened_asked_and_set_up(bench):
    assert bench.engine.opened == [42]
    assert bench.engine.kinds() == [wire.HELLO_REQ]
    bench.hello()
    assert bench.board.ready
    assert bench.engine.kinds()[-1] == wire.CMD
    assert bench.told == [(True, frozenset())]
    bench.hello()
    assert bench.engine.kinds().count(wire.CMD) == 1


def test_board_that_says_nothing_is_asked_again(bench):
    bench.loop.advance(2.5)
    assert bench.engine.kinds().count(wire.HELLO_REQ) == 3


def test_board_of_another_version_is_not_used(bench):
    bench.hello(major=9)
    assert bench.told == [(False, frozenset())]


def test_alarms_and_the_d_channel_are_passed_on(bench):
    bench.hello()
    bits = wire.LOS | wire.AIS
    bench.hear(wire.EVT, wire.pack_event(1, wire.EVT_ALARM, bits, 0), tick=8)
    assert bench.told[-1] == (True, frozenset({Alarm.LOS, Alarm.AIS}))
    bench.hear(wire.HDLC_RX, wire.pack_hdlc(2, b"\x02\x01\x7f"))
    assert bench.hdlc == [b"\x02\x01\x7f"]
    bench.board.send_hdlc(b"\x00\x01\x73")
    assert bench.engine.kinds()[-1] == wire.HDLC_TX


def test_lost_board_is_opened_again_when_it_is_back(bench):
    bench.hello()
    bench.opener.there = False
    bench.loop.call_soon(bench.board.lost)
    bench.loop.advance(1.2)
    assert bench.told[-1] == (False, frozenset())
    assert bench.opener.closed == 1
    bench.opener.there = True
    bench.loop.advance(0.6)
    assert bench.engine.opened == [42, 42]
    bench.hello(session=2)
    assert bench.told[-1] == (True, frozenset())


def test_command_without_an_answer_is_counted(bench):
    bench.hello()
    bench.loop.advance(3)
    assert bench.board.counters["commands failed"] == 1
