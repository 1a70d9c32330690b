# The way of a block through a board of 16 lines allocates nothing, while all of them ring, dial
# and change.  Under MicroPython the heap is locked, so that an allocation raises MemoryError; on
# CPython the same work is only done.  Prints what a block costs.
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from test_tick_path import QuietPort

from board import wire, wire_fxo
from board.mcu.drivers import si3050_regs as regs
from board.mcu.fxo import states
from board.mcu.fxo.board import FxoBoard
from board.mcu.link import cobs
from board.mcu.runtime import micropython
from board.sim.chips.eeprom24 import Eeprom24Model

PORTS = 16
TALK = bytes((i * 7 + 1) & 0xFF for i in range(40 * PORTS))
DIGITS = b"0123456789" + bytes(14)


class QuietChips:
    # Register files of 16 chips; what the lines show is put there by the test.
    def __init__(self):
        self.files = [bytearray(64) for _ in range(PORTS)]
        self.transactions = 0

    def transfer(self, line, control, register, value):
        self.transactions += 1
        file = self.files[line]
        if control & 0x40:
            return file[register]
        if register == regs.DAA1:  # the ring bits are not ours to write
            value = file[register] & 0x60 | value & 0x09
        file[register] = value
        return 0xFF

    def show(self, line, ring, volts, current, link):
        file = self.files[line]
        file[regs.CONTROL2] = regs.CONTROL2_RESET
        file[regs.DAA1] = file[regs.DAA1] & 0x09 | ring
        file[regs.CHIP_A] = 0x35
        file[regs.LINE_SIDE_STATUS] = link | current // 3
        file[regs.LOOP_CURRENT] = current
        file[regs.LINE_VOLTAGE] = volts & 0xFF
        file[regs.INTERNATIONAL4] = 0 if current else 2


class QuietHal:
    def __init__(self, chips):
        self.port = QuietPort()
        self.bus = chips
        self.i2c = Eeprom24Model(b"")
        self.session = 1
        self.booted = {"version": "0.0.0+test"}
        self.stamp = bytearray(4)
        self.rx = bytearray(TALK)
        self.tx = bytearray(len(TALK))
        self.rx_at = self.tx_at = 0

    def elapsed(self):
        return 3

    def lamp(self, number, state):
        pass


class Scene:
    # All lines at once: ringing, answering, dialling, drops, reversals, another telephone.
    def __init__(self):
        self.chips = QuietChips()
        self.hal = QuietHal(self.chips)
        self.board = FxoBoard(self.hal, 1, PORTS)
        self.lines = self.board._lines.lines
        self.stream = bytearray()
        self.stream += wire.seal(wire.body(wire.PCM_TX, wire.pack_pcm(TALK, 0xFFFF), 40))
        self.stream += wire.seal(wire.body(wire.EVT_ACK, wire.pack_event_ack(3)))
        self.stream += b"\x05garbage\x00"
        self.block = 0
        self.refused = 0

    def run(self, blocks):
        for _ in range(blocks):
            self.block += 1
            for i in range(PORTS):
                self._line(i, (self.block + 97 * i) % 1600)
            cobs.put32(self.hal.stamp, 0, 40 * self.block)
            cobs.copy(self.hal.port.stream, 0, self.stream, 0, len(self.stream))
            self.hal.port.size = len(self.stream)
            self.board.half()
            self.board.step()
            self.board.between()
            self.board.receive()
            for number in range(self.board._events.waiting):
                self.board._events.acknowledge((self.block + number) & 0xFFFF)

    def _line(self, i, at):
        # Eight seconds in the life of a line.
        ring = 0
        volts, current = -48, 0
        link = regs.FDT
        if at < 200:
            ring = regs.RDTP if at % 8 < 4 else regs.RDTN
        elif at < 1200:
            volts, current = -8, 20
            if at == 200:
                self.lines[i].fire(states.OFF)
            elif at == 400:
                self.dial(i)
            elif 900 <= at < 950:
                volts, current = 0, 0  # a drop
            elif 950 <= at < 1100:
                volts, current = 8, 9  # reversed, and another telephone
        else:
            if at == 1200:
                self.lines[i].fire(states.ON)
            volts = 12 if at < 1400 else -48
            link = 0 if at >= 1590 else regs.FDT  # the isolation link goes down
        self.chips.show(i, ring, volts, current, link)

    def dial(self, i):
        # As OP_PULSE and OP_FLASH do it, but they come as commands, which may allocate.
        if i & 1:
            self.lines[i].pulses.flash(600)
            done = self.lines[i].fire(states.OPEN)
        else:
            self.lines[i].pulses.set(60, 40, 20, DIGITS)
            done = self.lines[i].fire(states.DIAL)
        self.refused += not done


class Patient(Scene):
    # Dials outside the locked time: pulses.set() slices.
    def dial(self, i):
        self.refused += not self.lines[i].fire(states.OPEN if i & 1 else states.DIAL)


def counted(board):
    seen = {}
    report = board._events.report_line

    def count(stamp, code, line, value, third=-1, fourth=-1):
        seen[code] = seen.get(code, 0) + 1
        report(stamp, code, line, value, third, fourth)

    board._events.report_line = count
    return seen


def test_everything_that_can_happen_to_a_line_happens_in_the_scene():
    scene = Scene()
    seen = counted(scene.board)
    scene.run(1600)  # every line comes to its begin
    seen.clear()
    scene.refused = 0
    scene.run(1600)
    assert set(seen) == set(wire_fxo.EVENTS), seen
    assert scene.refused == 0


def test_ten_seconds_of_16_busy_lines_allocate_nothing():
    scene = Patient()
    for line in scene.lines[::2]:
        line.pulses.set(60, 40, 20, DIGITS)
    for line in scene.lines[1::2]:
        line.pulses.flash(600)
    scene.run(60)  # the first calls fill caches of the compiler
    micropython.heap_lock()
    try:
        scene.run(1500)
    finally:
        micropython.heap_unlock()
    assert scene.hal.port.sent > 1500


def test_a_block_of_16_lines_costs():
    scene = Patient()
    scene.run(60)
    before = scene.chips.transactions
    longest = total = 0
    for _ in range(400):
        start = _microseconds()
        scene.board.step()
        spent = _microseconds() - start
        longest = max(longest, spent)
        total += spent
    each = (scene.chips.transactions - before) / 400
    print("16 lines:", total // 400, "us a block, longest", longest, "us,", each, "transactions")
    assert each <= 16 + 16 * 9 / 3  # what the SPI of the real board must carry in 5 ms


def _microseconds():
    return time.ticks_us() if hasattr(time, "ticks_us") else time.monotonic_ns() // 1000
