# The program of the real FXO board; in a set it is board/mcu/main, which update/slots.py starts.
from board.mcu.fxo.board import FxoBoard
from board.mcu.hal import rp2, rp2_fxo
from board.mcu.runtime import const

_LAG = const(2)  # blocks of playout
_SMALLEST = const(4)  # ports


def run(booted):
    # A board whose EEPROM cannot be read works as the smallest one, and has no serial number.
    ports = int(rp2.identity().get("ports", _SMALLEST))
    hal = rp2_fxo.hal(ports, booted)
    rp2.serve(hal, FxoBoard(hal, _LAG, ports))
