# The byte loops of cobs.py for CPython, where slices and the standard library are the fast way.
#
# Same names, arguments and results; the tests of cobs.py run over both.
from binascii import crc32


def put_crc(data, end):
    data[end : end + 4] = crc32(memoryview(data)[:end]).to_bytes(4, "little")


def crc_right(data, end):
    return crc32(memoryview(data)[: end - 4]).to_bytes(4, "little") == data[end - 4 : end]


def stuff(data, length, out):
    groups = []
    parts = bytes(data[:length]).split(b"\x00")
    for part in parts:
        # A full group of 254 stands for no zero, so another must follow that does ...
        groups += [part[at : at + 254] for at in range(0, len(part) + 1, 254)]
    if parts[-1] and len(parts[-1]) % 254 == 0:
        groups.pop()  # ... except at the end
    stuffed = b"".join(bytes((len(group) + 1,)) + group for group in groups) + b"\x00"
    out[: len(stuffed)] = stuffed
    return len(stuffed)


def unstuff(data, length):
    stuffed = bytes(data[:length])
    plain = bytearray()
    at = 0
    while at < length:
        code = stuffed[at]
        if code == 0 or at + code > length:
            return -1
        plain += stuffed[at + 1 : at + code]
        at += code
        if code < 255 and at < length:
            plain.append(0)
    data[: len(plain)] = plain
    return len(plain)


def find_zero(data, start, end):
    at = data.find(0, start, end)
    return end if at < 0 else at


def copy(to, to_at, data, at, length):
    to[to_at : to_at + length] = data[at : at + length]


def fill(to, at, length, value):
    to[at : at + length] = bytes((value,)) * length


def equal(a, a_at, b, b_at, length):
    return a[a_at : a_at + length] == b[b_at : b_at + length]


def put32(to, at, value):
    to[at : at + 4] = (value & 0xFFFFFFFF).to_bytes(4, "little")
