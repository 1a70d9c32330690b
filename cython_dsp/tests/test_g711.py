import numpy as np
import pytest

from cython_dsp import g711, reference

EVERY_SAMPLE = np.arange(-32768, 32768).astype("<i2")
EVERY_CODE = np.arange(256, dtype=np.uint8)


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_every_sample_is_encoded_as_the_recommendation_says(law):
    codes = getattr(g711, f"{law}_encode")(EVERY_SAMPLE.tobytes())
    np.testing.assert_array_equal(
        np.frombuffer(codes, np.uint8), getattr(reference, f"{law}_encode")(EVERY_SAMPLE)
    )


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_every_code_is_decoded_as_the_recommendation_says(law):
    pcm = getattr(g711, f"{law}_decode")(EVERY_CODE.tobytes())
    np.testing.assert_array_equal(
        np.frombuffer(pcm, "<i2"), getattr(reference, f"{law}_decode")(EVERY_CODE)
    )


def test_values_of_the_tables():
    assert np.frombuffer(g711.alaw_decode(b"\xd5\x55\xaa\x2a"), "<i2").tolist() == [
        8,
        -8,
        32256,
        -32256,
    ]
    assert np.frombuffer(g711.ulaw_decode(b"\xff\x7f\x80\x00"), "<i2").tolist() == [
        0,
        0,
        32124,
        -32124,
    ]


def test_an_alaw_code_survives_decoding_and_encoding():
    assert g711.alaw_encode(g711.alaw_decode(EVERY_CODE.tobytes())) == EVERY_CODE.tobytes()


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError, match="even"):
        g711.alaw_encode(b"\0\0\0")


def test_nothing_gives_nothing():
    assert g711.alaw_encode(b"") == g711.ulaw_decode(b"") == b""


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
@pytest.mark.parametrize("shape", [(65536,), (256, 256), (2, 8, 4096), (1, 65536)])
def test_arrays_of_any_shape_are_the_same_codes(law, shape):
    samples = EVERY_SAMPLE.reshape(shape)
    codes = g711.encode(samples, law)
    assert codes.shape == g711.decode(codes, law).shape == shape
    assert codes.tobytes() == getattr(g711, f"{law}_encode")(EVERY_SAMPLE.tobytes())
    assert g711.decode(codes, law).tobytes() == getattr(g711, f"{law}_decode")(codes.tobytes())


@pytest.mark.parametrize("n", [0, 1, 7, 31, 33, 40, 100])
def test_every_length_is_done_whole(n):
    for at in range(0, 65536 - n, 4099):
        some = EVERY_SAMPLE[at : at + n]
        np.testing.assert_array_equal(g711.encode(some), reference.alaw_encode(some))


def test_columns_are_taken_as_they_are():
    grid = EVERY_CODE.reshape(16, 16)
    np.testing.assert_array_equal(g711.decode(grid.T), g711.decode(grid).T)


@pytest.mark.parametrize(
    ("work", "array", "law", "words"),
    [
        (g711.decode, EVERY_SAMPLE, "alaw", "uint8 is wanted, not int16"),
        (g711.encode, EVERY_CODE, "ulaw", "int16 is wanted, not uint8"),
        (g711.encode, EVERY_SAMPLE.astype(float), "alaw", "int16 is wanted, not float64"),
        (g711.decode, EVERY_CODE, "blaw", "the law is alaw or ulaw, not blaw"),
    ],
)
def test_other_types_and_laws_are_refused(work, array, law, words):
    with pytest.raises(ValueError, match=words):
        work(array, law)
