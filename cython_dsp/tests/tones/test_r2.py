"""R2 signals: by their definition, by the limits of Q.455, and by spandsp."""

import ctypes
import ctypes.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cython_dsp import r2, reference_r2
from cython_dsp.tests.door import pointer
from cython_dsp.tests.line.fsk import on_line
from cython_dsp.tests.tones.signals import between_silence, noise_at, to_pcm

ALL = list(range(1, 16))
BOTH = pytest.mark.parametrize("backward", [False, True])
CODES = dict(zip(ALL, "1234567890BCDEF", strict=True))  # of spandsp


def signal(pair, ms=60, level=-11.5, twist=0.0, offset=0.0):
    """Float samples; twist in dB of the second frequency over the first, offset in Hz."""
    t = np.arange(round(ms * 8)) / 8000
    levels = (level, level + twist)
    return sum(
        22827.0 * 10 ** (db / 20) * np.sin(2 * np.pi * (hz + offset) * t + 1)
        for hz, db in zip(pair, levels, strict=True)
    )


def heard(pcm, *, backward=False):
    pcm = pcm[: len(pcm) // 40 * 40].astype(np.int16)
    return [change.signal for change in r2.Receiver(backward=backward).pcm(pcm)]


def assert_equal_to_definition(pcm, *, backward):
    pcm = pcm[: len(pcm) // 40 * 40]
    wanted = [(one, 40 * hop + 40) for hop, one in reference_r2.signals(pcm, backward=backward)]
    assert r2.Receiver(backward=backward).pcm(pcm) == wanted


@BOTH
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 15), max_size=5),
    st.floats(5, 80),
    st.floats(0, 80),
    st.floats(-45, -5),
    st.floats(0, 30),
)
def test_it_equals_its_definition(backward, signals, on_ms, off_ms, level, snr_db):
    x = r2.tones(signals, on_ms, off_ms, backward=backward, level_dbm0=level).astype(float)
    hiss = noise_at(np.random.default_rng(7), x, snr_db, len(x)) if len(x) else x
    assert_equal_to_definition(between_silence(x + hiss), backward=backward)


@BOTH
@settings(max_examples=30, deadline=None)
@given(arrays(np.int16, 400), st.integers(1, 20))
def test_any_samples_equal_their_definition(backward, pcm, times):
    assert_equal_to_definition(np.tile(pcm, times), backward=backward)


@BOTH
@pytest.mark.parametrize("level", [-35, -11.5, -5])
@pytest.mark.parametrize("twist", [-7, 0, 7])
@pytest.mark.parametrize("offset", [-10, 0, 10])
def test_all_are_heard_at_the_limits_of_q_455(backward, level, twist, offset):
    """Each frequency of -35 to -5 dBm0, 7 dB apart, 10 Hz off."""
    louder = level + abs(twist) if level == -35 else level
    first = louder if twist < 0 else louder - twist
    frequencies = r2.BACKWARD if backward else r2.FORWARD
    found = []
    for b in range(1, 6):
        for a in range(b):
            pair = frequencies[a], frequencies[b]
            found += heard(on_line(signal(pair, 60, first, twist, offset)), backward=backward)
    assert found == [x for one in ALL for x in (one, 0)]


