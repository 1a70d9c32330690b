# The hardware layer of the real E1 board: RP2350B, PEF2256, 24C02, USB.
#
# Nothing of hal/rp2*.py and hal/pio.py has been run on hardware: it is type-checked against the
# MicroPython stubs, compiled by mpy-cross, and the PIO programs run in an emulator.  To be measured
# first on a board: the time-slot offset at the highway (XC, RC), USB throughput, the longest loop.
import os

import machine
from machine import I2C, Pin
from rp2 import StateMachine

from board.mcu.drivers import eeprom24
from board.mcu.hal import pio
from board.mcu.hal.rp2_tdm import HALF, HALVES, Tdm
from board.mcu.hal.rp2_usb import UsbPort
from board.mcu.runtime import const

# Pins of the RP2350B.
_AD = const(0)  # AD0 to AD7
_ALE = const(8)  # ALE, /RD, /WR
_CHIP_SELECT = const(11)
_RESET = const(12)
_TDM = const(16)  # RDO, SCLK, FSC
_XDI = const(19)
_GREEN, _YELLOW = const(20), const(21)
_SDA, _SCL = const(24), const(25)

HOST = const(1)
BLOCK = const(2)
OPENED = const(4)
HALF_BLOCK = const(8)
_LATE = const(4)  # half-blocks behind at which blocks are given up


class Bus:
    # Register reads and writes of the framer.

    def __init__(self):
        Pin(_CHIP_SELECT, Pin.OUT, value=0)  # the only chip on the bus
        reset = Pin(_RESET, Pin.OUT, value=1)
        reset.value(0)
        self._machine = StateMachine(
            2,
            pio.falc_bus,
            freq=pio.BUS_HZ,
            in_base=Pin(_AD),
            out_base=Pin(_AD),
            sideset_base=Pin(_ALE),
        )
        self._machine.active(1)

    def read(self, address):
        self._machine.put(pio.read_word(address))
        return self._machine.get()

    def write(self, address, value):
        self._machine.put(pio.write_word(address, value))


class Rp2Hal:
    def __init__(self):
        self.i2c = I2C(0, sda=Pin(_SDA), scl=Pin(_SCL), freq=400_000)
        identity = eeprom24.read_identity(self.i2c) or {}
        self.port = UsbPort(str(identity.get("serial", "")))
        self.bus = Bus()
        self.session = int.from_bytes(os.urandom(4), "little")
        self.stamp = bytearray(4)
        self._lamps = (Pin(_GREEN, Pin.OUT, value=0), Pin(_YELLOW, Pin.OUT, value=0))
        self._tdm = Tdm(_TDM, _XDI)
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
        self.rx_at = (self._seen - 2) % HALVES * HALF
        self.tx_at = (self._seen + 2) % HALVES * HALF
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
