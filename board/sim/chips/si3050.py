"""Model of up to 16 Si3050 (with Si3019) on one SPI daisy chain and one PCM highway.

What the hardware layer of the simulated board calls: `feed` at a block's begin, `transfer` for
each SPI transaction in it, `draw` at its end; `highway` turns the samples.  Runs under MicroPython
too.
"""

from board.sim import fxo_line
from board.sim.chips import si3050_registers as regs
from board.sim.chips.si3050_chip import Si3050Chip
from board.sim.chips.si3050_highway import Highway

_BROADCAST, _READ = 0x80, 0x40
_FIXED, _FIXED_VALUE = 0x30, 0x20  # bits 5 and 4 of the control byte are 1 and 0
_NOTHING = 0xFF


def _number(control: int) -> int:
    # The chip's place, LSB first in bits 3 to 0; 255 when the byte is no single chip's.
    if control & _FIXED != _FIXED_VALUE or control & _BROADCAST:
        return 255
    return (control & 8) >> 3 | (control & 4) >> 1 | (control & 2) << 1 | (control & 1) << 3


class Si3050Chain:
    """`chips` in the order of the chain: line 0 is next to the controller."""

    def __init__(self, lines: int) -> None:
        if not 1 <= lines <= fxo_line.LINES_MAX:
            raise ValueError("a chain has 1 to 16 chips")
        self.chips = [Si3050Chip() for _ in range(lines)]
        self.highway = Highway([chip.registers.bytes for chip in self.chips])
        self._numbers = bytes(_number(control) for control in range(256))
        self.wrong = 0  # transactions that no chip took

    def feed(self, records: "list[bytes]") -> None:
        """A block begins: one FEED record (16 bytes, as on the line socket) for each line."""
        for chip, record in zip(self.chips, records):  # noqa: B905  MicroPython has no strict
            if chip.feed(record):
                self.highway.update()

    def draw(self) -> "list[bytes]":
        """The block ends: one DRAW record for each line."""
        return [chip.draw() for chip in self.chips]

    def transfer(self, line: int, control: int, register: int, value: int) -> int:
        """One transaction of three bytes; return the third byte on SDO.

        The chip is found by the control byte alone, as on the chain.  A byte that names nobody, or
        not the line the driver means, gets no answer and is counted.
        """
        number = self._numbers[control]
        if number != line or number >= len(self.chips):
            return self._unusual(control, register, value)
        if control & _READ:
            return self.chips[number].read(register)
        self._write(self.chips[number], register, value)
        return _NOTHING

    def _unusual(self, control: int, register: int, value: int) -> int:
        if control & _BROADCAST and not control & _READ and control & _FIXED == _FIXED_VALUE:
            for chip in self.chips:
                self._write(chip, register, value)
        else:
            self.wrong += 1
        return _NOTHING

    def _write(self, chip: Si3050Chip, register: int, value: int) -> None:
        chip.write(register, value)
        if register == 1 or regs.PCM_MODE <= register < regs.GAIN:
            self.highway.update()
