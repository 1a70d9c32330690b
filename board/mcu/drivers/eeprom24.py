# The identity in the board's 24C02 EEPROM (I2C address 0x50): who made it, what it is.
#
# Layout: "CBX1", board type u8, hardware revision u8, ports u8, slots u8, CRC-32 of the calibration
# data u32, serial 16 bytes of ASCII filled with zeros, CRC-32 of all before it u32.
import struct
from binascii import crc32

from board import wire

ADDRESS = 0x50
LAYOUT = "<4sBBBBI16s"
SIZE = 32


def read_identity(i2c):
    # The fields of HELLO that come from the EEPROM, or None when it is empty, wrong or absent.
    data = bytearray(SIZE)
    try:
        i2c.readfrom_mem_into(ADDRESS, 0, data)
    except OSError:
        return None
    if bytes(data[:4]) != b"CBX1":
        return None
    if struct.unpack("<I", data[28:])[0] != crc32(bytes(data[:28])) & 0xFFFFFFFF:
        return None
    _, board, revision, ports, slots, calibration, serial = struct.unpack(LAYOUT, data[:28])
    names = ("board", "revision", "ports", "slots", "calibration", "serial")
    values = (board, revision, ports, slots, calibration, serial.rstrip(b"\x00").decode())
    return dict(zip(names, values))  # noqa: B905  MicroPython has no strict=


def make(serial, board=wire.BOARD_E1, revision=1, ports=1, slots=32, calibration=0):
    # The content for a new board: used at production, and by the simulated board.
    text = serial.encode()[:16]
    data = struct.pack(LAYOUT, b"CBX1", board, revision, ports, slots, calibration, text)
    return data + struct.pack("<I", crc32(data) & 0xFFFFFFFF)
