"""Model of the 24C02 identity EEPROM, with the reading method of machine.I2C."""

_ADDRESS = 0x50


class Eeprom24Model:
    """256 bytes; erased ones read 0xFF.  Another address does not answer."""

    def __init__(self, content: bytes = b"") -> None:
        self.cells = bytearray(content + b"\xff" * (256 - len(content)))

    def readfrom_mem_into(self, address: int, cell: int, buffer: bytearray) -> None:
        """Fill `buffer` from `cell` on; raises OSError when no such chip answers."""
        if address != _ADDRESS:
            raise OSError(19)  # ENODEV
        for i in range(len(buffer)):
            buffer[i] = self.cells[(cell + i) & 0xFF]
