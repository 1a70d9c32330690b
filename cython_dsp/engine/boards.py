"""Boards: their serial descriptors and the frames that are not PCM."""

import os

from cython_dsp.engine.core import Op
from cython_dsp.engine.part import Part

HEADER_BYTES = 8
PAYLOAD_BYTES = 600  # FRAME_PAYLOAD_MAX of engine.h
PCM_TX = 0x11


def _own(fd: int) -> int:
    """Return a duplicate that does not block."""
    mine = os.dup(fd)
    os.set_blocking(mine, False)
    return mine


class Boards(Part):
    """The engine's thread reads and writes the descriptors; PCM never comes up."""

    def add_board(self, fd: int, slots: int = 32) -> int:
        """Return a new board that speaks on a duplicate of fd, with time slots 0 to slots - 1.

        The first board added that works is the master: its blocks are the ticks.
        """
        if not 1 <= slots <= 32:
            raise ValueError("1 to 32 slots")
        board = self._boards.take()
        self._give_fd(Op.BOARD_ADD, board, fd)
        self._board_slots[board] = slots
        return board

    def reopen_board(self, board: int, fd: int) -> None:
        """Give a lost board its new descriptor; ports stay, BOARD_BACK tells of success."""
        self._give_fd(Op.BOARD_REOPEN, self._boards.check(board), fd)

    def _give_fd(self, op: int, board: int, fd: int) -> None:
        mine = _own(fd)
        try:
            self._do(op, board, mine)
        except Exception:
            os.close(mine)
            raise

    def remove_board(self, board: int) -> None:
        """Close the descriptor; the board's ports are silent and remain to be closed."""
        self._do(Op.BOARD_REMOVE, self._boards.check(board))
        self._boards.give_back(board)

    def board_send(self, board: int, frame: bytes) -> None:
        """Send a frame (header and payload, at most 608 bytes); the engine sets seq, CRC and COBS.

        What the board does not take is dropped whole and counted (`tx_dropped`).
        """
        self._boards.check(board)
        if not HEADER_BYTES <= len(frame) <= HEADER_BYTES + PAYLOAD_BYTES or frame[0] == PCM_TX:
            raise ValueError("no frame to be sent by hand")
        self._do(Op.BOARD_SEND, board, data=bytes(frame))

    def board_counters(self, board: int) -> dict[str, int]:
        """Return frames in and out, what was wrong with them, slips and losses, since add_board."""
        return self._core.board_counters(self._boards.check(board))
