"""What a daughter board says, and the files that are written into it."""

import contextlib

from board import wire, wire_fxo, wire_update
from board.host import firmware_set
from board.host.isdn_lines import LineError, Reader
from board.host.port import BoardPort
from hil_tests.fuzz.parsers.pieces import pieces

_PAYLOADS = (
    wire.parse_hello,
    wire.parse_hello_req,
    wire.parse_status,
    wire.parse_log,
    wire.parse_pcm,
    wire.parse_event,
    wire.parse_event_ack,
    wire.parse_command,
    wire.parse_response,
    wire.parse_hdlc,
    wire_fxo.parse_lines,
    wire_update.parse_begin,
    wire_update.parse_data,
    wire_update.parse_named,
    wire_update.parse_ask,
    wire_update.parse_status,
    wire_update.parse_manifest,
)
_HELLOS = (
    {"board": wire.BOARD_E1, "capabilities": wire.CAN_HDLC, "ports": 1, "slots": 32},
    {"board": wire.BOARD_FXO, "capabilities": wire.CAN_LINES, "ports": 4, "slots": 4},
)


def board_frames(data: bytes) -> None:
    """A serial stream in the slow definition of the link; what it passes comes from a board."""
    decoder = wire.Decoder()
    held = 0
    for piece in pieces(data):
        for frame in decoder.feed(piece):
            kind, seq, tick, payload = wire.split(frame)
            assert wire.unseal(wire.seal(frame)[:-1]) == frame
            assert wire.split(wire.body(kind, payload, tick, seq))[3] == payload
        held = max(held, len(decoder._held))  # noqa: SLF001 - that it is bounded is the point
    assert held < 2 * wire.MAX_WIRE + len(data)


def board_payloads(data: bytes) -> None:
    """The contents of each message; the first byte says of which."""
    if data:
        with contextlib.suppress(wire.WireError, wire_update.UpdateError, ValueError):
            _PAYLOADS[data[0] % len(_PAYLOADS)](data[1:])


def board_port(data: bytes) -> None:
    """Frames of a board that has said who it is: what is wrong is counted, never raised."""
    if not data:
        return
    port = BoardPort("fuzzed", lambda _frame: None)
    port.opened(0.0)
    hello = dict.fromkeys(wire.HELLO_NAMES, 1) | _HELLOS[data[0] % 2]
    port.feed(wire.body(wire.HELLO, wire.pack_hello(hello | {"serial": "1", "firmware": "1"})))
    port.command(0.0, wire.OP_STATUS)
    for number, frame in enumerate(pieces(data[1:])):
        port.feed(frame, number / 10)
        port.poll(number / 10)
    port.lost()


def firmware_files(data: bytes) -> None:
    """A set of board firmware as it lies on the disk or comes with an update."""
    with contextlib.suppress(firmware_set.BadSet):
        found = firmware_set.read(data)
        assert b"".join(content for _, content in found.files()) == found.content


def isdn_lines(data: bytes) -> None:
    """Messages of callbox-isdn, which parses the network's bytes."""
    reader = Reader()
    for message in pieces(data):
        with contextlib.suppress(LineError):
            reader.read(message)
