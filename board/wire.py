"""Wire format of the serial link between a daughter board and the host.

Imported by MicroPython (the board) and CPython (the host), so it uses only struct and binascii.

A frame is: header `<BBHI` (type u8, flags u8, seq u16, tick u32), payload, CRC-32 (IEEE, as in
binascii.crc32, little endian) over header and payload; all of that COBS-encoded, then one 0x00.
Tick counts 8 kHz TDM frames of the board and wraps; seq counts the frames of one direction.
Numbers are little endian.  `check_*` and `parse_*` raise WireError and change nothing.
"""

import binascii
import struct

from board import wire_fxo

VERSION_MAJOR = 1
VERSION_MINOR = 0

HELLO = 0x01  # board -> host: when the port opens, and on request
HELLO_REQ = 0x02
STATUS = 0x03  # board -> host: once a second
LOG = 0x04
PCM_RX = 0x10  # board -> host: what the line said
PCM_TX = 0x11  # host -> board: tick is that of the PCM_RX it answers
EVT = 0x20  # board -> host, resent until its own number is acknowledged; tick: when it was
EVT_ACK = 0x21
CMD = 0x30  # host -> board; the same request id again is answered again, not done again
RSP = 0x31
HDLC_RX = 0x40  # board -> host, reliable like EVT and in the same sequence
HDLC_TX = 0x41  # host -> board, never resent: Q.921 does that

HEADER = "<BBHI"
HEADER_SIZE = 8
CRC_SIZE = 4
MAX_PAYLOAD = 1536
MAX_BODY = HEADER_SIZE + MAX_PAYLOAD  # header and payload, no CRC
# COBS adds one byte for each 254 begun, and the 0x00 at the end.
MAX_WIRE = MAX_BODY + CRC_SIZE + (MAX_BODY + CRC_SIZE) // 254 + 2

PCM_HEADER = "<IBBH"  # channel mask, frames in the block, law (0 A-law, 1 mu-law), tx fifo (frames)
PCM_HEADER_SIZE = 8
E1_MASK = 0xFFFFFFFF
BLOCK_FRAMES = 40  # 5 ms
A_LAW = 0
MU_LAW = 1

# Bits of the alarm byte, ITU-T G.775 and G.706 names.
LOS, LFA, AIS, RAI, LOMF = 1, 2, 4, 8, 16

EVT_ALARM = 1  # present u8, before u8; also after a HELLO_REQ, if any
EVT_SLIP = 2  # direction i8 (+1 a frame repeated, -1 a frame lost), slips since start u32
EVT_HDLC_OVERFLOW = 3  # D-channel frames lost since start u32
EVT_TX_LATE = 4  # blocks of the host that came too late, since start u32
EVT_SAFE = 5  # 1 entered the safe state (host silent), 0 left it
EVT_CLOCK = 6  # source now: CLOCK_LINE or CLOCK_OWN
EVT_CHIP = 7  # the framer lost its set-up and was set up again: register u16, value read u8
EVENT_LAYOUT = {
    EVT_ALARM: "<BB",
    EVT_SLIP: "<bI",
    EVT_HDLC_OVERFLOW: "<I",
    EVT_TX_LATE: "<I",
    EVT_SAFE: "<B",
    EVT_CLOCK: "<B",
    EVT_CHIP: "<HB",
}
EVENT_LAYOUT.update(wire_fxo.EVENTS)

CLOCK_LINE = 0
CLOCK_OWN = 1
FRAMING_DOUBLE = 0  # G.704 without CRC-4
FRAMING_CRC4 = 1
FRAMING_AUTO = 2  # G.706 Annex B: CRC-4 when the far end has it
CODE_HDB3 = 0
CODE_AMI = 1
LOOP_NONE = 0
LOOP_LOCAL = 1  # what we send comes back to us
LOOP_REMOTE = 2  # what the line sends goes back to the line
LOOP_PAYLOAD = 3  # time slots 1 to 31 go back to the line

