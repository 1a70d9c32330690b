"""What the parts of the engine's door share."""

from cython_dsp.engine.core import Core, Limit
from cython_dsp.engine.errors import CommandsFull
from cython_dsp.engine.slots import Slots


class Part:
    """The C engine and the numbers in use."""

    def __init__(self, sample_memory_mb: int = 64) -> None:
        self._core = Core()
        self._boards = Slots("board", Limit.BOARDS, late=True)
        self._ports = Slots("port", Limit.PORTS, generations=True)
        self._clips = Slots("clip", Limit.CLIPS, late=True)
        self._legs = Slots("leg", Limit.LEGS)
        self._recorders = Slots("recorder", Limit.RECORDERS)
        self._lines = Slots("line", Limit.LINES, late=True)
        self._line_of: dict[int, int] = {}  # TDM port -> line
        self._slot_of: dict[int, tuple[int, int]] = {}  # TDM port -> board, slot
        self._board_slots: dict[int, int] = {}
        self._players: set[int] = set()
        self._leg_of: dict[int, int] = {}  # RTP port -> leg
        self._events_of: dict[int, bool] = {}  # RTP port -> telephone-event negotiated
        self._sample_room = sample_memory_mb << 20
        self._clip_bytes: dict[int, int] = {}
        self._dying: set[int] = set()  # clips unloaded while a player may hold them
        self._plays = 0

    def _do(
        self, op: int, handle: int = 0, a: int = 0, b: int = 0, c: int = 0, data: bytes = b""
    ) -> None:
        if not self._core.command(op, handle, a, b, c, data):
            raise CommandsFull
