import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cython_dsp import bench_room, reference, room

PARTIES = st.integers(2, room.PARTIES_MAX)
SAMPLES = st.sampled_from([0, 1, 7, 40, 159, 160, 161, 480])


def said(kind):
    return st.tuples(PARTIES, SAMPLES).flatmap(lambda shape: arrays(kind, shape))


@given(said(np.int16))
def test_each_party_hears_the_sum_of_all_the_others(pcm):
    np.testing.assert_array_equal(room.pcm(pcm), reference.room(pcm))


@given(said(np.uint8))
def test_a_room_of_alaw_is_decoded_mixed_and_encoded(codes):
    pcm = reference.alaw_decode(codes)
    np.testing.assert_array_equal(room.alaw(codes), reference.alaw_encode(reference.room(pcm)))


def test_the_loudest_room_saturates_and_nobody_hears_himself():
    pcm = np.full((room.PARTIES_MAX, 200), 32767, np.int16)
    pcm[0] = -32768
    heard = room.pcm(pcm)
    assert set(heard.ravel()) == {32767}
    assert set(room.pcm(pcm[:2]).ravel()) == {32767, -32768}


def test_two_parties_hear_each_other_bit_by_bit():
    codes = np.tile(np.arange(256, dtype=np.uint8), (2, 1))
    codes[1] = codes[1, ::-1]
    np.testing.assert_array_equal(room.alaw(codes), codes[::-1])


def test_a_silent_listener_changes_nothing_for_the_others():
    rng = np.random.default_rng(1)
    pcm = rng.integers(-30000, 30000, (3, 400), np.int16)
    pcm[2] = 0
    np.testing.assert_array_equal(room.pcm(pcm)[:2], room.pcm(pcm[:2]))


def test_the_room_agrees_with_spandsp():
    assert bench_room.agree()


@pytest.mark.parametrize(
    ("law", "array"),
    [
        ("pcm", np.zeros((2, 40), np.uint8)),
        ("pcm", np.zeros((1, 40), np.int16)),
        ("pcm", np.zeros((65, 40), np.int16)),
        ("pcm", np.zeros(40, np.int16)),
        ("alaw", np.zeros((2, 40), np.int16)),
        ("alaw", np.zeros((2, 2, 40), np.uint8)),
        ("alaw", b"words"),
    ],
)
def test_what_is_no_room_is_refused(law, array):
    with pytest.raises(ValueError, match=r"of shape \(2 to 64, n\) is wanted"):
        getattr(room, law)(array)
