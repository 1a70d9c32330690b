# The program of the real E1 board, as update/slots.py starts it.
from board.mcu.e1.board import E1Board
from board.mcu.hal import rp2, rp2_e1
from board.mcu.runtime import const

_LAG = const(2)  # blocks of playout


def run(booted):
    hal = rp2_e1.hal(booted)
    rp2.serve(hal, E1Board(hal, _LAG))
