"""Lines that a test or learning has."""

import pytest

from board.host import line_events as lv
from firmware.contract.model import Language
from firmware.errors import Refused
from firmware.tests.trunk.analog_bench import Bench, fsk
from firmware.trunk.line_states import S


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


class Borrower:
    def __init__(self, line):
        self.told = []
        line.attach(self)

    def rang(self):
        self.told.append("rang")

    def polarity(self, *, turned):
        self.told.append(("polarity", turned))

    def battery(self, *, there):
        self.told.append(("battery", there))

    def caller_id(self, caller):
        self.told.append(caller.number)

    def tone(self, name, hertz, dbm0):
        self.told.append((name, hertz, dbm0))

    def lost(self, problem):
        self.told.append(problem)


def test_borrowed_line_does_what_it_is_told(bench):
    line = bench.trunk.borrow(1)
    assert bench.state() is S.TESTING
    assert line.facts.volts == -48
    line.hook(off=True)
    line.watch(["dial"])
    assert bench.board.off_hook[1]
    assert bench.sound.tones[1] == ("dial",)
    line.dial("1")
    line.tone("busy")
    line.play(["welcome"], Language.EN, lambda: None)
    line.silence()
    assert bench.sound.digits == [(1, "1")]
    assert bench.sound.played == ["busy", ("welcome",), ""]
    assert bench.sound.heard == (1, [(100, 0.0)])
    assert len(line.history(2.0)) == 16000
    assert line.echo() == (12.0, 20.0)
    line.release()
    line.release()
    assert bench.sound.heard == (1, [])
    assert bench.sound.tones[1] == ()
    assert not bench.sound.echo_on[1]
    assert bench.sound.closed == [100]
    assert not bench.board.off_hook[1]
    bench.run(2)
    assert bench.state() is S.IDLE


def test_borrower_is_told_what_the_line_does(bench):
    line = bench.trunk.borrow(1)
    borrower = Borrower(line)
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    bench.sound.ears[1].caller_id(fsk("13800138000"))
    bench.hear(lv.PolarityChanged(1, True, bench.now))
    bench.hear(lv.BatteryChanged(1, False, bench.now))
    bench.tone("dial")
    assert borrower.told == [
        "rang", "13800138000", ("polarity", True), ("battery", False), ("dial", 450.0, -12.0),
    ]  # fmt: skip
    assert bench.offered == []


def test_no_call_gets_the_line_meanwhile(bench):
    bench.trunk.borrow(1)
    assert bench.trunk.idle_lines() == [2]
    assert bench.dial().line.channel == 2
    assert bench.trunk.idle_lines() == []
    with pytest.raises(Refused, match="in use"):
        bench.trunk.borrow(1)
    with pytest.raises(Refused, match="no such line"):
        bench.trunk.borrow(9)


def test_lost_board_takes_the_line_away(bench):
    line = bench.trunk.borrow(1)
    borrower = Borrower(line)
    bench.trunk.board_gone()
    assert borrower.told == ["no_board"]
    line.hook(off=True)
    line.release()
    assert bench.state() is S.OUT_OF_SERVICE
    with pytest.raises(Refused, match="board"):
        bench.trunk.borrow(1)


def test_caller_who_rings_on_after_the_release_is_a_call(bench):
    line = bench.trunk.borrow(1)
    bench.ring()
    line.release()
    bench.ring()
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    assert len(bench.offered) == 1


def test_faulty_line_can_be_tested(bench):
    bench.tell(battery=False, volts=0)
    bench.run(0.5)
    line = bench.trunk.borrow(1)
    assert not line.facts.battery
    line.release()
    bench.run(3)
    assert bench.state() is S.OUT_OF_SERVICE
