# The simulated FXO board; board/sim/board.py starts it.
#
# Arguments: firmware version, ports (4, 8 or 16), serial, then those of hal/sim_run.py.  In a set
# this is board/mcu/main, and power_on_sim.py starts it, without the version.
import sys

from board import wire
from board.mcu.drivers import eeprom24
from board.mcu.fxo.board import FxoBoard
from board.mcu.hal import sim_run
from board.mcu.hal.sim_fxo import FxoSide


def run(booted, arguments, kept):
    ports, serial = int(arguments[0]), arguments[1]
    identity = eeprom24.make(serial, wire.BOARD_FXO, 1, ports, ports) if serial else b""
    program = sim_run.Program(
        lambda: FxoSide(ports), lambda hal, lag: FxoBoard(hal, lag, ports), identity
    )
    return sim_run.run(booted, program, arguments[2:], kept)


if __name__ == "__main__":
    run({"version": sys.argv[1]}, sys.argv[2:], {})
