# The program of the real E1 board: MicroPython runs this file at power-on.
from board.mcu.e1.board import E1Board
from board.mcu.hal import rp2
from board.mcu.runtime import const

_LAG = const(2)  # blocks of playout


def run():
    hal = rp2.Rp2Hal()
    board = E1Board(hal, _LAG)
    hal.start()
    while True:
        found = hal.wait()
        if found & rp2.OPENED:
            board.port_opened()
        if found & rp2.HOST:
            board.receive()
        if found & rp2.HALF_BLOCK:
            board.half()
        if found & rp2.BLOCK:
            board.step()


if __name__ == "__main__":
    run()
