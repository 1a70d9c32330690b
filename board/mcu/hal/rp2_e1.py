# The hardware layer of the real E1 board: the PEF2256 on its bus.  Never run on hardware.
from machine import Pin
from rp2 import StateMachine

from board.mcu.hal import pio, rp2_usb
from board.mcu.hal.rp2 import RESET, Rp2Hal
from board.mcu.runtime import const

_AD = const(0)  # AD0 to AD7
_ALE = const(8)  # ALE, /RD, /WR
_CHIP_SELECT = const(11)


class FramerBus:
    # Register reads and writes of the framer.

    def __init__(self):
        Pin(_CHIP_SELECT, Pin.OUT, value=0)  # the only chip on the bus
        reset = Pin(RESET, Pin.OUT, value=1)
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


def hal(booted):
    return Rp2Hal(FramerBus(), 32, rp2_usb.E1, "Callbox E1 board", booted)
