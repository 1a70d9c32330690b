# COBS, CRC-32 and copying on preallocated buffers: the byte loops of the link, in viper.
#
# board/wire.py has the plain definitions; board/tests/mcu/test_cobs.py holds both together.  The
# CRC has its own table because binascii.crc32 of a part of a buffer allocates.  On CPython the
# functions at the end replace these.
import sys
from array import array

from board.mcu.runtime import micropython, ptr8, ptr32


def _table():
    table = array("I", bytes(4 * 256))
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        table[byte] = crc
    return table


_CRC = _table()


@micropython.viper
def _crc(data: ptr8, end: int, table: ptr32, out: ptr8, at: int):
    # Masked after each shift, because viper's shift keeps the sign on a 32-bit machine.
    crc = -1
    for i in range(end):
        crc = ((crc >> 8) & 0x00FFFFFF) ^ int(table[(crc ^ data[i]) & 0xFF])
    for i in range(4):
        out[at + i] = ((crc >> (8 * i)) & 0xFF) ^ 0xFF


def put_crc(data, end):
    # Append the CRC-32 of data[:end] at data[end].
    _crc(data, end, _CRC, data, end)


_found = bytearray(4)


def crc_right(data, end):
    # Whether data[:end] ends with its own CRC-32.
    _crc(data, end - 4, _CRC, _found, 0)
    return equal(data, end - 4, _found, 0, 4)


@micropython.viper
def stuff(data: ptr8, length: int, out: ptr8) -> int:
    # COBS of data[:length] with the 0x00 at the end; returns the bytes written to out.
    code_at = 0
    at = 1
    for i in range(length):
        if at - code_at == 255:
            out[code_at] = 255
            code_at = at
            at += 1
        byte = int(data[i])
        if byte:
            out[at] = byte
            at += 1
        else:
            out[code_at] = at - code_at
            code_at = at
            at += 1
    out[code_at] = at - code_at
    out[at] = 0
    return at + 1


@micropython.viper
def unstuff(data: ptr8, length: int) -> int:
    # Undo stuff() in place (no delimiter in it); returns the new length, -1 when it is no COBS.
    at = 0
    to = 0
    while at < length:
        code = int(data[at])
        end = at + code
        if code == 0 or end > length:
            return -1
        at += 1
        while at < end:
            data[to] = data[at]
            to += 1
            at += 1
        if code < 255 and at < length:
            data[to] = 0
            to += 1
    return to


@micropython.viper
def find_zero(data: ptr8, start: int, end: int) -> int:
    # The first zero of data[start:end], or end.
    i = start
    while i < end:
        if data[i] == 0:
            return i
        i += 1
    return end


@micropython.viper
def copy(to: ptr8, to_at: int, data: ptr8, at: int, length: int):
    for i in range(length):
        to[to_at + i] = data[at + i]


@micropython.viper
def fill(to: ptr8, at: int, length: int, value: int):
    for i in range(length):
        to[at + i] = value


@micropython.viper
def equal(a: ptr8, a_at: int, b: ptr8, b_at: int, length: int) -> int:
    for i in range(length):
        if a[a_at + i] != b[b_at + i]:
            return 0
    return 1


@micropython.viper
def put32(to: ptr8, at: int, value: int):
    for i in range(4):
        to[at + i] = (value >> (8 * i)) & 0xFF


def put_earlier(to, stamp, ticks):
    # The tick (four bytes) that was `ticks` before `stamp`; 32 bits at once would need the heap.
    borrow = 0
    for i in range(4):
        value = stamp[i] - (ticks & 0xFF) - borrow
        borrow = 1 if value < 0 else 0
        to[i] = value & 0xFF
        ticks >>= 8


def tick24(data, at):
    # The low 24 bits of a tick; 17 minutes are more than any delay on the link.
    return data[at] | data[at + 1] << 8 | data[at + 2] << 16


def age24(now, then):
    # now - then of two 24-bit ticks, negative when `then` is ahead.
    passed = (now - then) & 0xFFFFFF
    return passed if passed < 0x800000 else passed - 0x1000000


if sys.implementation.name != "micropython":
    from board.mcu.link.cobs_shim import (  # noqa: F401  the same functions for CPython
        copy,
        crc_right,
        equal,
        fill,
        find_zero,
        put32,
        put_crc,
        stuff,
        unstuff,
    )
