"""CNG, CED and the preamble of V.21: by their definition, by T.30's limits, and by spandsp."""

import ctypes
import ctypes.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cython_dsp import dtmf, fax, fax_rx, reference_fax, tones
from cython_dsp.tests.door import pointer
from cython_dsp.tests.line.fsk import modulate, on_line
from cython_dsp.tests.line.modems import answering
from cython_dsp.tests.tones.signals import music_like, noise_at, speech_like, to_pcm

FLAGS = [0, 1, 1, 1, 1, 1, 1, 0] * 38  # 1 s
KINDS = pytest.mark.parametrize("name", fax.NAMES)
SECONDS = {"CNG": 4, "CED": 2, "V.21": 1}
TYPES = {"CNG": 1, "CED": 2, "V.21": 6}  # MODEM_CONNECT_TONES_* of spandsp


def heard(pcm):
    """Names of the tones in so many whole blocks."""
    return [one.name for one in fax.Receiver().pcm(pcm[: len(pcm) // 40 * 40].astype(np.int16))]


def preamble(level=-13.0, baud=300.0, offset=0.0, bits=FLAGS):
    """Float samples by the modulator of caller ID: mark 1650, space 1850 Hz, offset in Hz."""
    n = int(len(bits) * 8000 / baud)
    bit = np.array(bits)[np.minimum((np.arange(n) * baud / 8000).astype(int), len(bits) - 1)]
    hertz = np.where(bit, 1650, 1850) + offset
    return 22827.0 * 10 ** (level / 20) * np.sin(2 * np.pi * np.cumsum(hertz) / 8000)


def calling(hertz=1100.0, on=0.5, off=3.0, level=-13.0, times=2):
    t = np.arange(round(times * (on + off) * 8000)) / 8000
    wave = 22827.0 * 10 ** (level / 20) * np.sin(2 * np.pi * hertz * t)
    return np.where(t % (on + off) < on, wave, 0)


def assert_equal_to_definition(pcm):
    found, wanted = fax_rx.Listener().take(pcm), reference_fax.finds(pcm)
    assert [one[:2] for one in found] == [one[:2] for one in wanted]
    for one, plain in zip(found, wanted, strict=True):
        assert one[2:] == pytest.approx(plain[2:], abs=0.05)


@settings(max_examples=60, deadline=None)
@given(st.floats(2050, 2150), st.floats(-44, 0), st.floats(0.9, 3), st.integers(0, 400))
def test_ced_equals_its_definition(hertz, level, seconds, late):
    x = answering(seconds, hertz, level)
    hiss = noise_at(np.random.default_rng(late), x, 20, late + len(x) + 400)
    pcm = to_pcm(np.concatenate([np.zeros(late), x, np.zeros(400)]) + hiss)
    assert_equal_to_definition(pcm[: len(pcm) // 40 * 40])


@settings(max_examples=60, deadline=None)
@given(st.floats(-40, 0), st.floats(-30, 30), st.integers(0, 400), st.integers(0, 1 << 60))
def test_a_preamble_equals_its_definition(level, offset, late, frame):
    bits = FLAGS + [frame >> i & 1 for i in range(60)] + FLAGS[:120]
    x = preamble(level, offset=offset, bits=bits)
    hiss = noise_at(np.random.default_rng(late), x, 30, late + len(x) + 400)
    pcm = to_pcm(np.concatenate([np.zeros(late), x, np.zeros(400)]) + hiss)
    assert_equal_to_definition(pcm[: len(pcm) // 40 * 40])


@settings(max_examples=30, deadline=None)
@given(arrays(np.int16, 400), st.integers(1, 20))
def test_any_samples_equal_their_definition(pcm, times):
    assert_equal_to_definition(np.tile(pcm, times))


@KINDS
@pytest.mark.parametrize("level", [-38, -25, 0])
def test_what_is_made_is_heard_as_what_it_is(name, level):
    (one,) = fax.Receiver().pcm(fax.generate(name, SECONDS[name], level))
    assert one.name == name
    assert one.level == pytest.approx(level, abs=0.6)
    assert 0 <= one.start < 200 < one.end
    wanted = {"CNG": (1100,), "CED": (2100,), "V.21": (1650, 1850)}[name]
    assert one.frequencies == pytest.approx(wanted, abs=2)


def test_each_is_told_once_for_each_time_and_alike_in_pieces():
    call = [fax.generate(name, seconds) for name, seconds in (("CNG", 10.5), ("CED", 3))]
    quiet = np.zeros(600, np.int16)
    whole = np.concatenate([*call, quiet, fax.generate("V.21", 1), quiet, fax.generate("V.21", 1)])
    receiver, pieces = fax.Receiver(), []
    for at in range(0, len(whole), 200):
        pieces += receiver.pcm(whole[at : at + 200])
    assert [one.name for one in pieces] == ["CNG", "CED", "V.21", "V.21"]
    assert pieces == fax.Receiver().pcm(whole)


@pytest.mark.parametrize("hertz", [1062, 1100, 1138])
@pytest.mark.parametrize(("on", "off"), [(0.425, 2.55), (0.5, 3), (0.575, 3.45)])
def test_cng_may_be_as_far_off_as_t_30_allows(hertz, on, off):
    for level in (-38, -15):
        assert heard(on_line(calling(hertz, on, off, level), after=16000)) == ["CNG"]


@pytest.mark.parametrize("hertz", [2085, 2100, 2115])
@pytest.mark.parametrize(("turn", "ringing"), [(0, 0), (180, 0), (0, 0.2), (180, 0.2)])
def test_ced_is_heard_with_reversals_and_modulation_of_v_8(hertz, turn, ringing):
    for level in (-43, -15):
        x = answering(2.6, hertz, level, turn=turn, ringing=ringing)
        assert heard(on_line(x)) == ["CED"]


@pytest.mark.parametrize("offset", [-12, 0, 12])  # 6 Hz of V.21, 6 Hz of the line
@pytest.mark.parametrize("level", [-40, -15])
@pytest.mark.parametrize("bits", [FLAGS[:240], FLAGS])
def test_a_preamble_is_heard_with_noise_20_db_below(offset, level, bits):
    for seed in range(10):
        x = preamble(level, offset=offset, bits=bits)
        assert heard(on_line(x, np.random.default_rng(seed), 20)) == ["V.21"]


@pytest.mark.parametrize(
    "x",
    [
        calling(1020),
        calling(1180),
        calling(on=0.3),
        calling(on=0.7),
        calling(on=9, off=1),
        answering(0.9),
        answering(3, hertz=2060, turn=0),
        answering(3, hertz=2140, turn=0),
        answering(3, hertz=2225, turn=0),
        preamble(baud=200),
        preamble(baud=450),
        preamble(offset=-670),  # channel 1
        preamble(bits=[0, 1] * 150),
        preamble(bits=FLAGS[:56]),
        preamble(level=-50),
        modulate([1, 0] * 600),
    ],
)
def test_what_is_another_tone_is_not_heard(x):
    assert heard(on_line(x, after=32000)) == []


def test_bursts_of_1100_hz_with_short_pauses_are_no_cng():
    assert heard(on_line(calling(off=1.0, times=8), after=8000)) == []


@pytest.mark.parametrize("seed", range(4))
def test_minutes_of_speech_and_music_digits_and_progress_tones_are_no_fax(seed):
    digits = to_pcm(np.tile(dtmf.tones("0123456789*#ABCD", 80, 40), 8))
    busy = tones.generate(tones.countries()[seed], "busy", 20)
    for pcm in (speech_like(seed, 60), music_like(seed, 60), digits, busy):
        assert heard(pcm) == []


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: fax.generate("ANS", 1), "no fax tone 'ANS' is known, only CNG, CED, V.21"),
        (lambda: fax.generate("CNG", -1), "seconds are 0 to 3600"),
        (lambda: fax.generate("CNG", 1, float("nan")), "level_dbm0 is -60 to 3"),
        (lambda: fax.Receiver().pcm(np.zeros(41, np.int16)), "int16 of shape"),
        (lambda: fax.Receiver().pcm(np.zeros(40)), "is wanted, not float64"),
        (lambda: fax_rx.Listener().take(np.zeros(41, np.int16)), "whole blocks"),
    ],
)
def test_what_cannot_be_is_refused(work, words):
    with pytest.raises(ValueError, match=words):
        work()


@pytest.fixture(scope="module")
def spandsp():
    library = ctypes.CDLL(ctypes.util.find_library("spandsp"))
    state, samples = ctypes.c_void_p, ctypes.POINTER(ctypes.c_int16)
    for side, types in (("tx", [state, ctypes.c_int]), ("rx", [state, ctypes.c_int, state, state])):
        init = getattr(library, f"modem_connect_tones_{side}_init")
        init.restype, init.argtypes = state, types
        getattr(library, f"modem_connect_tones_{side}").argtypes = [state, samples, ctypes.c_int]
        getattr(library, f"modem_connect_tones_{side}_free").argtypes = [state]
    library.modem_connect_tones_rx_get.argtypes = [state]
    return library


@KINDS
def test_spandsp_hears_us(spandsp, name):
    pcm = fax.generate(name, SECONDS[name], -13)
    receiver = spandsp.modem_connect_tones_rx_init(None, TYPES[name], None, None)
    spandsp.modem_connect_tones_rx(receiver, pointer(pcm), len(pcm))
    assert spandsp.modem_connect_tones_rx_get(receiver) == TYPES[name]
    spandsp.modem_connect_tones_rx_free(receiver)


@pytest.mark.parametrize(("kind", "name"), [(1, "CNG"), (2, "CED"), (3, "CED"), (5, "CED")])
def test_we_hear_spandsp(spandsp, kind, name):
    sender = spandsp.modem_connect_tones_tx_init(None, kind)
    pcm = np.zeros(40000, np.int16)
    spandsp.modem_connect_tones_tx(sender, pointer(pcm), len(pcm))
    spandsp.modem_connect_tones_tx_free(sender)
    assert heard(pcm) == [name]
