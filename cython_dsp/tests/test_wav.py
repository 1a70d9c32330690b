import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cython_dsp import g711, wav
from cython_dsp.tests.riff import chunk, extensible, form, pcm, riff
from cython_dsp.wav import Coding, Problem, WavError

LEFT, RIGHT = np.array([0, 1000, -32768]), np.array([5, -1000, 32767])
STEREO = np.stack([LEFT, RIGHT], axis=1)


def problem_of(data):
    with pytest.raises(WavError) as caught:
        wav.read(data)
    return caught.value.problem


def test_pcm_is_read_frame_by_frame():
    wave = wav.read(riff(form(channels=2, rate=16000), chunk(b"data", pcm(STEREO))))
    assert (wave.coding, wave.channels, wave.rate) == (Coding.PCM, 2, 16000)
    assert wave.seconds == 3 / 16000
    np.testing.assert_array_equal(wave.samples(), STEREO)


@pytest.mark.parametrize(("number", "law"), [(6, "alaw"), (7, "ulaw")])
def test_g711_is_decoded(number, law):
    codes = bytes(range(256))
    wave = wav.read(riff(form(number, bits=8, extra=b"\0\0"), chunk(b"data", codes)))
    assert (wave.coding, wave.seconds) == (law, 256 / 8000)
    assert wave.samples().tobytes() == getattr(g711, f"{law}_decode")(codes)


def test_other_chunks_and_the_extensible_form_are_understood():
    data = riff(chunk(b"LIST", b"odd"), extensible(6, bits=8), chunk(b"data", b"\xd5"))
    assert wav.read(data).samples().tolist() == [[8]]


def test_a_streamed_file_is_read_to_its_end():
    data = b"RIFF" + b"\xff" * 4 + b"WAVE" + form() + b"data" + b"\xff" * 4 + pcm(LEFT) + b"\1"
    assert wav.read(data).samples()[:, 0].tolist() == LEFT.tolist()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", Problem.NOT_AUDIO),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), Problem.NOT_AUDIO),
        (b"ID3" + bytes(100), Problem.NOT_AUDIO),
        (b"RIFF\0\0\0\0AVI " + bytes(100), Problem.NOT_AUDIO),
        (riff(), Problem.NOT_AUDIO),
        (riff(chunk(b"data", bytes(8000))), Problem.NOT_AUDIO),
        (riff(form()), Problem.EMPTY),
        (riff(form(), chunk(b"data", b"")), Problem.EMPTY),
        (riff(form(), chunk(b"data", b"\1")), Problem.EMPTY),
        (riff(form(channels=2), chunk(b"data", b"\1\1\1")), Problem.EMPTY),
        (riff(form(), chunk(b"data", bytes(8000)))[:-100], Problem.INCOMPLETE),
        (riff(chunk(b"fmt ", b"\1\0")), Problem.INCOMPLETE),
        (riff(form())[:-4], Problem.INCOMPLETE),
        (riff(form(bits=24), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(3, bits=32), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(0x55), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(0xFFFE), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(channels=6), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(channels=0), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(rate=0), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(rate=96000), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
        (riff(form(rate=7999), chunk(b"data", bytes(9000))), Problem.UNSUPPORTED),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data, problem):
    assert problem_of(data) is problem


def test_every_reason_is_a_sentence():
    assert all(str(WavError(problem)).endswith(".") for problem in Problem)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data):
    for start in (b"", b"RIFF\0\0\0\0WAVE", riff(form())):
        with suppress(WavError):
            assert wav.read(start + data).samples().size


@given(st.data())
def test_a_damaged_header_is_refused_or_still_a_sound(data):
    whole = bytearray(riff(form(), chunk(b"data", bytes(400))))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, 43))] = data.draw(st.integers(0, 255))
    with suppress(WavError):
        assert 0 < wav.read(whole).samples().size <= 400


def test_a_million_empty_chunks_cost_neither_time_nor_memory():
    data = riff(form()) + chunk(b"LIST", b"") * 1_000_000
    tracemalloc.start()
    assert problem_of(data) is Problem.EMPTY
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


def test_what_is_written_with_the_header_is_read_again():
    wave = wav.read(wav.header(2, 3, 8000) + pcm(STEREO))
    assert (wave.coding, wave.rate) == (Coding.PCM, 8000)
    np.testing.assert_array_equal(wave.samples(), STEREO)


def test_more_than_4_gb_are_not_written():
    with pytest.raises(ValueError, match="4 GB"):
        wav.header(2, 1 << 30, 8000)
