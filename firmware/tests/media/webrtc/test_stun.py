"""STUN, with the test vectors of RFC 5769 (made by others) and damage of every kind."""

import random
import struct
import zlib

import pytest

from firmware.media.webrtc import stun
from firmware.media.webrtc.errors import StunError

# RFC 5769 2.1: request, password VOkJxbRl1RmTxUk/WvJxBt, username evtj:h6vY
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e2074657374"
    "20636c69656e74002400046e0001ff80290008932ff9b151263b36000600096576"
    "746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571"
    "a280280004e57a3bcf"
)
PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")


def test_the_sample_request_of_rfc_5769_is_read_and_authentic():
    message = stun.parse(REQUEST)
    assert message.type == stun.BINDING_REQUEST
    assert message.transaction == TRANSACTION
    assert message.get(stun.USERNAME) == b"evtj:h6vY"
    assert message.get(stun.PRIORITY) == bytes.fromhex("6e0001ff")
    protected = stun.authenticate(message, PASSWORD)
    assert protected.get(stun.MESSAGE_INTEGRITY) is None
    assert protected.get(stun.USERNAME) == b"evtj:h6vY"


@pytest.mark.parametrize(
    ("address", "value"),
    [  # RFC 5769 2.2 and 2.3
        (("192.0.2.1", 32853), "0001a147e112a643"),
        (
            ("2001:db8:1234:5678:11:2233:4455:6677", 32853),
            "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
        ),
    ],
)
def test_the_mapped_addresses_of_rfc_5769(address, value):
    assert stun.xor_address(address, TRANSACTION) == bytes.fromhex(value)


def test_an_ipv6_zone_is_no_part_of_the_address():
    with_zone = stun.xor_address(("fe80::1%eth0", 1), TRANSACTION)
    assert with_zone == stun.xor_address(("fe80::1", 1), TRANSACTION)


def test_ipv4_seen_by_a_dual_stack_socket_is_told_as_ipv4():
    mapped = stun.xor_address(("::ffff:192.0.2.1", 32853), TRANSACTION)
    assert mapped == stun.xor_address(("192.0.2.1", 32853), TRANSACTION)


def test_a_built_message_is_read_back():
    raw = stun.build(stun.BINDING_SUCCESS, TRANSACTION, [(stun.USERNAME, b"abc")], "secret")
    message = stun.parse(raw)
    assert stun.authenticate(message, "secret").attributes == ((stun.USERNAME, b"abc"),)


@pytest.mark.parametrize("password", ["", "VOkJxbRl1RmTxUk/WvJxBT"])
def test_another_password_is_401(password):
    with pytest.raises(StunError) as refused:
        stun.authenticate(stun.parse(REQUEST), password)
    assert refused.value.code == 401


def test_without_integrity_it_is_401():
    raw = stun.build(stun.BINDING_REQUEST, TRANSACTION, [(stun.USERNAME, b"a:b")])
    with pytest.raises(StunError) as refused:
        stun.authenticate(stun.parse(raw), PASSWORD)
    assert refused.value.code == 401


def test_attributes_behind_the_integrity_are_not_protected():
    inner = stun.build(stun.BINDING_REQUEST, TRANSACTION, [(stun.USERNAME, b"a:b")], "secret")
    body = inner[20:-8] + struct.pack(">HH", stun.USE_CANDIDATE, 0)
    head = struct.pack(">HHI", 1, len(body) + 8, stun.MAGIC) + TRANSACTION + body
    raw = head + struct.pack(">HHI", stun.FINGERPRINT, 4, crc(head))
    message = stun.parse(raw)
    assert message.get(stun.USE_CANDIDATE) is not None
    assert stun.authenticate(message, "secret").get(stun.USE_CANDIDATE) is None


def crc(head):
    return zlib.crc32(head) ^ 0x5354554E


def test_every_damaged_byte_is_noticed():
    for at in range(len(REQUEST)):
        damaged = bytearray(REQUEST)
        damaged[at] ^= 0x01
        with pytest.raises(StunError):
            stun.authenticate(stun.parse(bytes(damaged)), PASSWORD)


def test_every_truncation_is_refused():
    for length in range(len(REQUEST)):
        with pytest.raises(StunError):
            stun.parse(REQUEST[:length])


def test_any_bytes_raise_stun_error_and_nothing_else():
    rng = random.Random(5)
    for _ in range(5000):
        raw = bytearray(REQUEST if rng.random() < 0.5 else rng.randbytes(rng.randrange(0, 200)))
        for _ in range(rng.randrange(1, 8)):
            if raw:
                raw[rng.randrange(len(raw))] = rng.randrange(256)
        head = bytes(raw[:-8])
        sealed = head + struct.pack(">HHI", stun.FINGERPRINT, 4, crc(head))
        with pytest.raises(StunError):  # the integrity was never made with this password
            stun.authenticate(stun.parse(sealed), "another")


def test_too_many_attributes_are_refused():
    many = [(0x8000 + i, b"") for i in range(40)]
    with pytest.raises(StunError, match="attributes"):
        stun.parse(stun.build(stun.BINDING_REQUEST, TRANSACTION, many))


def test_errors_name_their_code_and_the_unknown_attributes():
    request = stun.parse(stun.build(stun.BINDING_REQUEST, TRANSACTION, [(0x7F01, b"x")]))
    answer = stun.parse(stun.error(request, 420))
    assert answer.type == stun.BINDING_ERROR
    assert answer.get(stun.ERROR_CODE) == b"\0\0\x04\x14Unknown Attribute"
    assert answer.get(stun.UNKNOWN_ATTRIBUTES) == b"\x7f\x01"
