"""Boards in the engine: descriptors in, frames that are not PCM out."""

from collections.abc import Callable

from cython_dsp.engine import Find, FindKind
from firmware.contract.ids import TrunkId
from firmware.media.engine import EngineMedia


class BoardWire:
    """One board of the engine, over all its descriptors (it may be unplugged and come back)."""

    def __init__(self, media: EngineMedia, trunk: TrunkId) -> None:
        self.on_frame: Callable[[bytes], None] = lambda _frame: None
        self.on_lost: Callable[[], None] = lambda: None
        self._media, self._trunk = media, trunk
        self._board: int | None = None

    def open(self, fd: int) -> None:
        """Read and write this descriptor; the engine takes a duplicate."""
        engine = self._media.engine
        if self._board is not None:
            engine.reopen_board(self._board, fd)
            return
        board = self._board = engine.add_board(fd)
        self._media.set_board(self._trunk, board)
        self._media.finds.on(FindKind.BOARD_FRAME, self._frame, board)
        self._media.finds.on(FindKind.BOARD_LOST, self._lost, board)

    def send(self, frame: bytes) -> None:
        """Send a frame (header and payload)."""
        if self._board is not None:
            self._media.engine.board_send(self._board, frame)

    def close(self) -> None:
        """Take the board out of the engine."""
        if self._board is not None:
            self._media.engine.remove_board(self._board)
            self._board = None

    def counters(self) -> dict[str, int]:
        """The engine's counters of this board."""
        return {} if self._board is None else self._media.engine.board_counters(self._board)

    def _frame(self, find: Find) -> None:
        self.on_frame(find.data)

    def _lost(self, _find: Find) -> None:
        self.on_lost()