OP_SPAN = 1  # framing u8, clock u8, line code u8
OP_ALARM_TX = 2  # AIS | RAI bits to be sent, u8
OP_LOOPBACK = 3  # LOOP_*, u8
OP_PEEK = 4  # first register u16, count u8; result is the bytes
OP_POKE = 5  # register u16, value u8
OP_LED = 6  # lamp u8, state u8
OP_RESTART = 7
OP_STATUS = 8  # send STATUS now
COMMAND_LAYOUT = {
    OP_SPAN: "<BBB",
    OP_ALARM_TX: "<B",
    OP_LOOPBACK: "<B",
    OP_PEEK: "<HB",
    OP_POKE: "<HB",
    OP_LED: "<BB",
    OP_RESTART: "<",
    OP_STATUS: "<",
}
COMMAND_LAYOUT.update(wire_fxo.COMMANDS)

DONE = 0
UNKNOWN_OP = 1
BAD_ARGUMENTS = 2
REFUSED = 3

BOARD_E1 = 1
BOARD_FXO = 2
CAN_HDLC = 1  # D-channel frames by HDLC_RX and HDLC_TX
CAN_LOOP = 2
CAN_PEEK = 4
CAN_LINES = 8  # analogue lines: board.wire_fxo
# version major, minor, board type, hardware revision, ports, slots, capabilities, session (another
# number after each start: event numbers begin again), CRC of the calibration data, serial, firmware
HELLO_LAYOUT = "<BBBBBBHII16s16s"
HELLO_NAMES: "tuple[str, ...]" = ("major", "minor", "board", "revision", "ports", "slots")
HELLO_NAMES += ("capabilities", "session", "calibration", "serial", "firmware")

# STATUS is count u8, then so many u32; a later version only adds names at the end.
STATUS_NAMES = (
    "frames_in",
    "frames_out",
    "bad_crc",
    "truncated",
    "oversized",
    "unknown",  # right CRC, but no type, size or field that is known
    "tx_dropped",  # whole frames not sent because the host does not read
    "pcm_late",  # blocks of the host for a tick already sent
    "pcm_missing",  # blocks sent to the line without audio from the host
    "events_resent",
    "events_lost",  # no room: the host acknowledges nothing
    "hdlc_in",
    "hdlc_out",
    "hdlc_bad",  # wrong FCS, aborted or too long on the D-channel
    "hdlc_overflow",
    "hdlc_refused",  # HDLC_TX with no room left
    "slips",
    "code_violations",
    "fas_errors",
    "crc_errors",
    "e_bits",  # CRC-4 errors which the far end saw
    "safe_entries",
    "longest_loop",  # ticks from a block's arrival to its answer, longest since the last STATUS
    "heap_free",
    "alarms",  # LOS | LFA | AIS | RAI | LOMF after debouncing
    "clock",
    "safe",
    "tx_fifo",  # frames of host audio waiting
)

DEBUG, INFO, WARNING, ERROR = 0, 1, 2, 3


class WireError(ValueError):
    """The bytes are no frame, or no payload, of this format."""


def cobs_encode(data: bytes) -> bytes:
    """Return `data` without zeros (consistent overhead byte stuffing), no delimiter."""
    out = bytearray(1)
    code_at = 0
    for byte in data:
        if len(out) - code_at == 255:  # a full group of 254, which stands for no zero
            out[code_at] = 255
            code_at = len(out)
            out.append(0)
        if byte:
            out.append(byte)
        else:
            out[code_at] = len(out) - code_at
            code_at = len(out)
            out.append(0)
    out[code_at] = len(out) - code_at
    return bytes(out)


