"""The FSK receiver: messages built bit by bit, whatever a line does to them, and what is none."""

import ctypes
import ctypes.util

import numpy as np
import pytest

from cython_dsp.line_rx import CallerIdReceiver
from cython_dsp.tests.line.fsk import (
    BELL_202,
    MDMF,
    V23,
    bits,
    heard,
    message,
    missed,
    modulate,
    on_line,
    some_message,
)
from cython_dsp.tests.tones.signals import music_like, speech_like

BOTH = pytest.mark.parametrize("standard", [BELL_202, V23])
DATE = b"\x01\x0811221530"


def send(octets, standard=BELL_202, **frame):
    return on_line(modulate(bits(octets, **frame), standard))


def told(octets, standard=BELL_202):
    """What is found when these octets were sent: without their checksum."""
    return bytes((standard,)) + octets[:-1]


@BOTH
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (0x04, b"1122153013800138000"),  # SDMF: date, number
        (0x04, b"11221530P"),  # private
        (0x04, b"11221530O"),  # out of area
        (0x80, MDMF),
        (0x80, DATE + b"\x04\x01P"),
        (0x80, DATE + b"\x04\x01O\x07\x05Zhang"),
        (0x82, b"\x0b\x01\xff"),  # message waiting
        (0x80, bytes(range(255))),  # the longest
        (0x06, b"\xff"),  # the shortest
    ],
)
def test_a_message_is_heard_with_its_standard(standard, kind, payload):
    sent = message(kind, payload)
    assert heard(send(sent, standard)) == [told(sent, standard)]


@BOTH
def test_messages_are_heard_at_20_db_with_all_levels_twists_and_offsets(standard):
    lost = missed(2, levels=(-10, -40))
    assert sum(n for (kind, _), n in lost.items() if kind == standard) == 0


@BOTH
@pytest.mark.parametrize(
    "frame",
    [
        {"seizure": 0, "marks": 80},  # call waiting
        {"seizure": 0, "marks": 25},
        {"stops": 2},
        {"stops": 10},  # as much mark between characters as GR-30 allows
        {"after": 1},
    ],
)
def test_frames_may_differ(standard, frame):
    sent = message(0x80, MDMF)
    assert heard(send(sent, standard, **frame)) == [told(sent, standard)]


@pytest.mark.parametrize("baud", [1188, 1212])
def test_the_bit_rate_may_be_off_by_a_hundredth(baud):
    sent = message(0x80, MDMF)
    assert heard(on_line(modulate(bits(sent), baud=baud))) == [told(sent)]


def test_hum_and_a_direct_voltage_do_no_harm():
    sent = message(0x80, MDMF)
    x = modulate(bits(sent), V23, level=-25)
    hum = 6000 * np.sin(2 * np.pi * 50 / 8000 * np.arange(len(x)))
    assert heard(on_line(x + hum + 2000)) == [told(sent, V23)]


@pytest.mark.parametrize("wrong", [1, 128, 255])
def test_a_wrong_checksum_is_no_message(wrong):
    assert heard(send(message(0x80, MDMF, wrong))) == []


@pytest.mark.parametrize("kind", [0x00, 0x05, 0x55, 0x81, 0xFF])
def test_a_type_that_does_not_exist_is_no_message(kind):
    assert heard(send(message(kind, b"13800138000"))) == []


def test_a_message_of_nothing_is_none():
    assert heard(send(message(0x80, b""))) == []


def test_a_message_cut_in_the_middle_does_not_spoil_the_next():
    line_bits = bits(message(0x80, MDMF))
    sent = message(0x04, b"112215305551234")
    cut = on_line(modulate(line_bits[: len(line_bits) - 60]))
    assert heard(cut) == []
    assert heard(np.concatenate([cut, send(sent)])) == [told(sent)]


def test_two_messages_follow_one_another():
    first, second = message(0x80, MDMF), message(0x82, b"\x0b\x01\xff")
    apart = np.concatenate([send(first), send(second, V23)])
    assert heard(apart) == [told(first), told(second, V23)]
    at_once = bits(first, after=0) + bits(second, seizure=0, marks=0)
    assert heard(on_line(modulate(at_once))) == [told(first), told(second)]


def test_a_message_right_behind_speech_is_heard():
    sent = message(0x80, MDMF)
    assert heard(np.concatenate([speech_like(7, 2), send(sent)])) == [told(sent)]


def test_one_flipped_bit_is_no_message():
    rng = np.random.default_rng(2)
    for _ in range(60):
        line_bits = bits(some_message(rng))
        line_bits[rng.integers(480, len(line_bits) - 10)] ^= 1
        assert heard(on_line(modulate(line_bits, int(rng.integers(1, 3))))) == []


def test_random_bits_behind_a_mark_are_no_message():
    rng = np.random.default_rng(3)
    for _ in range(60):
        line_bits = [1] * 60 + list(rng.integers(0, 2, 600))
        assert heard(on_line(modulate(line_bits, int(rng.integers(1, 3))))) == []


@pytest.mark.parametrize("seed", range(3))
def test_noise_speech_and_music_are_no_message(seed):
    rng = np.random.default_rng(seed)
    noise = np.clip(rng.normal(0, 10 ** rng.uniform(2, 4.5), 80_000), -32768, 32767)
    for pcm in (noise.astype(np.int16), speech_like(seed, 10), music_like(seed, 10)):
        assert heard(pcm) == []


def test_the_loudest_and_the_strangest_samples_are_taken():
    extremes = np.tile(np.array([-32768, 32767, 0, -1], np.int16), 2000)
    assert heard(extremes) == []
    assert heard(np.full(8000, -32768, np.int16)) == []


def test_only_whole_blocks_are_taken():
    with pytest.raises(ValueError, match="whole blocks"):
        CallerIdReceiver().take(np.zeros(41, np.int16))


@pytest.mark.parametrize(("standard", "adsi"), [(BELL_202, 1), (V23, 2)])
@pytest.mark.parametrize("payload", [MDMF, DATE + b"\x04\x01P"])
def test_what_spandsp_sends_is_heard(standard, adsi, payload):
    spandsp = ctypes.CDLL(ctypes.util.find_library("spandsp"))
    state = ctypes.c_void_p
    spandsp.adsi_tx_init.restype = state
    spandsp.adsi_tx_init.argtypes = [state, ctypes.c_int]
    spandsp.adsi_tx_put_message.argtypes = [state, ctypes.c_char_p, ctypes.c_int]
    spandsp.adsi_tx.argtypes = [state, state, ctypes.c_int]
    spandsp.adsi_tx_free.argtypes = [state]
    sender = spandsp.adsi_tx_init(None, adsi)
    sent = message(0x80, payload)
    spandsp.adsi_tx_put_message(sender, sent[:-1], len(sent) - 1)
    pcm = np.zeros(16000, np.int16)
    spandsp.adsi_tx(sender, pcm.ctypes.data, len(pcm))
    spandsp.adsi_tx_free(sender)
    assert heard(pcm) == [told(sent, standard)]
