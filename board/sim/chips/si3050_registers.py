"""Register file of the Si3050 model: what a reset leaves, what may be written.

Numbers, bits and reset values are those of the Si3050 + Si3011/18/19 data sheet; the model shares
nothing with the driver, so that a wrong number there does not become right here.
"""

COUNT = 60
INTERRUPT_SOURCE, DAA1, DAA2, CHIP_A, LINK, CHIP_B = 4, 5, 6, 11, 12, 13
INTERNATIONAL1, INTERNATIONAL3, INTERNATIONAL4, DC, LOOP, VOLTAGE = 16, 18, 19, 26, 28, 29
AC, DAA3, PCM_MODE, PCM_START, GAIN, HYBRID, SPARK = 30, 31, 33, 34, 38, 45, 59
RING1, RING2, RING3 = 22, 23, 24
ONHM, OH = 0x08, 0x01
PDL = 0x10

_RESET = {
    2: 0x03,
    6: PDL,
    22: 0x96,  # 512 ms delay, 83 Hz
    23: 0x2D,  # 640 ms timeout, confirmed after 512 ms
    24: 0x19,  # 10 Hz, validation off
    31: 0x20,  # off-hook counter 128 ms
}
# Bits that can be written, by register; all others read as zero or are status.
_WRITABLE = {
    2: 0xF7,
    3: 0xFF,
    5: ONHM | OH,
    6: PDL,
    10: 0x01,
    14: 0x9B,
    15: 0xFF,
    16: 0x53,
    17: 0x7F,
    18: 0x02,
    20: 0xFF,
    21: 0xFF,
    22: 0xFF,
    23: 0xFF,
    24: 0xBF,
    25: 0xFF,
    26: 0xF3,
    30: 0x1F,
    31: 0xEB,
    32: 0x0F,
    33: 0xBB,
    34: 0xFF,
    35: 0x03,
    36: 0xFF,
    37: 0x03,
    38: 0x1F,
    39: 0x1F,
    40: 0x1F,
    41: 0x1F,
    42: 0x3F,
    43: 0xFF,
    44: 0xFF,
    59: 0xD6,
}
for _i in range(8):
    _WRITABLE[HYBRID + _i] = 0xFF


class Registers:
    """The bytes, with their masks."""

    def __init__(self) -> None:
        self.bytes = bytearray(256)  # any number that fits into a transaction reads
        self.reset()

    def reset(self) -> None:
        """All fall back to their reset values."""
        for register in range(COUNT):
            self.bytes[register] = _RESET.get(register, 0)

    def write(self, register: int, value: int) -> None:
        """Change the bits that may be written."""
        if register == INTERRUPT_SOURCE:
            self.bytes[register] &= value  # writing 0 clears
            return
        mask = _WRITABLE.get(register, 0)
        self.bytes[register] = self.bytes[register] & ~mask & 0xFF | value & mask

    def corrupt(self, register: int) -> None:
        """Turn round all bits that can be written."""
        self.write(register, self.bytes[register] ^ 0xFF)
