# The hardware layer of the real FXO board: up to 16 Si3050 on a daisy chain.
#
# Never run on hardware.  One transaction takes 7 us on the wire; 16 lines need 44 in a block of
# 5 ms, and 64 at most.
import time

from machine import Pin
from rp2 import StateMachine

from board.mcu.hal import pio, rp2_usb
from board.mcu.hal.rp2 import RESET, Rp2Hal
from board.mcu.runtime import const

_SDI = const(0)  # to the first chip
_SDO = const(1)  # from the chips
_SCLK = const(2)  # SCLK, /CS
_RESET_MS = const(1)  # the data sheet wants 250 ns, and PCLK running


class ChainBus:
    # One transaction with one chip of the chain; the control byte names the chip.

    def __init__(self):
        reset = Pin(RESET, Pin.OUT, value=0)
        time.sleep_ms(_RESET_MS)
        reset.value(1)
        self._machine = StateMachine(
            2,
            pio.daa_bus,
            freq=pio.DAA_HZ,
            in_base=Pin(_SDO, Pin.IN),
            out_base=Pin(_SDI),
            sideset_base=Pin(_SCLK),
        )
        self._machine.active(1)

    def transfer(self, line, control, register, value):
        # 24 bits, which put() shifts up: 32 bits in Python would need the heap.
        self._machine.put(control << 16 | register << 8 | value, 8)
        return self._machine.get() & 0xFF


def hal(ports, booted):
    return Rp2Hal(ChainBus(), ports, rp2_usb.FXO, "Callbox FXO board", booted)
