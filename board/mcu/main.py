# The program of the real E1 board: MicroPython runs this file at power-on.
from board.mcu.e1.board import E1Board
from board.mcu.hal import rp2, rp2_e1
from board.mcu.runtime import const

_LAG = const(2)  # blocks of playout


def run():
    hal = rp2_e1.hal()
    rp2.serve(hal, E1Board(hal, _LAG))


if __name__ == "__main__":
    run()
