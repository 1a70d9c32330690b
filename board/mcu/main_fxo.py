# The program of the real FXO board: on the board it is main.py, which MicroPython runs at power-on.
from board.mcu.fxo.board import FxoBoard
from board.mcu.hal import rp2, rp2_fxo
from board.mcu.runtime import const

_LAG = const(2)  # blocks of playout
_SMALLEST = const(4)  # ports


def run():
    # A board whose EEPROM cannot be read works as the smallest one, and has no serial number.
    ports = int(rp2.identity().get("ports", _SMALLEST))
    hal = rp2_fxo.hal(ports)
    rp2.serve(hal, FxoBoard(hal, _LAG, ports))


if __name__ == "__main__":
    run()
