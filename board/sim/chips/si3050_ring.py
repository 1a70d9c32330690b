"""Ring detector of the Si3050 model: thresholds, both halves, validation.

It is looked at once a block of 5 ms.  What counts is the voltage without its mean, so a polarity
reversal or going on-hook shows as a short pulse, as on the chip (data sheet, 5.25 Caller ID).
"""

import math

from board.sim.chips import si3050_registers as regs

_BLOCK_MS = 5
_THRESHOLD = (15.0 * math.sqrt(2), 21.5 * math.sqrt(2))  # volts by RT: mid of 13.5 to 16.5 and ...
_RFWE = 0x02
_RNGV = 0x80
_ONE_SHOT_MS = 5000
_CONFIRMED_MS = (100, 150, 200, 256, 384, 512, 640, 1024)  # by RCC
_FOLLOWS = 0.5  # how much of a change of the mean is forgotten in a block


class RingDetector:
    """Reads registers 16, 18 and 22 to 24; the results are attributes."""

    def __init__(self, registers: bytearray) -> None:
        self._registers = registers
        self._phase = 0.0
        self.clear()

    def clear(self) -> None:
        """The line side has just come up, or goes off-hook: nothing rings."""
        self.positive = self.negative = False  # RDTP, RDTN
        self.detected = False  # RDT
        self.begun = False  # RDT has risen in this block
        self._mean: float | None = None
        self._good_ms = 0
        self._since_ms = _ONE_SHOT_MS

    def wave(self, ring: float, hertz: float) -> float:
        """Move on by a block; return the volts of the ringing (`ring` in V rms) at its begin."""
        if not ring:
            self._phase = 0.0
            return 0.0
        self._phase = (self._phase + hertz * _BLOCK_MS / 1000) % 1.0
        return ring * math.sqrt(2) * math.sin(2 * math.pi * self._phase)

    def block(self, volts: float, wave: float, hertz: float) -> None:
        """Look at the terminals: mean voltage, ring voltage on it, frequency of that, or 0."""
        if self._mean is None:
            self._mean = volts
        change = volts - self._mean
        self._mean += change * _FOLLOWS
        seen = change + wave
        threshold = _THRESHOLD[self._registers[regs.INTERNATIONAL1] & 1]
        self.positive = seen > threshold
        full_wave = bool(self._registers[regs.INTERNATIONAL3] & _RFWE)
        self.negative = full_wave and seen < -threshold
        self._remember(hertz)

    def quiet(self, volts: float) -> bool:
        """Whether further blocks of these volts, without ringing, would change nothing."""
        settled = self._mean is not None and abs(volts - self._mean) < 0.1
        return settled and not self.detected and self._since_ms >= _ONE_SHOT_MS

    def _remember(self, hertz: float) -> None:
        crossed = self.positive or self.negative
        self._since_ms = 0 if crossed else self._since_ms + _BLOCK_MS
        before = self.detected
        if self._registers[regs.RING3] & _RNGV:
            self.detected = self._valid(hertz)
        else:
            self.detected = self._since_ms < _ONE_SHOT_MS
        self.begun = self.detected and not before

    def _valid(self, hertz: float) -> bool:
        if self._since_ms >= self._timeout_ms():
            self._good_ms = 0
            return False
        # Frequencies in multiples of 2 ms between two crossings, of which a period has two.
        assertion = self._registers[regs.RING3] & 0x3F
        window = assertion - (self._registers[regs.RING1] & 0x3F)
        right = window > 0 and 250 / max(1, assertion) <= hertz <= 250 / window
        # Between bursts the count stands still until the timeout, as the timers do.
        if hertz:
            self._good_ms = self._good_ms + _BLOCK_MS if right else 0
        return self._good_ms > self._wait_ms()

    def _timeout_ms(self) -> int:
        return (self._registers[regs.RING2] >> 3 & 15) * 128 or 80

    def _wait_ms(self) -> int:
        delay = (self._registers[regs.RING2] >> 5 & 4 | self._registers[regs.RING1] >> 6) * 256
        return _CONFIRMED_MS[self._registers[regs.RING2] & 7] + delay