def cobs_decode(data: bytes) -> bytes:
    """Undo cobs_encode; `data` is without the delimiter.  Raises WireError."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        group = data[at + 1 : at + code]
        if code == 0 or len(group) != code - 1 or 0 in group:
            raise WireError("not COBS")
        out += group
        at += code
        if code < 255 and at < len(data):
            out.append(0)
    return bytes(out)


def body(kind: int, payload: bytes = b"", tick: int = 0, seq: int = 0) -> bytes:
    """Return header and payload; flags are 0 in this version."""
    if len(payload) > MAX_PAYLOAD:
        raise WireError("payload too long")
    return struct.pack(HEADER, kind, 0, seq & 0xFFFF, tick & 0xFFFFFFFF) + payload


def seal(frame: bytes) -> bytes:
    """Return what goes on the wire for header and payload: CRC, COBS, delimiter."""
    crc = struct.pack("<I", binascii.crc32(frame) & 0xFFFFFFFF)
    return cobs_encode(frame + crc) + b"\x00"


def unseal(stuffed: bytes) -> bytes:
    """Return header and payload of one stuffed frame (no delimiter).  Raises WireError."""
    if len(stuffed) >= MAX_WIRE:
        raise WireError("oversized")
    frame = cobs_decode(stuffed)
    if len(frame) < HEADER_SIZE + CRC_SIZE:
        raise WireError("truncated")
    if struct.unpack("<I", frame[-CRC_SIZE:])[0] != binascii.crc32(frame[:-CRC_SIZE]) & 0xFFFFFFFF:
        raise WireError("wrong CRC")
    return frame[:-CRC_SIZE]


def split(frame: bytes) -> "tuple[int, int, int, bytes]":
    """Return (type, seq, tick, payload) of a checked frame."""
    if len(frame) < HEADER_SIZE:
        raise WireError("truncated")
    kind, _, seq, tick = struct.unpack(HEADER, frame[:HEADER_SIZE])
    return kind, seq, tick, frame[HEADER_SIZE:]


class Decoder:
    """Cuts a byte stream into checked frames; what is wrong is counted and dropped."""

    def __init__(self) -> None:
        self._held = bytearray()
        self.good = 0
        self.bad = 0

    def feed(self, data: bytes) -> "list[bytes]":
        """Return header and payload of every frame that `data` completes."""
        frames: "list[bytes]" = []
        *ended, rest = bytes(data).split(b"\x00")
        for part in ended:
            stuffed = bytes(self._held) + part
            self._held = bytearray()
            if stuffed:
                self._take(stuffed, frames)
        if len(self._held) < MAX_WIRE:  # what is longer cannot become a frame any more
            self._held += rest
        return frames

    def _take(self, stuffed: bytes, frames: "list[bytes]") -> None:
        try:
            frames.append(unseal(stuffed))
            self.good += 1
        except WireError:
            self.bad += 1


def _unpack(layout: str, payload: bytes, what: str) -> "tuple[int, ...]":
    if len(payload) != struct.calcsize(layout):
        raise WireError(what)
    return struct.unpack(layout, payload)


def _text(field: bytes) -> str:
    try:
        return field.rstrip(b"\x00").decode()
    except UnicodeError:
        raise WireError("not UTF-8") from None


def pack_hello(fields: "dict[str, int | str]") -> bytes:
    """Return the payload of HELLO; `fields` has every one of HELLO_NAMES."""
    values = [fields[name] for name in HELLO_NAMES[:-2]]
    texts = [str(fields[name]).encode()[:16] for name in HELLO_NAMES[-2:]]
    return struct.pack(HELLO_LAYOUT, *values, *texts)


def parse_hello(payload: bytes) -> "dict[str, int | str]":
    """Undo pack_hello."""
    if len(payload) != struct.calcsize(HELLO_LAYOUT):
        raise WireError("HELLO size")
    values = list(struct.unpack(HELLO_LAYOUT, payload))
    values[-2:] = [_text(values[-2]), _text(values[-1])]
    return dict(zip(HELLO_NAMES, values))  # noqa: B905  MicroPython has no strict=


def pack_hello_req() -> bytes:
    """Return the payload of HELLO_REQ: the host's version major and minor."""
    return bytes((VERSION_MAJOR, VERSION_MINOR))


def parse_hello_req(payload: bytes) -> "tuple[int, ...]":
    """Return (major, minor) of the host."""
    return _unpack("<BB", payload, "HELLO_REQ size")


def pack_status(counters: "dict[str, int]") -> bytes:
    """Return the payload of STATUS; names that are missing are 0."""
    values = [counters.get(name, 0) & 0xFFFFFFFF for name in STATUS_NAMES]
    return struct.pack("<B%dI" % len(values), len(values), *values)


