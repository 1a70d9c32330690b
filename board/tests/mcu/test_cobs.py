# The viper loops of the link equal the plain definitions of board/wire.py.  Runs on both Pythons.
import binascii

from board import wire
from board.mcu.link import cobs


def noise(size, seed):
    data = bytearray(size)
    for i in range(size):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        data[i] = (seed >> 16) & 0xFF
    return data


SAMPLES = [
    bytearray(),
    bytearray(1),
    bytearray(1300),
    bytearray(b"\xff" * 1300),
    bytearray(range(1, 255)),
    bytearray(bytes(range(1, 255)) + b"\x00"),
    bytearray(bytes(range(1, 255)) + b"\x01"),
    bytearray(b"\x01" * 508),
    noise(1300, 7),
    noise(33, 8),
]


def test_stuffing_equals_the_definition_both_ways():
    for plain in SAMPLES:
        out = bytearray(1500)
        size = cobs.stuff(plain, len(plain), out)
        assert bytes(out[:size]) == wire.cobs_encode(bytes(plain)) + b"\x00", plain
        assert cobs.unstuff(out, size - 1) == len(plain), plain
        assert out[: len(plain)] == plain


def test_what_the_definition_refuses_is_refused():
    for wrong in (b"\x05\x01", b"\xff\x01\x02", b"\x02"):
        buffer = bytearray(wrong)
        assert cobs.unstuff(buffer, len(buffer)) == -1, wrong


def test_crc_equals_the_standard_library():
    for plain in SAMPLES:
        buffer = bytearray(bytes(plain) + bytes(4))
        cobs.put_crc(buffer, len(plain))
        expected = binascii.crc32(bytes(plain)) & 0xFFFFFFFF
        assert buffer[len(plain) :] == bytes((expected >> 8 * i) & 0xFF for i in range(4))
        assert cobs.crc_right(buffer, len(buffer))


def test_every_wrong_bit_of_a_crc_is_seen():
    buffer = bytearray(b"Callbox" + bytes(4))
    cobs.put_crc(buffer, 7)
    for bit in range(8 * len(buffer)):
        buffer[bit >> 3] ^= 1 << (bit & 7)
        assert not cobs.crc_right(buffer, len(buffer)), bit
        buffer[bit >> 3] ^= 1 << (bit & 7)


def test_zero_is_found_and_absence_is_the_end():
    data = bytearray(b"\x01\x02\x00\x03")
    assert cobs.find_zero(data, 0, 4) == 2
    assert cobs.find_zero(data, 3, 4) == 4
    assert cobs.find_zero(data, 0, 2) == 2


def test_ages_wrap_with_the_tick():
    assert cobs.age24(40, 0) == 40
    assert cobs.age24(20, 0xFFFFFF) == 21
    assert cobs.age24(0, 40) == -40
    assert cobs.tick24(b"\x00\x28\x01\x02\xff", 1) == 0x020128


def test_numbers_are_little_endian():
    buffer = bytearray(5)
    cobs.put32(buffer, 1, 0x01020304)
    assert buffer == b"\x00\x04\x03\x02\x01"
