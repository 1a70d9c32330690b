# The hardware layer of the real boards, as far as they are alike: RP2350B, TDM highway, 24C02, USB.
#
# Nothing of hal/rp2*.py and hal/pio.py has been run on hardware: it is type-checked against the
# MicroPython stubs, compiled by mpy-cross, and the PIO programs run in an emulator.  To be measured
# first on a board: the time-slot offset at the highway, USB throughput, the longest loop.
import os

import machine
from machine import I2C, Pin

from board.mcu.drivers import eeprom24
from board.mcu.hal.rp2_tdm import HALVES, Tdm
from board.mcu.hal.rp2_usb import UsbPort
from board.mcu.runtime import const

# Pins of the RP2350B that are the same on all boards.
RESET = const(12)  # of the chips, active low
_TDM = const(16)  # data in, clock, frame sync
_TDM_OUT = const(19)
_GREEN, _YELLOW = const(20), const(21)
_SDA, _SCL = const(24), const(25)

HOST = const(1)
BLOCK = const(2)
OPENED = const(4)
HALF_BLOCK = const(8)
_HANGS_MS = const(8000)  # the longest that the RP2350 can wait is 8388
_LATE = const(4)  # half-blocks behind at which blocks are given up


def identity():
    # The fields of HELLO that are in the EEPROM; none when it cannot be read.
    return eeprom24.read_identity(_i2c()) or {}


def _i2c():
    return I2C(0, sda=Pin(_SDA), scl=Pin(_SCL), freq=400_000)


class Rp2Hal:
    # `bus` leads to the chips, `slots` is the number of time slots in use, `product` the USB one;
    # `booted` is what update/slots.py says of the set that runs.

    def __init__(self, bus, slots, product, name, booted):
        self.bus = bus
        self.booted = booted
        self.i2c = _i2c()
        self.port = UsbPort(str(identity().get("serial", "")), product, name)
        self.session = int.from_bytes(os.urandom(4), "little")
        self.stamp = bytearray(4)
        self._lamps = (Pin(_GREEN, Pin.OUT, value=0), Pin(_YELLOW, Pin.OUT, value=0))
        self._tdm = Tdm(_TDM, _TDM_OUT, slots)
        self._half = self._tdm.half
        self.rx = self._tdm.rx.memory
        self.tx = self._tdm.tx.memory
        self.rx_at = self.tx_at = 0
        self.overruns = 0  # blocks given up because Python was late
        self._seen = 0
        self._was_open = False

    def start(self):
        self._tdm.start()

    def wait(self):
        # Sleep until something is there: HOST, OPENED, HALF_BLOCK, BLOCK (not two of the last).
        found = 0
        while not found:
            if self.port.is_open != self._was_open:
                self._was_open = self.port.is_open
                found |= OPENED if self._was_open else 0
            if self.port.has_data():
                found |= HOST
            found |= self._passed()
            if not found:
                machine.idle()
        return found

    def _passed(self):
        behind = (self._tdm.rx.passed - self._seen) & 0x3FFFFFFF
        if behind == 0:
            return 0
        if behind > _LATE:
            self._skip(behind // 2)
        self._seen = (self._seen + 1) & 0x3FFFFFFF
        if self._seen & 1:
            return HALF_BLOCK
        self._advance(1)
        self.rx_at = (self._seen - 2) % HALVES * self._half
        self.tx_at = (self._seen + 2) % HALVES * self._half
        return BLOCK

    def _skip(self, blocks):
        # Give up whole blocks; their ticks pass, and the host sees the gap.
        self.overruns = (self.overruns + blocks) & 0x3FFFFFFF
        self._seen = (self._seen + 2 * blocks) & 0x3FFFFFFF
        self._advance(blocks)

    def _advance(self, blocks):
        # The tick is four bytes: 32 bits would need the heap.
        carry = 40 * blocks
        for i in range(4):
            carry += self.stamp[i]
            self.stamp[i] = carry & 0xFF
            carry >>= 8

    def elapsed(self):
        # Ticks since the block was complete, in steps of half a block.
        return ((self._tdm.rx.passed - self._seen) & 0x3FFFFFFF) * 20

    def lamp(self, number, state):
        self._lamps[number].value(state)

    def restart(self):
        machine.reset()


def serve(hal, board):
    # The main loop of a board; never returns.  Where it stands still, the watchdog restarts the
    # board, and a set on trial is used up.
    hal.start()
    watchdog = machine.WDT(timeout=_HANGS_MS)
    while True:
        found = hal.wait()
        watchdog.feed()
        if found & OPENED:
            board.port_opened()
        if found & HOST:
            board.receive()
        if found & HALF_BLOCK:
            board.half()
        if found & BLOCK:
            board.step()
            board.between()