def parse_status(payload: bytes) -> "dict[str, int]":
    """Return the counters by name; those of a later version without a name here are left out."""
    if not payload or len(payload) != 1 + 4 * payload[0]:
        raise WireError("STATUS size")
    values = struct.unpack("<%dI" % payload[0], payload[1:])
    return dict(zip(STATUS_NAMES, values))  # noqa: B905  later versions have more


def pack_log(level: int, text: str) -> bytes:
    """Return the payload of LOG; at most 200 bytes of text are kept."""
    return bytes((level,)) + text.encode()[:200]


def parse_log(payload: bytes) -> "tuple[int, str]":
    """Return (level, text)."""
    if not payload:
        raise WireError("LOG size")
    return payload[0], _text(payload[1:])


def pack_pcm(samples: bytes, mask: int = E1_MASK, law: int = A_LAW, fifo: int = 0) -> bytes:
    """Return the payload of PCM_RX or PCM_TX; samples frame-major, one byte a slot in `mask`."""
    slots = _bits(mask)
    if not slots or len(samples) % slots or len(samples) // slots > 255:
        raise WireError("PCM size")
    return struct.pack(PCM_HEADER, mask, len(samples) // slots, law, fifo) + samples


def parse_pcm(payload: bytes) -> "tuple[int, int, int, int, bytes]":
    """Return (mask, frames, law, fifo, samples)."""
    if len(payload) < PCM_HEADER_SIZE:
        raise WireError("PCM size")
    mask, frames, law, fifo = struct.unpack(PCM_HEADER, payload[:PCM_HEADER_SIZE])
    samples = payload[PCM_HEADER_SIZE:]
    if frames == 0 or len(samples) != frames * _bits(mask) or law > MU_LAW:
        raise WireError("PCM size")
    return mask, frames, law, fifo, samples


def _bits(mask: int) -> int:
    return bin(mask).count("1")


def pack_event(number: int, code: int, *values: int) -> bytes:
    """Return the payload of EVT: event number, code, and the values of EVENT_LAYOUT[code]."""
    return struct.pack("<HB", number & 0xFFFF, code) + struct.pack(EVENT_LAYOUT[code], *values)


def parse_event(payload: bytes) -> "tuple[int, int, tuple[int, ...]]":
    """Return (event number, code, values)."""
    number, code, rest = _numbered(payload, "EVT size")
    if code not in EVENT_LAYOUT:
        raise WireError("event code")
    return number, code, _unpack(EVENT_LAYOUT[code], rest, "EVT size")


def pack_event_ack(number: int) -> bytes:
    """Return the payload of EVT_ACK."""
    return struct.pack("<H", number & 0xFFFF)


def parse_event_ack(payload: bytes) -> int:
    """Return the event number."""
    return _unpack("<H", payload, "EVT_ACK size")[0]


def pack_command(request: int, op: int, *values: "int | bytes") -> bytes:
    """Return the payload of CMD: request id, op, and the values of COMMAND_LAYOUT[op]."""
    return struct.pack("<HB", request & 0xFFFF, op) + struct.pack(COMMAND_LAYOUT[op], *values)


def parse_command(payload: bytes) -> "tuple[int, int, bytes]":
    """Return (request id, op, argument bytes): the board answers an unknown op too."""
    return _numbered(payload, "CMD size")


def pack_response(request: int, status: int, result: bytes = b"") -> bytes:
    """Return the payload of RSP."""
    return struct.pack("<HB", request & 0xFFFF, status) + result


def parse_response(payload: bytes) -> "tuple[int, int, bytes]":
    """Return (request id, status, result)."""
    return _numbered(payload, "RSP size")


def pack_hdlc(number: int, frame: bytes) -> bytes:
    """Return the payload of HDLC_RX or HDLC_TX; `frame` is without flags and FCS."""
    return struct.pack("<H", number & 0xFFFF) + frame


def parse_hdlc(payload: bytes) -> "tuple[int, bytes]":
    """Return (number, frame)."""
    if len(payload) < 3:
        raise WireError("HDLC size")
    return struct.unpack("<H", payload[:2])[0], payload[2:]


def _numbered(payload: bytes, what: str) -> "tuple[int, int, bytes]":
    if len(payload) < 3:
        raise WireError(what)
    number, code = struct.unpack("<HB", payload[:3])
    return number, code, payload[3:]
