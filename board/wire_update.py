"""What board.wire carries of a new firmware for the board, and the form of that firmware.

Imported by both Pythons.  These frames, HELLO and HELLO_REQ never change their form, in no major
version: with them a board of any version can be brought to ours.  Numbers are little endian.

A set is one stream: the manifest, then the files in its order, without anything between.  The
manifest is text, one line "callbox-board 1 KIND TARGET VERSION", then a line "SHA256 SIZE NAME"
for each file.  The set's name on the wire is the SHA-256 of its manifest.

Every request has a number, which the board repeats in its answer: a host waits for that answer,
and asks again with the same number.  The board does each request so that twice is as good as once.
"""

import binascii
import struct
from binascii import unhexlify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CAN_UPDATE = 16  # HELLO's capabilities: two places for firmware, and these frames;
CAN_UPDATE_PLAIN = 32  # it takes sources (a simulated board), not what is compiled for RP2350

UPDATE_BEGIN = 0x50  # host -> board, as all but UPDATE_STATUS
UPDATE_DATA = 0x51
UPDATE_VERIFY = 0x52
UPDATE_ACTIVATE = 0x53
UPDATE_COMMIT = 0x54
UPDATE_ROLL_BACK = 0x55
UPDATE_ASK = 0x56
UPDATE_STATUS = 0x57  # board -> host, one for each request

HASH_SIZE = 32
CHUNK = 512  # bytes in UPDATE_DATA at most
MANIFEST_MAX = 8192
SET_MAX = 512 * 1024  # manifest and files
FILES_MAX = 96
FILE_MAX = 65536
NAME_MAX = 64

BEGIN = "<HHI32s"  # number, size of the manifest, size of the whole stream, SHA-256 of the manifest
DATA = "<HII"  # number, offset in the stream, chunk_crc; then 1 to CHUNK bytes
DATA_SIZE = 10
NAMED = "<H32s"  # number, SHA-256 of the manifest: VERIFY, ACTIVATE, COMMIT, ROLL_BACK
PLAIN = "<H"  # number: ASK
REQUEST_MAX = DATA_SIZE + CHUNK
# number, STATE_*, ERROR_*, flags, starts left to a trial, SHA-256 of the set being written or
# ready (zeros: none), bytes of its stream that are written, bytes of the whole stream
STATUS = "<HBBBB32sII"

STATE_IDLE = 0
STATE_CLEARING = 1  # the spare place is being emptied
STATE_RECEIVING = 2
STATE_CHECKING = 3  # every file is read back and its hash compared
STATE_READY = 4  # whole: may be activated
STATE_FAILED = 5  # see the error; UPDATE_BEGIN starts anew
STATE_RESTARTING = 6

FLAG_TRIAL = 1  # the running set is not committed: without UPDATE_COMMIT the old one comes back
FLAG_PLACE_B = 2  # the running set is in the second place

ERROR_NONE = 0
ERROR_TRIAL = 1  # not while the running set is on trial: the spare place has the good one
ERROR_STATE = 2  # not in this state, or for another set
ERROR_MANIFEST = 3  # not a manifest for this board, or not the one announced
ERROR_HASH = 4  # a file is not what the manifest says
ERROR_FLASH = 5  # the flash file system refused, or is full

NO_HASH = b"\x00" * HASH_SIZE
_NAME = "abcdefghijklmnopqrstuvwxyz0123456789_"
_HEAD = "callbox-board"


class UpdateError(ValueError):
    """The bytes are no request, status or manifest of this format."""


def chunk_crc(digest: bytes, offset: int, data: bytes) -> int:
    """Return the CRC-32 of a chunk: the set's hash and the offset too, so none fits elsewhere."""
    head = digest + struct.pack("<I", offset)
    return binascii.crc32(data, binascii.crc32(head)) & 0xFFFFFFFF


def pack_begin(number: int, manifest_size: int, size: int, digest: bytes) -> bytes:
    """Return the payload of UPDATE_BEGIN."""
    return struct.pack(BEGIN, number & 0xFFFF, manifest_size, size, digest)


def parse_begin(payload: bytes) -> "tuple[int, int, int, bytes]":
    """Return (number, size of the manifest, size of the stream, hash); raises UpdateError."""
    number, manifest_size, size, digest = _unpack(BEGIN, payload)
    if not 0 < manifest_size <= min(MANIFEST_MAX, size) or size > SET_MAX or digest == NO_HASH:
        raise UpdateError("size of a set")
    return number, manifest_size, size, digest


def pack_data(number: int, digest: bytes, offset: int, data: bytes) -> bytes:
    """Return the payload of UPDATE_DATA."""
    crc = chunk_crc(digest, offset, data)
    return struct.pack(DATA, number & 0xFFFF, offset, crc) + data


