"""Messages on the line socket between a simulated FXO board and the simulated exchange.

AF_UNIX SOCK_SEQPACKET; every message is SIZE bytes, because MicroPython's readinto would join
shorter ones.  Each 5 ms block the exchange sends one FEED and the board answers with exactly one
DRAW of the same tick.  Header `<BBHI`: kind, lines, 0, tick.  Then 16 records of 16 bytes, then 40
frames of one A-law sample for each line (frame-major), then zeros.  Imported by both Pythons (only
struct and socket).

A FEED record is the pair as it comes from the exchange, seen from the board's terminals: a
Thevenin source of DC, the ring voltage on it, and in the samples what the pair carries at voice
frequencies (echo of the board's own signal included).  A DRAW record is what the board makes of it.
"""

import socket
import struct

HEADER = "<BBHI"
HEADER_SIZE = 8
LINES_MAX = 16
RECORD_SIZE = 16
BLOCK_FRAMES = 40
SAMPLES_AT = HEADER_SIZE + LINES_MAX * RECORD_SIZE
SIZE = SAMPLES_AT + BLOCK_FRAMES * LINES_MAX  # 904
SILENCE = 0xD5  # A-law

FEED = 0x46  # 'F'
DRAW = 0x44  # 'D'

# Open voltage of the ring wire against the tip wire in 0.1 V (normal battery is negative: -480),
# source resistance in ohm (65535: open), ring voltage in 0.1 V rms, ring frequency in 0.1 Hz,
# FEED_* bits, register of FEED_CORRUPT.
FEED_RECORD = "<hHHHBB6x"
FEED_CHIP_SILENT = 1  # faults of the board itself, for the tests: SPI answers nothing,
FEED_CHIP_RESET = 2  # all registers fall back to their reset values in this block,
FEED_ISOLATION_DOWN = 4  # the isolation link is down while this is set,
FEED_CORRUPT = 8  # one register (the last byte names it) is changed in this block

# DRAW_* bits, code of the AC impedance (register 30), loop current in 0.1 mA, voltage at the
# terminals in 0.1 V (signed as above), hybrid coefficients (registers 45 to 52), receive and
# transmit gain in 0.5 dB.
DRAW_RECORD = "<BBHh8sbb"
DRAW_OFF_HOOK = 1
DRAW_MONITOR = 2  # the on-hook path is open: caller ID can be heard
DRAW_LINE_SIDE = 4  # the line side works: without it the board hears and says nothing


def pack(kind: int, tick: int, records: "list[bytes]", samples: bytes) -> bytes:
    """Return a message of `records` (16 bytes each) and 40 samples for each of them."""
    if len(records) > LINES_MAX or len(samples) != BLOCK_FRAMES * len(records):
        raise ValueError("a block has up to 16 lines and 40 frames of them")
    head = struct.pack(HEADER, kind, len(records), 0, tick & 0xFFFFFFFF)
    body = b"".join(records)
    body += bytes(LINES_MAX * RECORD_SIZE - len(body)) + samples
    return head + body + bytes(SIZE - HEADER_SIZE - len(body))


def parse(message: bytes) -> "tuple[int, int, list[bytes], bytes]":
    """Return (kind, tick, records, samples) or raise ValueError."""
    if len(message) != SIZE:
        raise ValueError("not a line message")
    kind, lines, _, tick = struct.unpack(HEADER, message[:HEADER_SIZE])
    if kind not in (FEED, DRAW) or lines > LINES_MAX:
        raise ValueError("not a line message")
    starts = range(HEADER_SIZE, HEADER_SIZE + lines * RECORD_SIZE, RECORD_SIZE)
    records = [message[at : at + RECORD_SIZE] for at in starts]
    return kind, tick, records, message[SAMPLES_AT : SAMPLES_AT + BLOCK_FRAMES * lines]


def pair() -> "tuple[socket.socket, socket.socket]":
    """Return both ends of a line socket inside one program (CPython only)."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
