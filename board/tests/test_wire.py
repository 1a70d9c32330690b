# Runs under MicroPython (board/tests/test_micropython.py starts it there) and under pytest.
# ruff: noqa: RUF005  (MicroPython has no star in a list display)
import binascii
import json
import struct

from board import wire, wire_fxo

HERE = __file__.rsplit("/", 1)[0]


def load():
    with open(HERE + "/golden/wire.json") as file:  # noqa: PTH123  MicroPython has no pathlib
        return json.load(file)["vectors"]


def unhex(text):
    return binascii.unhexlify(text)


def pcm(f):
    return wire.pack_pcm(unhex(f["samples"]), f["mask"], f["law"], f["fifo"])


def read_pcm(payload):
    *head, samples = wire.parse_pcm(payload)
    fields = dict(zip(("mask", "frames", "law", "fifo"), head))  # noqa: B905
    fields["samples"] = binascii.hexlify(samples).decode()
    return fields


def command(f):
    # Bytes (digits, coefficients) are hexadecimal in the file.
    return wire.pack_command(*[unhex(v) if isinstance(v, str) else v for v in f])


def read_command(payload):
    request, op, arguments = wire.parse_command(payload)
    values = struct.unpack(wire.COMMAND_LAYOUT[op], arguments)
    return [request, op] + [
        binascii.hexlify(v).decode() if isinstance(v, bytes) else v for v in values
    ]


def read_lines(payload):
    try:
        return [list(line) for line in wire_fxo.parse_lines(payload)]
    except ValueError as error:
        raise wire.WireError("LINES") from error


def read_event(payload):
    number, code, values = wire.parse_event(payload)
    return [number, code] + list(values)


def read_bytes(parse):
    def read(payload):
        *head, last = parse(payload)
        return head + [binascii.hexlify(last).decode()]

    return read


def status(values):
    return wire.pack_status(dict(zip(wire.STATUS_NAMES, values)))  # noqa: B905


def read_status(payload):
    found = wire.parse_status(payload)
    return [found[name] for name in wire.STATUS_NAMES]


# type: (fields -> payload, payload -> fields)
CODECS = {
    wire.HELLO: (wire.pack_hello, wire.parse_hello),
    wire.HELLO_REQ: (lambda f: wire.pack_hello_req(), lambda p: list(wire.parse_hello_req(p))),
    wire.STATUS: (status, read_status),
    wire.LOG: (lambda f: wire.pack_log(*f), lambda p: list(wire.parse_log(p))),
    wire.PCM_RX: (pcm, read_pcm),
    wire.PCM_TX: (pcm, read_pcm),
    wire.EVT: (lambda f: wire.pack_event(*f), read_event),
    wire.EVT_ACK: (wire.pack_event_ack, wire.parse_event_ack),
    wire.CMD: (command, read_command),
    wire_fxo.LINES: (wire_fxo.pack_lines, read_lines),
    wire.RSP: (
        lambda f: wire.pack_response(f[0], f[1], unhex(f[2])),
        read_bytes(wire.parse_response),
    ),
    wire.HDLC_RX: (lambda f: wire.pack_hdlc(f[0], unhex(f[1])), read_bytes(wire.parse_hdlc)),
    wire.HDLC_TX: (lambda f: wire.pack_hdlc(f[0], unhex(f[1])), read_bytes(wire.parse_hdlc)),
}


def refused(action, *arguments):
    try:
        action(*arguments)
    except wire.WireError:
        return True
    return False


def test_every_golden_vector_is_built_to_the_byte():
    for v in load():
        payload = CODECS[v["type"]][0](v["fields"])
        assert payload == unhex(v["payload"]), v["name"]
        sent = wire.seal(wire.body(v["type"], payload, v["tick"], v["seq"]))
        assert sent == unhex(v["wire"]), v["name"]


def test_every_golden_vector_is_read_back():
    for v in load():
        kind, seq, tick, payload = wire.split(wire.unseal(unhex(v["wire"])[:-1]))
        assert (kind, seq, tick) == (v["type"], v["seq"], v["tick"]), v["name"]
        assert CODECS[kind][1](payload) == v["fields"], v["name"]


