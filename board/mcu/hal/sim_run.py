# The main loop of a simulated board.  board/sim/board.py starts it with the descriptors (both
# non-blocking) and says whether the host must be waited for.
from board.mcu.hal import sim
from board.mcu.hal.descriptor import Descriptor

_PATIENCE = 2000  # ms for which lockstep waits for the host's answer


def run(arguments, make_side, make_board, identity):
    # Until the line ends.  `arguments` are strings: host fd, line fd, blocks of playout, lockstep
    # (0 or 1), session; `identity` is the content of the EEPROM.
    host_fd, line_fd, lag, lockstep, session = arguments
    stepped = lockstep == "1"
    number = int(session)
    host, end = Descriptor(int(host_fd)), Descriptor(int(line_fd))  # for all restarts
    while True:
        hal = sim.SimHal(host, end, make_side(), identity, number, stepped)
        if not _serve(hal, make_board(hal, int(lag)), stepped):
            return
        number = (number + 1) & 0xFFFFFFFF  # the board was restarted


def _serve(hal, board, lockstep):
    # Until the line ends, or a restart is wanted (returns True).
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
