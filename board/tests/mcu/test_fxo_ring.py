# Ringing: what is one, what is none, and when it was.  Runs on both Pythons.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from fxo_rig import FxoBench, ring_burst

from board import wire_fxo
from board.mcu.fxo.ring import Ring

RING = wire_fxo.EVT_RING
MS = 8  # ticks


class Seen:
    # Takes the place of the events: [(on, frequency, tick)].
    def __init__(self):
        self.told = []

    def report_line(self, stamp, code, line, on, hertz):
        assert (code, line) == (RING, 3)
        self.told.append((on, hertz, int.from_bytes(bytes(stamp), "little")))


def rung(bits, passed=40, start=0, battery=True):
    # A Ring after these bits ("+", "-", "." for neither), `passed` ticks apart.
    seen = Seen()
    ring = Ring(3, seen)
    tick = start
    for bit in bits:
        tick = (tick + passed) & 0xFFFFFFFF
        ring.step(tick.to_bytes(4, "little"), bit == "+", bit == "-", battery, passed)
    return seen.told


def test_64_ms_of_ringing_voltage_are_a_ring_that_began_with_the_first():
    assert rung("..++++----+++++") == [(1, 0, 3 * 40)]
    assert rung("..++++----++++") == []


def test_a_ring_ends_a_quarter_of_a_second_after_its_last_voltage_and_tells_that_tick():
    burst = "++++----" * 10
    assert len(rung(burst + "." * 51)) == 1
    told = rung(burst + "." * 52)
    assert told[1] == (0, 25, 80 * 40)


def test_gaps_of_a_weak_ring_do_not_end_it():
    told = rung("+......-......" * 3 + "+" + "." * 52)  # 14.3 Hz, little more than its peaks
    assert [told[0], told[1][:2]] == [(1, 0, 40), (0, 14)]
    assert len(rung("++++----" * 5 + "." * 50 + "++++----" * 5)) == 1


def test_the_pulses_of_another_telephone_are_no_ring():
    # 10 a second: a click at each end of a break, of 60 ms or 50.
    assert rung("+...........-......." * 12) == []
    assert rung("++........--........" * 12) == []


def test_one_half_alone_is_a_transient():
    assert rung("+" * 40) == []
    assert rung("-" * 40) == []


def test_without_battery_nothing_rings():
    assert rung("++++----" * 20, battery=False) == []


def test_a_burst_counts_across_the_wrap_of_the_tick():
    told = rung("++++----" * 10 + "." * 60, start=0xFFFFFFFF - 100)
    assert told[0][2] == (0xFFFFFFFF - 100 + 40) & 0xFFFFFFFF
    assert told[1][2] == (0xFFFFFFFF - 100 + 80 * 40) & 0xFFFFFFFF


def test_the_frequency_is_told_as_far_as_looking_each_5_ms_allows():
    for hertz in (16, 20, 25, 30, 50):
        b = FxoBench().ready()
        ring_burst(b, 1000, hertz=float(hertz))
        b.talk(400)
        _, (values, _) = b.line_events(RING)
        assert abs(values[1] - hertz) <= 1, (hertz, values)


def test_the_length_of_each_burst_is_that_of_the_line():
    # A short first ring, a splash before caller ID, China's cadence, a missing second.
    for milliseconds in (150, 300, 500, 1000, 2000):
        b = FxoBench().ready()
        begin = b.tick
        ring_burst(b, milliseconds)
        b.talk(600)
        (on, began), (off, ended) = b.line_events(RING)
        assert (on[0], off[0]) == (1, 0)
        assert 0 <= began - begin <= 15 * MS + 40, milliseconds
        assert abs((ended - began) - milliseconds * MS) <= 25 * MS, milliseconds


def test_a_cadence_of_1_s_and_4_s_is_told_burst_by_burst():
    b = FxoBench().ready()
    begin = b.tick
    for _ in range(3):
        ring_burst(b, 1000)
        b.talk(4000)
    told = b.line_events(RING)
    assert [values[0] for values, _ in told] == [1, 0] * 3
    for i, (_, tick) in enumerate(told[::2]):
        assert 0 <= tick - begin - i * 5000 * MS <= 35 * MS


def test_a_click_of_less_than_64_ms_is_no_ring():
    b = FxoBench().ready()
    ring_burst(b, 45)
    b.talk(600)
    assert b.line_events(RING) == []


def test_a_ring_below_the_threshold_is_none():
    b = FxoBench().ready()
    b.order(wire_fxo.OP_LINE, 0, wire_fxo.COUNTRY_CHINA, 0, 0)  # 13.5 to 16.5 V
    ring_burst(b, 1000, volts=12.0)
    b.talk(400)
    assert b.line_events(RING) == []
    ring_burst(b, 1000, volts=20.0)
    b.talk(400)
    assert len(b.line_events(RING)) == 2


def test_a_reversal_is_no_ring():
    b = FxoBench().ready()
    for _ in range(3):
        b.pairs[0].volts = -b.pairs[0].volts
        b.talk(300)
    assert b.line_events(RING) == []


def test_ringing_of_one_line_is_not_told_of_another():
    b = FxoBench().ready()
    ring_burst(b, 1000, line=2)
    b.talk(400)
    told = [values for code, values, _ in b.events() if code == RING]
    assert [values[0] for values in told] == [2, 2]


def test_lines_shows_a_line_that_rings_and_answering_ends_the_ring():
    b = FxoBench().ready()
    b.pairs[0].ring = 75.0
    b.talk(500)
    assert b.lines()[0][0] & wire_fxo.LINE_RINGING
    b.order(wire_fxo.OP_HOOK, 0, 1)
    b.pairs[0].ring = 0.0
    b.talk(100)
    assert [values[0] for values, _ in b.line_events(RING)] == [1, 0]
    assert not b.lines()[0][0] & wire_fxo.LINE_RINGING
