# The simulated E1 board; board/sim/board.py starts it.
#
# Arguments: serial, then those of hal/sim_run.py
import sys

from board.mcu.drivers import eeprom24
from board.mcu.e1.board import E1Board
from board.mcu.hal import sim_run
from board.mcu.hal.sim_e1 import E1Side


def main(arguments):
    serial = arguments[0]
    identity = eeprom24.make(serial) if serial else b""
    sim_run.run(arguments[1:], E1Side, E1Board, identity)


if __name__ == "__main__":
    main(sys.argv[1:])
