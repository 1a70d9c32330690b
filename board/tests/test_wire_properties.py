# Whatever the bytes: the wire format refuses or understands them, and never fails otherwise.

from hypothesis import given, settings
from hypothesis import strategies as st

from board import wire, wire_fxo
from board.mcu.link import cobs

data = st.binary(max_size=700) | st.lists(st.sampled_from([0, 1, 255]), max_size=700).map(bytes)


@given(data)
def test_stuffing_comes_back_and_has_no_zero(plain):
    stuffed = wire.cobs_encode(plain)
    assert 0 not in stuffed
    assert len(stuffed) <= len(plain) + 1 + len(plain) // 254
    assert wire.cobs_decode(stuffed) == plain


@given(data)
def test_the_boards_loops_on_cpython_equal_the_definition(plain):
    out = bytearray(1000)
    size = cobs.stuff(bytearray(plain), len(plain), out)
    assert bytes(out[:size]) == wire.cobs_encode(plain) + b"\x00"
    assert cobs.unstuff(out, size - 1) == len(plain)
    assert bytes(out[: len(plain)]) == plain


@given(data)
def test_unstuffing_refuses_what_the_definition_refuses(stuffed):
    stuffed = stuffed.replace(b"\x00", b"\x02")
    buffer = bytearray(stuffed)
    length = cobs.unstuff(buffer, len(buffer))
    try:
        plain = wire.cobs_decode(stuffed)
    except wire.WireError:
        assert length == -1
    else:
        assert bytes(buffer[:length]) == plain


@given(st.lists(st.tuples(*(st.integers(*r) for r in [(0, 255), (-128, 127), (0, 255), (0, 255)]))))
def test_a_report_of_lines_comes_back(lines):
    assert wire_fxo.parse_lines(wire_fxo.pack_lines(lines[:16])) == lines[:16]


@given(st.sampled_from(sorted(wire_fxo.EVENTS)), st.binary(min_size=4, max_size=4))
def test_an_event_of_a_line_comes_back(code, values):
    size = len(wire_fxo.EVENTS[code]) - 1
    payload = wire.pack_event(9, code, *values[:size])
    assert wire.parse_event(payload) == (9, code, tuple(values[:size]))


@given(st.lists(data, max_size=8), st.integers(1, 200))
@settings(max_examples=60)
def test_good_frames_survive_any_garbage_between_them(garbage, step):
    good = [wire.body(wire.LOG, wire.pack_log(1, str(number)), number) for number in range(3)]
    stream = b"".join(wire.seal(frame) + b"".join(garbage) + b"\x00" for frame in good)
    decoder = wire.Decoder()
    seen = []
    for at in range(0, len(stream), step):
        seen += decoder.feed(stream[at : at + step])
    assert [frame for frame in seen if frame in good] == good
