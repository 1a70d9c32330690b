# The main loop of a simulated board.  board/sim/board.py starts it with the descriptors (both
# non-blocking) and says whether the host must be waited for.
from board.mcu.hal import sim
from board.mcu.hal.descriptor import Descriptor

_PATIENCE = 2000  # ms for which lockstep waits for the host's answer


class Program:
    # What differs between the boards: `make_side()`, `make_board(hal, lag)`, content of the EEPROM.

    def __init__(self, make_side, make_board, identity):
        self.make_side, self.make_board, self.identity = make_side, make_board, identity


def run(booted, program, arguments, kept):
    # Until the line ends; or a board with flash returns True when it is to start again.
    # `arguments` are strings: host fd, line fd, blocks of playout, lockstep (0 or 1), session.
    # `kept` is what stays over restarts: files that the collector finds would be closed.
    host_fd, line_fd, lag, lockstep, session = arguments
    if not kept:
        kept["host"], kept["end"] = Descriptor(int(host_fd)), Descriptor(int(line_fd))
        kept["session"] = int(session)
    stepped = lockstep == "1"
    while True:
        number = kept["session"]
        kept["session"] = (number + 1) & 0xFFFFFFFF
        side = program.make_side()
        hal = sim.SimHal(kept["host"], kept["end"], side, program.identity, stepped, number, booted)
        if not _serve(hal, program.make_board(hal, int(lag)), stepped):
            return False
        if "root" in booted:
            return True


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
            board.between()
    return True


def _wait_for_answer(hal, board):
    while board.waits_for_host():
        if not board.receive() and not hal.wait_for_host(_PATIENCE):
            board.host_missed()
