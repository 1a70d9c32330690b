# The simulated E1 board; board/sim/board.py starts it.
#
# Arguments: firmware version, serial, then those of hal/sim_run.py.  In a set this is
# board/mcu/main, and power_on_sim.py starts it, without the version.
import sys

from board.mcu.drivers import eeprom24
from board.mcu.e1.board import E1Board
from board.mcu.hal import sim_run
from board.mcu.hal.sim_e1 import E1Side


def run(booted, arguments, kept):
    serial = arguments[0]
    identity = eeprom24.make(serial) if serial else b""
    program = sim_run.Program(E1Side, E1Board, identity)
    return sim_run.run(booted, program, arguments[1:], kept)


if __name__ == "__main__":
    run({"version": sys.argv[1]}, sys.argv[2:], {})