def test_there_is_a_vector_for_every_message_event_and_command():
    vectors = load()
    assert {v["type"] for v in vectors} == set(CODECS)
    assert {v["fields"][1] for v in vectors if v["type"] == wire.EVT} == set(wire.EVENT_LAYOUT)
    assert {v["fields"][1] for v in vectors if v["type"] == wire.CMD} == set(wire.COMMAND_LAYOUT)


def test_a_report_of_more_lines_than_a_board_has_is_refused():
    most = [(0, 0, 0, 0)] * 16
    assert len(wire_fxo.parse_lines(wire_fxo.pack_lines(most))) == 16
    assert refused(read_lines, wire_fxo.pack_lines(most + most[:1]))


def test_a_size_that_is_wrong_is_refused_for_every_message():
    for v in load():
        if v["type"] in (wire.LOG, wire.RSP, wire.HDLC_RX, wire.HDLC_TX, wire.CMD):
            continue  # these end with bytes of any number
        payload = unhex(v["payload"])
        assert refused(CODECS[v["type"]][1], payload + b"\x00"), v["name"]
        assert refused(CODECS[v["type"]][1], payload[:-1]), v["name"]
        assert refused(CODECS[v["type"]][1], b""), v["name"]


def test_the_open_ended_messages_need_their_head():
    for parse in (wire.parse_response, wire.parse_hdlc, wire.parse_command):
        assert refused(parse, b"\x01\x02")
    assert refused(wire.parse_log, b"")
    assert refused(wire.parse_log, b"\x01\xff\xfe")


def test_status_of_a_later_version_is_read_as_far_as_it_is_known():
    later = bytes((len(wire.STATUS_NAMES) + 1,)) + bytes(4 * len(wire.STATUS_NAMES)) + b"\x01\0\0\0"
    assert set(wire.parse_status(later)) == set(wire.STATUS_NAMES)


def test_cobs_examples_of_its_authors():
    # S. Cheshire, M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM ToN 7(2), 1999, and the
    # usual edge: 254 bytes without a zero need no second group.
    full = bytes(range(1, 255))
    for plain, stuffed in (
        (b"", b"\x01"),
        (b"\x00", b"\x01\x01"),
        (b"\x00\x00", b"\x01\x01\x01"),
        (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33"),
        (b"\x11\x00\x00\x00", b"\x02\x11\x01\x01\x01"),
        (full, b"\xff" + full),
        (b"\x00" + full, b"\x01\xff" + full),
        (full + b"\xff", b"\xff" + full + b"\x02\xff"),
        (full + b"\x00", b"\xff" + full + b"\x01\x01"),
    ):
        assert wire.cobs_encode(plain) == stuffed, plain
        assert wire.cobs_decode(stuffed) == plain, stuffed


def test_what_is_no_cobs_is_refused():
    for stuffed in (b"\x00", b"\x05\x01", b"\x03\x01\x00", b"\xff" + bytes(range(1, 100))):
        assert refused(wire.cobs_decode, stuffed), stuffed


def test_a_decoder_takes_any_cutting_of_the_stream():
    vectors = load()
    stream = b"".join(unhex(v["wire"]) for v in vectors)
    for size in (1, 7, 64, 100000):
        decoder = wire.Decoder()
        seen = []
        for at in range(0, len(stream), size):
            seen += decoder.feed(stream[at : at + size])
        assert (len(seen), decoder.bad) == (len(vectors), 0), size


def test_wrong_frames_are_counted_and_the_next_good_one_is_taken():
    good = unhex(load()[0]["wire"])
    flipped = bytearray(good)
    flipped[10] ^= 4
    for wrong in (bytes(flipped), good[:-3] + b"\x00", b"\x55" * 5000 + b"\x00", b"\x01\x00"):
        decoder = wire.Decoder()
        assert len(decoder.feed(wrong + good)) == 1
        assert (decoder.good, decoder.bad) == (1, 1)


def test_a_stream_without_an_end_does_not_fill_the_memory():
    decoder = wire.Decoder()
    for _ in range(50):
        decoder.feed(b"\x55" * 1000)
    assert len(decoder._held) < wire.MAX_WIRE + 1000


def test_a_payload_that_is_too_long_is_not_built():
    assert refused(wire.body, wire.LOG, bytes(wire.MAX_PAYLOAD + 1))
    assert len(wire.seal(wire.body(wire.LOG, b"\x01" * wire.MAX_PAYLOAD))) <= wire.MAX_WIRE