@BOTH
def test_it_is_as_quick_as_q_455_wants(backward):
    """Recognition and release together take 80 ms at most, whenever in a hop it begins."""
    for late in range(0, 40, 3):
        pcm = between_silence(r2.tones(ALL, 60, 60, backward=backward), 800 + late, 1600)
        changes = r2.Receiver(backward=backward).pcm(pcm[: len(pcm) // 40 * 40])
        assert [one.signal for one in changes] == [x for one in ALL for x in (one, 0)]
        for k in range(15):
            begun = 800 + late + 960 * k
            operate, release = changes[2 * k].at - begun, changes[2 * k + 1].at - begun - 480
            assert 0 < operate <= 8 * 35
            assert 0 < release <= 8 * 35


@BOTH
def test_noise_15_db_below_does_not_hinder(backward):
    for seed in range(10):
        x = r2.tones(ALL, 60, 60, backward=backward).astype(float)
        pcm = on_line(x, np.random.default_rng(seed), 15)
        assert heard(pcm, backward=backward) == [x for one in ALL for x in (one, 0)]


def test_a_loss_of_7_ms_does_not_end_a_signal():
    for at in range(300, 340, 3):
        x = signal((1380, 1500), 100)
        x[at : at + 56] = 0
        assert heard(on_line(x)) == [1, 0]


@pytest.mark.parametrize(
    "x",
    [
        signal((1380, 1500), level=-42.5),
        signal((1380, 1500), twist=-20),
        signal((1380, 1500), ms=7),
        signal((1380, 1440)),
        signal((1140, 1020)),  # backward
        signal((1380, 1380)),  # one only
        signal((1380, 1500)) + signal((1620, 1620), level=-17.5),  # three
        signal((1320, 1560)),
        signal((697, 1209)),  # DTMF
        np.random.default_rng(1).normal(0, 2000, 80_000),
    ],
)
def test_what_is_no_signal_is_not_heard(x):
    assert heard(on_line(x)) == []


@BOTH
def test_it_is_heard_alike_in_pieces(backward):
    pcm = r2.tones(ALL, 60, 60, backward=backward)
    receiver = r2.Receiver(backward=backward)
    pieces = [one for at in range(0, len(pcm), 120) for one in receiver.pcm(pcm[at : at + 120])]
    assert pieces == r2.Receiver(backward=backward).pcm(pcm)
    assert receiver.samples == len(pcm)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: r2.tones([16], 60, 60), "a signal is 1 to 15, not 16"),
        (lambda: r2.tones([1], 0, 60), "on_ms is 1 to 10000"),
        (lambda: r2.tones([1], 60, 60, level_dbm0=0), "level_dbm0 is -60 to -3"),
        (lambda: r2.Receiver().pcm(np.zeros(41, np.int16)), "int16 of shape"),
        (lambda: r2.Receiver().pcm(np.zeros(40)), "is wanted, not float64"),
    ],
)
def test_what_cannot_be_is_refused(work, words):
    with pytest.raises(ValueError, match=words):
        work()


@pytest.fixture(scope="module")
def spandsp():
    library = ctypes.CDLL(ctypes.util.find_library("spandsp"))
    state, samples = ctypes.c_void_p, ctypes.POINTER(ctypes.c_int16)
    library.r2_mf_tx_init.restype = library.r2_mf_rx_init.restype = state
    library.r2_mf_tx_init.argtypes = [state, ctypes.c_int]
    library.r2_mf_rx_init.argtypes = [state, ctypes.c_int, state, state]
    library.r2_mf_tx_put.argtypes = [state, ctypes.c_char]
    library.r2_mf_tx.argtypes = library.r2_mf_rx.argtypes = [state, samples, ctypes.c_int]
    library.r2_mf_rx_get.argtypes = [state]
    library.r2_mf_tx_free.argtypes = library.r2_mf_rx_free.argtypes = [state]
    return library


@BOTH
@pytest.mark.parametrize("number", ALL)
def test_we_hear_spandsp_and_spandsp_hears_us(spandsp, backward, number):
    code = CODES[number].encode()
    sender = spandsp.r2_mf_tx_init(None, int(not backward))
    spandsp.r2_mf_tx_put(sender, code)
    pcm = np.zeros(800, np.int16)
    spandsp.r2_mf_tx(sender, pointer(pcm), len(pcm))
    spandsp.r2_mf_tx_free(sender)
    assert heard(pcm, backward=backward) == [number]
    ours = to_pcm(r2.tones([number], 100, 0, backward=backward).astype(float))
    receiver = spandsp.r2_mf_rx_init(None, int(not backward), None, None)
    spandsp.r2_mf_rx(receiver, pointer(ours), len(ours))
    assert spandsp.r2_mf_rx_get(receiver) == code[0]
    spandsp.r2_mf_rx_free(receiver)
