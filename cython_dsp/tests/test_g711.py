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
