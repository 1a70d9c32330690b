# What the host has set of one line: kept for the chip's next set-up.
from board import wire_fxo
from board.mcu.fxo import countries


class Settings:
    def __init__(self, chip, slot):
        self._chip = chip
        self._slot = slot
        self._row = wire_fxo.COUNTRY_CHINA
        self._receive = self._transmit = 0  # half dB
        self._hybrid = bytearray(8)

    def set_up(self):
        # All registers of a chip that has none, line side and on-hook path last.
        chip = self._chip
        chip.setup(countries.ROWS[self._row], self._slot)
        chip.gains(self._receive, self._transmit)
        chip.hybrid(self._hybrid)
        chip.monitor(True)  # noqa: FBT003  caller ID is heard on-hook, always
        chip.power_line_side()

    def configure(self, row, receive, transmit):
        # The same country again leaves a working line alone.
        if row != self._row:
            self._row = row
            self._chip.country(countries.ROWS[row])
        self._receive = receive
        self._transmit = transmit
        self._chip.gains(receive, transmit)

    def balance(self, eight):
        # The coefficients of the hybrid.
        self._hybrid[:] = eight
        self._chip.hybrid(self._hybrid)
