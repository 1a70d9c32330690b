"""Faults of the board's own chip, ordered by the exchange for tests (board.sim.fxo_line)."""

from dataclasses import dataclass

from board.sim import fxo_line


@dataclass
class ChipFaults:
    """What is wrong with the chip of one line."""

    silent: bool = False
    """It does not answer on SPI."""
    isolation_down: bool = False
    """The link to its line side is down."""
    _once: int = 0
    _register: int = 0

    def reset(self) -> None:
        """Let all registers fall back to their reset values, once."""
        self._once |= fxo_line.FEED_CHIP_RESET

    def corrupt(self, register: int) -> None:
        """Let one register change, once; of several orders in a block the last counts."""
        self._once |= fxo_line.FEED_CORRUPT
        self._register = register

    def take(self) -> tuple[int, int]:
        """Return the bits and the register for the next FEED."""
        bits, self._once = self._once, 0
        bits |= fxo_line.FEED_CHIP_SILENT * self.silent
        bits |= fxo_line.FEED_ISOLATION_DOWN * self.isolation_down
        return bits, self._register
