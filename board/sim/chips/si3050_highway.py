"""PCM side of the Si3050 chain model: who speaks and listens in which time slot.

A line whose registers 33 to 37 do not say A-law in a whole time slot is not heard: its code or its
bits would be wrong.  Lines sit on the line socket in the order of the chain, on the highway where
their registers put them; a board that numbers slots like lines costs nothing here.
"""

from board.sim import fxo_line
from board.sim.chips import si3050_registers as regs

_ALAW = 0x20  # PCME, PCMF 00, one clock a bit
_NOBODY = -1


def slot(registers: bytearray, start: int) -> int:
    """Return the slot that registers 34 and 35 (or 36, 37) name, -1 without a right one."""
    clocks = registers[start] | registers[start + 1] << 8
    if registers[regs.PCM_MODE] != _ALAW or clocks % 8:
        return _NOBODY
    return clocks // 8


class Highway:
    """As many slots as lines."""

    def __init__(self, registers: "list[bytearray]") -> None:
        self._registers = registers
        self._heard: list[int] = []  # by line: transmit slot, towards the board
        self._spoken: list[int] = []  # by line: receive slot
        self._straight = False
        self.update()

    def update(self) -> None:
        """Read the registers again: one of 33 to 37 has been written."""
        lines = len(self._registers)
        self._heard = [slot(r, regs.PCM_START) for r in self._registers]
        self._spoken = [slot(r, regs.PCM_START + 2) for r in self._registers]
        self._straight = self._heard == self._spoken == list(range(lines))

    def from_lines(self, samples: bytearray) -> None:
        """Turn what the lines say (frame-major, by line) into what is on the highway, in place."""
        if not self._straight:
            self._move(samples, list(range(len(self._heard))), self._heard)

    def to_lines(self, samples: bytearray) -> None:
        """Turn what the board says (frame-major, by slot) into what the lines get, in place."""
        if not self._straight:
            self._move(samples, self._spoken, list(range(len(self._spoken))))

    def _move(self, samples: bytearray, takes: "list[int]", puts: "list[int]") -> None:
        width = len(puts)
        before = bytes(samples)
        for at in range(len(samples)):
            samples[at] = fxo_line.SILENCE
        for taken, put in zip(takes, puts):  # noqa: B905  MicroPython has no strict
            if 0 <= taken < width and 0 <= put < width:
                for frame in range(0, len(before), width):
                    samples[frame + put] = before[frame + taken]
