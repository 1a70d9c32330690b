# The way of a block through the firmware allocates nothing.  Under MicroPython the heap is locked,
# so that an allocation raises MemoryError; on CPython the same work is only done.
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from rig import Bench

from board import wire
from board.mcu.e1.board import E1Board
from board.mcu.link import cobs
from board.mcu.runtime import micropython

TALK = bytes((i * 7 + 1) & 0xFF for i in range(1280))


class QuietPort:
    # Gives one prepared stream of the host, takes all.
    def __init__(self):
        self.stream = bytearray(4096)
        self.size = 0
        self.sent = 0

    def read_into(self, buffer):
        size = self.size
        cobs.copy(buffer, 0, self.stream, 0, size)
        self.size = 0
        return size

    def send(self, data, size):
        self.sent += 1
        return True


class QuietBus:
    # The chip's register file as the set-up left it, with a frame for the D-channel.
    def __init__(self, chip):
        self.registers = chip.registers
        self.fifo = bytearray(b"\x00\x01\x73" + bytes(14) + b"\x12\x34\xa2")
        self.at = 0
        self.pending = 0

    def read(self, address):
        if address == 0x00:
            self.at += 1
            return self.fifo[self.at - 1]
        if address == 0x66:
            return len(self.fifo)
        if address == 0x64:
            return 0x40
        if address == 0x68:
            pending = self.pending
            self.pending = 0
            return pending
        if address == 0x6B:
            return 0x43  # a second has gone, and both slips
        return self.registers[address]

    def write(self, address, value):
        if address == 0x02:
            self.at = 0
        elif address:
            self.registers[address] = value


class QuietHal:
    def __init__(self, hal):
        self.port = QuietPort()
        self.bus = hal.bus
        self.i2c = hal.i2c
        self.session = 1
        self.booted = {"version": "0.0.0+test"}
        self.stamp = bytearray(4)
        self.rx = bytearray(TALK)
        self.tx = bytearray(1280)
        self.rx_at = self.tx_at = 0

    def elapsed(self):
        return 3

    def lamp(self, number, state):
        pass


def work(board, hal, stream, blocks):
    # What the main loop does, for so many blocks, with the host's frames each time.
    tick = 0
    for _ in range(blocks):
        tick += 40
        cobs.put32(hal.stamp, 0, tick)
        cobs.copy(hal.port.stream, 0, stream, 0, len(stream))
        hal.port.size = len(stream)
        hal.bus.pending = 0x80
        board.half()
        board.step()
        board.between()
        board.receive()


def test_a_second_of_blocks_with_all_that_can_happen_allocates_nothing():
    hal = QuietHal(Bench().hal)
    board = E1Board(hal, 1)
    quiet = QuietBus(hal.bus)
    hal.bus = quiet
    board._framer._chip._bus = quiet
    stream = bytearray()
    stream += wire.seal(wire.body(wire.PCM_TX, wire.pack_pcm(TALK), 40))
    stream += wire.seal(wire.body(wire.HDLC_TX, wire.pack_hdlc(1, b"\x02\x01\x7f" + bytes(40))))
    stream += wire.seal(wire.body(wire.EVT_ACK, wire.pack_event_ack(3)))
    stream += wire.seal(wire.body(0x77, b"unknown"))
    stream += b"\x05garbage\x00"
    work(board, hal, stream, 3)  # the first calls fill caches of the compiler
    micropython.heap_lock()
    try:
        work(board, hal, stream, 250)
    finally:
        micropython.heap_unlock()
    assert hal.port.sent > 250
