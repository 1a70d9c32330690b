"""Messages on the line socket between a simulated E1 board and the simulated exchange.

AF_UNIX SOCK_SEQPACKET; every message is SIZE bytes, padded with zeros, because MicroPython's
readinto would otherwise join several.  Header `<BBHI`: kind, bits, payload length, tick.

Exchange -> board, each 5 ms block: any HDLC and ERRORS messages, then one BLOCK.  Board ->
exchange: any HDLC, then exactly one BLOCK with the same tick for each one that came.  The board
reads nothing else from time: blocks are its clock.  Imported by MicroPython too (only struct).
"""

import socket
import struct

HEADER = "<BBHI"
HEADER_SIZE = 8
BLOCK_BYTES = 1280  # 40 frames of slots 0 to 31, frame-major
SIZE = HEADER_SIZE + BLOCK_BYTES

BLOCK = 0x42  # 'B'
HDLC = 0x48  # 'H': a D-channel frame (slot 16) without flags and FCS, ended in this block
ERRORS = 0x45  # 'E': code violations, FAS errors, CRC-4 errors, E bits since the last, u16 each

# Bits of BLOCK, exchange -> board: what the board's receiver sees.  Board -> exchange: what it
# sends (AIS and RAI only).  The first five are those of board.wire.
LOS = 1
LFA = 2
AIS = 4
RAI = 8
LOMF = 16
SLIP_REPEATED = 32  # the receive buffer repeated a frame in this block
SLIP_LOST = 64  # it dropped one

# Bits of HDLC, exchange -> board: how the frame arrives.
BAD_FCS = 1
ABORTED = 2


def block(tick: int, bits: int, samples: bytes) -> bytes:
    """Return a BLOCK message; samples are 1280 bytes, frame-major."""
    if len(samples) != BLOCK_BYTES:
        raise ValueError("a block has 40 frames of 32 slots")
    return struct.pack(HEADER, BLOCK, bits, BLOCK_BYTES, tick & 0xFFFFFFFF) + samples


def hdlc(tick: int, frame: bytes, bits: int = 0) -> bytes:
    """Return an HDLC message."""
    return _padded(HDLC, bits, tick, frame)


def errors(tick: int, violations: int, fas: int, crc: int, e_bits: int) -> bytes:
    """Return an ERRORS message: how many of each the line has shown since the last one."""
    return _padded(ERRORS, 0, tick, struct.pack("<HHHH", violations, fas, crc, e_bits))


def _padded(kind: int, bits: int, tick: int, payload: bytes) -> bytes:
    if len(payload) > BLOCK_BYTES:
        raise ValueError("too long for one message")
    head = struct.pack(HEADER, kind, bits, len(payload), tick & 0xFFFFFFFF)
    return head + payload + bytes(BLOCK_BYTES - len(payload))


def parse(message: bytes) -> "tuple[int, int, int, bytes]":
    """Return (kind, bits, tick, payload) or raise ValueError."""
    if len(message) != SIZE:
        raise ValueError("not a line message")
    kind, bits, length, tick = struct.unpack(HEADER, message[:HEADER_SIZE])
    if kind not in (BLOCK, HDLC, ERRORS) or length > BLOCK_BYTES:
        raise ValueError("not a line message")
    return kind, bits, tick, message[HEADER_SIZE : HEADER_SIZE + length]


def error_counts(payload: bytes) -> "tuple[int, ...]":
    """Return (violations, FAS, CRC-4, E bits) of an ERRORS payload, or raise ValueError."""
    if len(payload) != 8:
        raise ValueError("not an error count")
    return struct.unpack("<HHHH", payload)


def pair() -> "tuple[socket.socket, socket.socket]":
    """Return both ends of a line inside one program (CPython only)."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def listen(path: str) -> socket.socket:
    """Return the exchange's listening socket at `path` (CPython only)."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.bind(path)
    sock.listen(1)
    return sock


def connect(path: str) -> socket.socket:
    """Return the board's end of a line to the exchange at `path`; raises OSError (CPython only)."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.connect(path)
    return sock
