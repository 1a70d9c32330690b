"""FEED and DRAW records (board.sim.fxo_line) as values, and the link that carries them."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from board.sim import fxo_line
from board.sim.alaw import SILENCE
from board.sim.span import BlockLink, LineEnd

OPEN_OHM = 0xFFFF
Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class Feed:
    """What a pair offers to the board's terminals."""

    volts: float
    """Ring wire against tip wire; normal battery is negative."""
    ohms: int
    ring_volts: float = 0.0
    ring_hertz: float = 0.0
    bits: int = 0
    register: int = 0

    def pack(self) -> bytes:
        """Return the 16 bytes."""
        decivolts, rms = round(self.volts * 10), round(self.ring_volts * 10)
        hertz = round(self.ring_hertz * 10)
        return struct.pack(
            fxo_line.FEED_RECORD, decivolts, self.ohms, rms, hertz, self.bits, self.register
        )


@dataclass(frozen=True)
class Draw:
    """What the board makes of it."""

    off_hook: bool = False
    monitor: bool = False
    line_side: bool = False
    acim: int = 0
    milliamperes: float = 0.0
    volts: float = 0.0
    hybrid: bytes = bytes(8)
    receive_db: float = 0.0
    transmit_db: float = 0.0

    @property
    def hears(self) -> bool:
        """Whether what the pair carries reaches the board."""
        return self.line_side and (self.off_hook or self.monitor)

    @property
    def speaks(self) -> bool:
        """Whether what the board says reaches the pair."""
        return self.line_side and self.off_hook


NO_BOARD = Draw()


def parse_draw(record: bytes) -> Draw:
    """Return a DRAW record's values."""
    bits, acim, current, volts, hybrid, receive, transmit = struct.unpack(
        fxo_line.DRAW_RECORD, record
    )
    return Draw(
        off_hook=bool(bits & fxo_line.DRAW_OFF_HOOK),
        monitor=bool(bits & fxo_line.DRAW_MONITOR),
        line_side=bool(bits & fxo_line.DRAW_LINE_SIDE),
        acim=acim & 15,
        milliamperes=current / 10,
        volts=volts / 10,
        hybrid=hybrid,
        receive_db=receive / 2,
        transmit_db=transmit / 2,
    )


@dataclass(frozen=True)
class DrawBlock:
    """What the board sent in one block; codes have the shape (frames, lines)."""

    tick: int
    draws: list[Draw]
    codes: Codes
    there: bool = True


class FxoLink(BlockLink[DrawBlock]):
    """The lines of one FXO board."""

    def __init__(self, end: LineEnd, lines: int, *, lockstep: bool) -> None:
        super().__init__(end, fxo_line.SIZE, lockstep=lockstep)
        self._lines = lines
        self._nobody = np.full((fxo_line.BLOCK_FRAMES, lines), SILENCE, np.uint8)
        self._known: dict[bytes, Draw] = {}  # most records are those of the block before

    def send_block(self, tick: int, feeds: list[Feed], samples: bytes) -> None:
        """Send a block; samples are frame-major.  `answers` has to follow."""
        records = [feed.pack() for feed in feeds]
        self.send([fxo_line.pack(fxo_line.FEED, tick, records, samples)])

    def nothing(self, tick: int) -> DrawBlock:
        """No board: nobody draws current."""
        return DrawBlock(tick, [NO_BOARD] * self._lines, self._nobody, there=False)

    def read(self, message: bytes) -> DrawBlock | None:
        """Return the block; ValueError when it is not one of ours."""
        kind, tick, records, samples = fxo_line.parse(message)
        if kind != fxo_line.DRAW or len(records) != self._lines:
            raise ValueError("not a DRAW of these lines")
        codes = np.frombuffer(samples, np.uint8).reshape(fxo_line.BLOCK_FRAMES, self._lines)
        return DrawBlock(tick, [self._draw(record) for record in records], codes)

    def _draw(self, record: bytes) -> Draw:
        if record not in self._known:
            if len(self._known) > 1000:
                self._known.clear()
            self._known[record] = parse_draw(record)
        return self._known[record]
