"""STUN messages (RFC 8489) as ICE uses them (RFC 8445): read, check, answer.

Only Binding is known here.  Reading is strict: a message that is not exactly well formed raises
StunError and is never answered; one that is well formed but not acceptable carries a code.
"""

import hashlib
import hmac
import ipaddress
import struct
import zlib
from dataclasses import dataclass, field, replace

from firmware.media.webrtc.errors import StunError

MAGIC = 0x2112A442
BINDING_REQUEST, BINDING_INDICATION = 0x0001, 0x0011
BINDING_SUCCESS, BINDING_ERROR = 0x0101, 0x0111
USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES = 0x0006, 0x0008, 0x0009, 0x000A
MESSAGE_INTEGRITY_SHA256, XOR_MAPPED_ADDRESS = 0x001C, 0x0020
PRIORITY, USE_CANDIDATE = 0x0024, 0x0025
FINGERPRINT, ICE_CONTROLLED, ICE_CONTROLLING = 0x8028, 0x8029, 0x802A
# Comprehension-required attributes (below 0x8000) an ICE agent understands; others give 420.
KNOWN = {USERNAME, MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256, PRIORITY, USE_CANDIDATE}
REASONS = {
    400: "Bad Request",
    401: "Unauthenticated",
    420: "Unknown Attribute",
    487: "Role Conflict",
}
MAX_MESSAGE = 1500
MAX_ATTRIBUTES = 32
_FINGERPRINT_XOR = 0x5354554E

Address = tuple[str, int]


@dataclass(frozen=True)
class Message:
    """One parsed message; `attributes` in order of arrival, values without padding."""

    type: int
    transaction: bytes
    attributes: tuple[tuple[int, bytes], ...]
    raw: bytes = field(repr=False)

    def get(self, kind: int) -> bytes | None:
        """First value of an attribute (later ones are to be ignored, RFC 8489 14), or None."""
        return next((value for key, value in self.attributes if key == kind), None)

    def unknown(self) -> list[int]:
        """Comprehension-required attributes nobody here understands."""
        return [key for key, _ in self.attributes if key < 0x8000 and key not in KNOWN]


def parse(datagram: bytes) -> Message:
    """Read a message, its FINGERPRINT checked (RFC 8489 5, 14.7; ICE requires it: 8445 7.1)."""
    if not 20 <= len(datagram) <= MAX_MESSAGE or len(datagram) % 4:
        raise StunError("length")
    kind, length, magic = struct.unpack_from(">HHI", datagram)
    if kind & 0xC000 or magic != MAGIC or length != len(datagram) - 20:
        raise StunError("header")
    attributes = _attributes(datagram)
    if not attributes or attributes[-1][0] != FINGERPRINT or len(attributes[-1][1]) != 4:
        raise StunError("no fingerprint")
    if attributes[-1][1] != _fingerprint(datagram[:-8]):
        raise StunError("fingerprint")
    return Message(kind, datagram[8:20], tuple(attributes), datagram)


def _attributes(datagram: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 20
    while at < len(datagram):
        if at + 4 > len(datagram) or len(found) == MAX_ATTRIBUTES:
            raise StunError("attributes")
        kind, length = struct.unpack_from(">HH", datagram, at)
        if at + 4 + length > len(datagram):
            raise StunError("attribute length")
        found.append((kind, datagram[at + 4 : at + 4 + length]))
        at += 4 + (length + 3) // 4 * 4
    return found


def authenticate(message: Message, password: str) -> Message:
    """The message cut to what MESSAGE-INTEGRITY protects, or StunError 401 (RFC 8489 9.1.3, 14.5).

    The comparison takes the same time wherever the first difference is.
    """
    at = 20
    for index, (kind, value) in enumerate(message.attributes):
        if kind == MESSAGE_INTEGRITY:
            head = struct.pack(">HH", message.type, at + 24 - 20) + message.raw[4:at]
            expected = hmac.digest(password.encode(), head, hashlib.sha1)
            if hmac.compare_digest(expected, value):
                return replace(message, attributes=message.attributes[:index])
            break
        at += 4 + (len(value) + 3) // 4 * 4
    raise StunError("message integrity", 401)


def build(
    kind: int,
    transaction: bytes,
    attributes: list[tuple[int, bytes]],
    password: str | None = None,
) -> bytes:
    """A message with MESSAGE-INTEGRITY when a password is given, and FINGERPRINT."""
    body = b"".join(_attribute(key, value) for key, value in attributes)
    if password is not None:
        head = struct.pack(">HHI", kind, len(body) + 24, MAGIC) + transaction + body
        body += _attribute(MESSAGE_INTEGRITY, hmac.digest(password.encode(), head, hashlib.sha1))
    head = struct.pack(">HHI", kind, len(body) + 8, MAGIC) + transaction + body
    return head + _attribute(FINGERPRINT, _fingerprint(head))


def success(request: Message, source: Address, password: str) -> bytes:
    """The Binding success response: XOR-MAPPED-ADDRESS, integrity, fingerprint."""
    mapped = (XOR_MAPPED_ADDRESS, xor_address(source, request.transaction))
    return build(BINDING_SUCCESS, request.transaction, [mapped], password)


def error(request: Message, code: int, password: str | None = None) -> bytes:
    """The Binding error response; 420 lists the unknown attributes."""
    value = struct.pack(">HBB", 0, code // 100, code % 100) + REASONS[code].encode()
    attributes = [(ERROR_CODE, value)]
    if code == 420:
        unknown = request.unknown()
        attributes.append((UNKNOWN_ATTRIBUTES, struct.pack(f">{len(unknown)}H", *unknown)))
    return build(BINDING_ERROR, request.transaction, attributes, password)


def xor_address(address: Address, transaction: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS value (RFC 8489 14.2); IPv4 seen by a dual-stack socket is IPv4."""
    host = ipaddress.ip_address(address[0].partition("%")[0])
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is not None:
        host = host.ipv4_mapped
    key = struct.pack(">I", MAGIC) + transaction
    packed = bytes(a ^ b for a, b in zip(host.packed, key, strict=False))
    family = 1 if host.version == 4 else 2
    return struct.pack(">BBH", 0, family, address[1] ^ (MAGIC >> 16)) + packed


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _fingerprint(head: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(head) ^ _FINGERPRINT_XOR)
