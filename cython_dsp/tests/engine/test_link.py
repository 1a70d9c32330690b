import pytest
from hypothesis import given
from hypothesis import strategies as st

from cython_dsp import reference
from cython_dsp.engine.kernels import Receiver, seal

BAD_COBS, BAD_CRC, OVERSIZE, TRUNCATED = -1, -2, -3, -4
bodies = st.binary(min_size=8, max_size=700) | st.integers(8, 1544).map(bytes)


@given(bodies)
def test_a_frame_is_sealed_as_defined(body):
    assert seal(body) == reference.seal(body)


@pytest.mark.parametrize("n", [8, 249, 250, 251, 253, 254, 255, 508, 509, 1544])
def test_long_runs_without_zero_are_sealed_as_defined(n):
    assert seal(b"\x01" * n) == reference.seal(b"\x01" * n)


@given(st.lists(bodies, max_size=6), st.integers(1, 900))
def test_what_is_sealed_arrives_however_it_is_cut(sent, piece):
    receiver = Receiver()
    wire = b"".join(map(seal, sent))
    got = [
        found for i in range(0, len(wire), piece) for found in receiver.feed(wire[i : i + piece])
    ]
    assert got == sent


@given(bodies, st.data())
def test_a_changed_byte_is_never_taken_for_a_frame(body, data):
    wire = bytearray(seal(body))
    wire[data.draw(st.integers(0, len(wire) - 2))] ^= data.draw(st.integers(1, 255))
    receiver = Receiver()
    assert body not in receiver.feed(bytes(wire))
    assert receiver.feed(b"\0" + seal(body))[-1] == body


@given(st.binary(max_size=6000))
def test_garbage_harms_nothing(garbage):
    receiver = Receiver()
    receiver.feed(garbage + b"\0")
    assert receiver.feed(seal(bytes(8))) == [bytes(8)]


@pytest.mark.parametrize(
    ("wire", "found"),
    [
        (reference.cobs_encode(bytes(11)) + b"\0", TRUNCATED),
        (reference.cobs_encode(bytes(12)) + b"\0", BAD_CRC),
        (b"\x05ab\0", BAD_COBS),
        (b"\x01" * 5000 + b"\0", OVERSIZE),
        (reference.seal(bytes(1545)), OVERSIZE),
    ],
)
def test_what_is_wrong_is_named(wire, found):
    assert Receiver().feed(wire) == [found]


def test_empty_frames_are_no_frames():
    assert Receiver().feed(b"\0\0\0") == []


def test_a_body_that_is_too_long_is_not_sealed():
    with pytest.raises(ValueError, match="too long"):
        seal(bytes(1545))
