# The simulated FXO board; board/sim/board.py starts it.
#
# Arguments: ports (4, 8 or 16), serial, then those of hal/sim_run.py
import sys

from board import wire
from board.mcu.drivers import eeprom24
from board.mcu.fxo.board import FxoBoard
from board.mcu.hal import sim_run
from board.mcu.hal.sim_fxo import FxoSide


def main(arguments):
    ports, serial = int(arguments[0]), arguments[1]
    identity = eeprom24.make(serial, wire.BOARD_FXO, 1, ports, ports) if serial else b""
    sim_run.run(
        arguments[2:],
        lambda: FxoSide(ports),
        lambda hal, lag: FxoBoard(hal, lag, ports),
        identity,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
