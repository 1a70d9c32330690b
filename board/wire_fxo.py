"""What board.wire carries of analogue (FXO) lines: events, commands and the LINES report.

Imported by both Pythons.  Lines count from 0, as the time slots of the PCM blocks do; people and
the rest of the product count from 1.  Numbers are little endian.
"""

import struct

LINES = 0x05  # board -> host, each 0.5 s and on request: what every line shows

EVT_RING = 32  # line, 1 ringing began, 0 the burst ended, frequency in Hz (0: not known)
EVT_BATTERY = 33  # line, 1 there, 0 gone; tick: when it changed, before debouncing
EVT_POLARITY = 34  # line, 1 ring wire positive (reversed), 0 tip wire positive
EVT_LOOP = 35  # line, LOOP_*: the loop current while off-hook
EVT_IN_USE = 36  # line, 1 another telephone on the pair is off-hook, 0 no more
EVT_LINE_CHIP = 37  # line, CHIP_*, register, value read
EVT_HOOK = 38  # line, 1 off-hook, 0 on-hook: reached
EVT_DIALLED = 39  # line, digits of OP_PULSE that are out; or 0 after OP_FLASH
EVENTS = {
    EVT_RING: "<BBB",
    EVT_BATTERY: "<BB",
    EVT_POLARITY: "<BB",
    EVT_LOOP: "<BB",
    EVT_IN_USE: "<BB",
    EVT_LINE_CHIP: "<BBBB",
    EVT_HOOK: "<BB",
    EVT_DIALLED: "<BB",
}

CURRENT_NONE = 0
CURRENT_FLOWS = 1
CURRENT_OVERLOAD = 2  # above 127 mA, or the chip's overload bit

CHIP_WELL = 0
CHIP_SILENT = 1  # no answer on SPI
CHIP_ISOLATION = 2  # the isolation link to the line side is down
CHIP_RESET = 3  # it had lost its registers and was set up again

OP_LINE = 32  # line, country row (COUNTRY_*), receive and transmit gain in 0.5 dB
OP_HOOK = 33  # line, 1 off-hook, 0 on-hook
OP_FLASH = 34  # line, milliseconds on-hook
OP_PULSE = (
    35  # line, break ms, make ms, pause between digits in 10 ms, digits (ASCII, zeros behind)
)
OP_HYBRID = 36  # line, registers 45 to 52
OP_LINE_PEEK = 37  # line, first register, count; the result is the bytes
OP_LINE_POKE = 38  # line, register, value
OP_LINES = 39  # send LINES now
COMMANDS = {
    OP_LINE: "<BBbb",
    OP_HOOK: "<BB",
    OP_FLASH: "<BH",
    OP_PULSE: "<BBBB24s",
    OP_HYBRID: "<B8s",
    OP_LINE_PEEK: "<BBB",
    OP_LINE_POKE: "<BBB",
    OP_LINES: "<",
}

# Rows of impedance and DC settings (registers 16, 26, 30, 31); board/mcu/fxo/countries.py has them.
COUNTRY_FCC = 0  # 600 ohm
COUNTRY_TBR21 = 1  # 270 + (750 || 150 nF), 60 mA limit
COUNTRY_CHINA = 2  # 200 + (680 || 100 nF)
COUNTRY_UK = 3  # 320 + (1050 || 230 nF)
COUNTRY_AUSTRALIA = 4  # 220 + (820 || 120 nF)
COUNTRY_JAPAN = 5  # 600 ohm, low voltage
COUNTRY_GLOBAL = 6  # the chip's global complex impedance
COUNTRY_NEW_ZEALAND = 7  # 370 + (620 || 310 nF)
COUNTRY_INDIA = 8  # as New Zealand
COUNTRIES = 9

# Bits of a line in LINES.
LINE_OFF_HOOK = 1
LINE_BATTERY = 2
LINE_REVERSED = 4
LINE_RINGING = 8
LINE_IN_USE = 16
LINE_CURRENT = 32
LINE_OVERLOAD = 64
LINE_DIALLING = 128  # a flash or pulses are under way
LINE_REPORT = "<BbBB"  # bits, volts (ring wire against tip wire), milliamperes, CHIP_*
LINE_REPORT_SIZE = 4


def pack_lines(lines: "list[tuple[int, int, int, int]]") -> bytes:
    """Return the payload of LINES for (bits, volts, milliamperes, chip) of each line."""
    return bytes((len(lines),)) + b"".join(struct.pack(LINE_REPORT, *line) for line in lines)


def parse_lines(payload: bytes) -> "list[tuple[int, ...]]":
    """Undo pack_lines; raises ValueError."""
    if not payload or len(payload) != 1 + LINE_REPORT_SIZE * payload[0] or payload[0] > 16:
        raise ValueError("LINES size")
    return [
        struct.unpack(LINE_REPORT, payload[at : at + LINE_REPORT_SIZE])
        for at in range(1, len(payload), LINE_REPORT_SIZE)
    ]