def parse_data(payload: bytes) -> "tuple[int, int, int, bytes]":
    """Return (number, offset, CRC, data); raises UpdateError.  Compare the CRC with chunk_crc."""
    data = payload[DATA_SIZE:]
    if not 0 < len(data) <= CHUNK:
        raise UpdateError("size of a chunk")
    number, offset, crc = _unpack(DATA, payload[:DATA_SIZE])
    if offset + len(data) > SET_MAX:
        raise UpdateError("offset of a chunk")
    return number, offset, crc, data


def pack_named(number: int, digest: bytes) -> bytes:
    """Return the payload of UPDATE_VERIFY, _ACTIVATE, _COMMIT or _ROLL_BACK."""
    return struct.pack(NAMED, number & 0xFFFF, digest)


def parse_named(payload: bytes) -> "tuple[int, bytes]":
    """Return (number, hash)."""
    number, digest = _unpack(NAMED, payload)
    return number, digest


def pack_ask(number: int) -> bytes:
    """Return the payload of UPDATE_ASK."""
    return struct.pack(PLAIN, number & 0xFFFF)


def parse_ask(payload: bytes) -> int:
    """Return the number."""
    return int(_unpack(PLAIN, payload)[0])


def pack_status(*fields: "int | bytes") -> bytes:
    """Return the payload of UPDATE_STATUS; `fields` are those of STATUS."""
    return struct.pack(STATUS, *fields)


def parse_status(payload: bytes) -> "tuple[int, int, int, int, int, bytes, int, int]":
    """Return (number, state, error, flags, starts left, hash, written, size); or UpdateError."""
    number, state, error, flags, starts, digest, written, size = _unpack(STATUS, payload)
    if state > STATE_RESTARTING or error > ERROR_FLASH or not written <= size <= SET_MAX:
        raise UpdateError("contents of UPDATE_STATUS")
    return number, state, error, flags, starts, digest, written, size


def _unpack(layout: str, payload: bytes) -> "tuple[Any, ...]":
    if len(payload) != struct.calcsize(layout):
        raise UpdateError("size of a request or status")
    return struct.unpack(layout, payload)


def manifest_lines(
    kind: str, target: str, version: str, files: "list[tuple[str, int, str]]"
) -> str:
    """Return the manifest of files given as (name, size, SHA-256 in hex)."""
    head = "%s 1 %s %s %s\n" % (_HEAD, kind, target, version)
    return head + "".join("%s %d %s\n" % (digest, size, name) for name, size, digest in files)


def parse_manifest(text: bytes) -> "tuple[tuple[str, str, str], list[tuple[str, int, bytes]]]":
    """Return ((kind, target, version), [(name, size, SHA-256)]); raises UpdateError.

    Names are relative, of lower-case letters, digits and underscores, and end in .mpy or .py.
    """
    if len(text) > MANIFEST_MAX or text[-1:] != b"\n":
        raise UpdateError("size of the manifest")
    try:
        first, *rest = text[:-1].decode().split("\n")
    except UnicodeError:
        raise UpdateError("manifest is not text") from None
    head = first.split(" ")
    right = len(head) == 5 and head[:2] == [_HEAD, "1"] and len(head[4]) <= 16 and all(head)
    if not right or not 0 < len(rest) <= FILES_MAX:
        raise UpdateError("head of the manifest")
    files = [_manifest_file(line) for line in rest]
    if len({name for name, _, _ in files}) != len(files):
        raise UpdateError("a name twice in the manifest")
    return (head[2], head[3], head[4]), files


def _manifest_file(line: str) -> "tuple[str, int, bytes]":
    parts = line.split(" ")
    if len(parts) != 3 or len(parts[0]) != 2 * HASH_SIZE or not 0 < len(parts[1]) <= 6:
        raise UpdateError("line of the manifest")
    if not all(letter in "0123456789" for letter in parts[1]) or not _is_name(parts[2]):
        raise UpdateError("name or size in the manifest")
    size = int(parts[1])
    if size > FILE_MAX:
        raise UpdateError("size in the manifest")
    try:
        digest = unhexlify(parts[0])
    except ValueError:
        raise UpdateError("hash in the manifest") from None
    return parts[2], size, digest


def _is_name(name: str) -> bool:
    # A name can lead nowhere but below its folder: no dot but the last, no empty part.
    stem, dot, ending = name.rpartition(".")
    parts = stem.split("/")
    return (
        len(name) <= NAME_MAX
        and dot == "."
        and ending in ("mpy", "py")
        and all(part and all(letter in _NAME for letter in part) for part in parts)
    )
