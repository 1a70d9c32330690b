# One line's driver on a chain of four chips, and what must hold when the set-up is right.
#
# Each check_* tells whether it holds and can be run after a set-up with a wrong value, too
# (board/tests/sim/test_si3050_mutation.py).  Runs on both Pythons.
import struct

from board import wire_fxo
from board.mcu.drivers.si3050 import Si3050
from board.mcu.fxo import countries
from board.sim import fxo_line
from board.sim.chips.si3050 import Si3050Chain

LINES = 4
LINE = 2
CHINA = countries.ROWS[wire_fxo.COUNTRY_CHINA]
AUSTRALIA = countries.ROWS[wire_fxo.COUNTRY_AUSTRALIA]


class Bench:
    def __init__(self, row=CHINA, bus=None, line=LINE):
        self.chain = Si3050Chain(LINES)
        self.driver = Si3050(bus(self.chain) if bus else self.chain, line)
        self.line = line
        self.battery(48, 1000)
        self.volts, self.ohm = -480, 1000
        self.ring = self.hertz = self.faults = self.register = 0
        self.drawn = None
        self.driver.setup(row, line)

    def battery(self, volts, ohm):
        # The ring wire is negative against the tip wire on a normal line.
        self.volts, self.ohm = int(-volts * 10), ohm

    def ringing(self, volts, hertz=25):
        self.ring, self.hertz = int(volts * 10), int(hertz * 10)

    def blocks(self, count=1, faults=0, register=0):
        feed = struct.pack(
            fxo_line.FEED_RECORD, self.volts, self.ohm, self.ring, self.hertz, faults, register
        )
        for _ in range(count):
            self.chain.feed([feed] * LINES)
            self.drawn = struct.unpack(fxo_line.DRAW_RECORD, self.chain.draw()[self.line])

    def poll(self, blocks=1):
        self.blocks(blocks)
        self.driver.poll()
        return self.driver

    def up(self):
        self.driver.power_line_side()
        self.blocks(10)
        return self

    def bits(self):
        self.drawn = struct.unpack(fxo_line.DRAW_RECORD, self.chain.draw()[self.line])
        return self.drawn[0]


def check_the_line_side_is_off_until_it_gets_power(bench):
    bench.blocks(10)
    before = bench.bits()
    bench.driver.poll()
    answered = bench.driver.answers and not bench.driver.line_side
    return before == 0 and answered and bench.up().driver.line_side_up()


def check_on_hook_the_line_is_open(bench):
    bench.up()
    closed = bench.bits() == fxo_line.DRAW_LINE_SIDE
    found = bench.poll()
    return closed and (found.volts, found.milliamperes, found.answers) == (-48, 0, True)


def check_the_impedance_gains_and_hybrid_are_neutral(bench, acim):
    bench.up()
    return bench.drawn[1] == acim and bench.drawn[4:] == (bytes(8), 0, 0)


def check_small_voltages_are_shown(bench):
    bench.battery(2, 100)
    return bench.up().poll().volts == -2


def check_off_hook_the_voltage_is_3_1_v_and_the_bridge_and_50_ohm(bench):
    bench.battery(48, 2110)  # 20 mA
    bench.up().driver.hook(True)
    found = bench.poll(2)
    right = (bench.drawn[2], bench.drawn[3]) == (200, -58)
    return right and found.milliamperes == 20 and found.volts == -6


def check_the_least_current_is_16_ma_and_70_ma_flow(bench):
    seen = []
    bench.up().driver.hook(True)
    for ohm in (2829, 2521, 560):  # 15, 16.8, 70.8 mA
        bench.battery(48, ohm)
        found = bench.poll(2)
        seen.append((found.milliamperes, found.starved))
    return seen == [(1, False), (17, False), (70, False)]


def on_hook_blocks(bench):
    bench.up().driver.hook(True)
    bench.blocks(2)
    bench.driver.hook(False)
    count = 0
    while bench.bits() & fxo_line.DRAW_OFF_HOOK:
        bench.blocks(1)
        count += 1
    return count


def check_both_halves_of_ringing_show_from_16_5_volts(bench):
    seen = []
    bench.up()
    for volts in (13.5, 16.5):
        bench.ringing(volts)
        halves = [0, 0]
        for _ in range(40):
            found = bench.poll()
            halves[0] += found.ring_p
            halves[1] += found.ring_n
        seen.append((halves[0] > 4, halves[1] > 4))
    return seen == [(False, False), (True, True)]


def told_after(bench, blocks):
    # The block (from 1) in which a valid ring signal is told; 0: in none.
    told = 0
    for number in range(1, blocks + 1):
        if bench.poll().ring_valid and not told:
            told = number
    return told


def check_ringing_is_valid_from_10_to_83_hertz_after_150_ms(bench):
    bench.up()
    for hertz, told in ((25, True), (9.5, False), (10.2, True), (80, True), (90, False)):
        bench.ringing(90, hertz)
        if (30 < told_after(bench, 44) < 45) != told:
            return False
        bench.ringing(0)
        bench.blocks(135)
        bench.driver.poll()
    return True


def check_a_pause_of_640_ms_ends_ringing(bench):
    seen = []
    bench.up()
    for pause in (120, 135, 0):
        bench.ringing(90)
        seen.append(told_after(bench, 45) > 0)
        bench.ringing(0)
        bench.blocks(pause)
    return seen == [True, False, True]


def check_samples_are_in_the_lines_slot(bench):
    chain = bench.up().chain
    for other in range(LINES):
        if other != bench.line:
            Si3050(chain, other).setup(CHINA, other)
    there = bytearray(b"\x01\x02\x03\x04" * fxo_line.BLOCK_FRAMES)
    back = bytearray(there)
    chain.highway.from_lines(there)
    chain.highway.to_lines(back)
    return there == back == b"\x01\x02\x03\x04" * fxo_line.BLOCK_FRAMES
