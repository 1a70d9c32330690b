# The simulated E1 board: `micropython -m`-like start by board/sim/board.py, which gives the
# descriptors (both non-blocking) and says whether the host must be waited for.
#
# Arguments: host-fd line-fd lag-blocks lockstep(0|1) serial session
import sys

from board.mcu.drivers import eeprom24
from board.mcu.e1.board import E1Board
from board.mcu.hal import sim
from board.mcu.hal.descriptor import Descriptor

_PATIENCE = 2000  # ms for which lockstep waits for the host's answer


def run(hal, lag_blocks, lockstep):
    # Until the line ends, or a restart is wanted (returns True).
    board = E1Board(hal, lag_blocks)
    while not hal.wants_restart:
        held = lockstep and board.answering
        board.pause_at_answers(held)
        found = hal.wait(not held)
        if found & sim.END:
            return False
        if found & sim.OPENED:
            board.port_opened()
        if found & sim.HOST:
            board.receive()
        if found & sim.BLOCK:
            if lockstep:
                _wait_for_answer(hal, board)
            board.half()
            hal.second_half()
            board.step()
            hal.finish()
    return True


def _wait_for_answer(hal, board):
    while board.waits_for_host():
        if not board.receive() and not hal.wait_for_host(_PATIENCE):
            board.host_missed()


def main(arguments):
    host_fd, line_fd, lag, lockstep, serial, session = arguments
    content = eeprom24.make(serial) if serial else b""
    session = int(session)
    host, end = Descriptor(int(host_fd)), Descriptor(int(line_fd))  # for all restarts
    while True:
        hal = sim.SimHal(host, end, content, session, lockstep == "1")
        if not run(hal, int(lag), lockstep == "1"):
            return
        session = (session + 1) & 0xFFFFFFFF  # the board was restarted


if __name__ == "__main__":
    main(sys.argv[1:])
