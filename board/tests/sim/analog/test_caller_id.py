import ctypes
from ctypes import c_char_p, c_int, c_void_p
from dataclasses import replace

import numpy as np
import pytest

from board.sim import adsi
from board.sim.alaw import decode, encode, level_dbm0
from board.sim.analog.caller_id import (
    NONE,
    Caller,
    CallerIdStyle,
    Kind,
    Where,
    call_waiting,
    message,
    plan,
)
from board.sim.analog.impairments import amplitude, noise_for
from board.sim.spandsp import DtmfReceiver

CALLER = Caller("13800138000", "Zhang", time="11220930")
MDMF = CallerIdStyle()
DTMF = CallerIdStyle(Kind.DTMF, Where.NOTHING, level_dbm0=-10)


def heard(clip, standard=adsi.BELL202):
    """The messages that spandsp's caller ID receiver finds; after A-law, as a line carries it."""
    ear = adsi.AdsiReceiver(standard)
    ear.feed(np.concatenate([np.zeros(800, np.int16), decode(encode(clip)), np.zeros(800, "i2")]))
    ear.close()
    return ear.messages


def digits(clip):
    ear = DtmfReceiver()
    found = ear.feed(decode(encode(clip)))
    ear.close()
    return found


def fields(octets):
    found, at = {}, 2
    while at < len(octets):
        found[octets[at]] = octets[at + 2 : at + 2 + octets[at + 1]]
        at += 2 + octets[at + 1]
    return found


@pytest.mark.parametrize("standard", adsi.STANDARDS)
def test_mdmf_carries_number_and_time(standard):
    (found,) = heard(plan(replace(MDMF, standard=standard), CALLER).clip, standard)
    assert found[0] == 0x80
    assert fields(found) == {1: b"11220930", 2: b"13800138000"}


def test_mdmf_without_time_and_with_a_name_in_either_script():
    style = replace(MDMF, with_time=False, with_name=True)
    (found,) = heard(plan(style, replace(CALLER, name="张三")).clip)
    assert fields(found) == {2: b"13800138000", 7: "张三".encode("gb18030")}
    (found,) = heard(plan(style, CALLER).clip)
    assert fields(found)[7] == b"Zhang"


@pytest.mark.parametrize("standard", adsi.STANDARDS)
def test_sdmf_carries_time_and_number_in_one_string(standard):
    style = CallerIdStyle(Kind.FSK_SDMF, standard=standard)
    (found,) = heard(plan(style, CALLER).clip, standard)
    assert found == bytes([4, 19]) + b"1122093013800138000"


@pytest.mark.parametrize(("presentation", "letter"), [("private", b"P"), ("unavailable", b"O")])
def test_an_absent_number_has_its_letter(presentation, letter):
    caller = replace(CALLER, presentation=presentation)
    (found,) = heard(plan(replace(MDMF, with_name=True), caller).clip)
    assert fields(found) == {1: b"11220930", 4: letter, 8: letter}
    (found,) = heard(plan(CallerIdStyle(Kind.FSK_SDMF), caller).clip)
    assert found[2:] == b"11220930" + letter


def test_a_caller_without_a_number_is_not_available():
    (found,) = heard(plan(MDMF, replace(CALLER, number="")).clip)
    assert fields(found)[4] == b"O"
    assert digits(plan(DTMF, replace(CALLER, number="")).clip) == "B00C"


@pytest.mark.parametrize("kind", [Kind.FSK_SDMF, Kind.FSK_MDMF])
def test_a_wrong_checksum_is_wrong_and_spandsp_drops_the_message(kind):
    style = CallerIdStyle(kind, wrong_checksum=True)
    assert sum(message(style, CALLER)) % 256 == 1
    assert sum(message(replace(style, wrong_checksum=False), CALLER)) % 256 == 0
    assert heard(plan(style, CALLER).clip) == []


def spandsp_transmits(octets, standard):
    """The same message by spandsp's own ADSI transmitter; it adds the checksum."""
    library = ctypes.CDLL("libspandsp.so.2")
    library.adsi_tx_init.restype = c_void_p
    library.adsi_tx_init.argtypes = [c_void_p, c_int]
    library.adsi_tx_set_preamble.argtypes = [c_void_p] + [c_int] * 4
    library.adsi_tx_put_message.argtypes = [c_void_p, c_char_p, c_int]
    library.adsi_tx.argtypes = [c_void_p, c_void_p, c_int]
    library.adsi_tx_free.argtypes = [c_void_p]
    state = library.adsi_tx_init(None, {adsi.BELL202: 1, adsi.V23: 2}[standard])
    library.adsi_tx_set_preamble(state, 300, 180, 5, 1)
    assert library.adsi_tx_put_message(state, octets, len(octets)) == len(octets)
    samples = np.zeros(20_000, np.int16)
    made = library.adsi_tx(state, samples.ctypes.data, len(samples))
    library.adsi_tx_free(state)
    return samples[:made]


@pytest.mark.parametrize("standard", adsi.STANDARDS)
def test_our_framing_is_sample_for_sample_that_of_spandsps_transmitter(standard):
    octets = message(MDMF, CALLER)
    theirs = spandsp_transmits(octets[:-1], standard)
    ours = adsi.fsk(octets, standard, level_dbm0=-14.0)
    assert abs(len(ours) - len(theirs)) <= 1
    both = min(len(ours), len(theirs))
    assert both > 4500
    assert np.array_equal(ours[:both], theirs[:both])


@pytest.mark.parametrize("end", ["C", "#", ""])
@pytest.mark.parametrize("start", ["A", "B", "C", "D", "*", ""])
def test_dtmf_has_its_start_and_end_digits(start, end):
    style = replace(DTMF, start=start, end=end)
    assert digits(plan(style, CALLER).clip) == start + "13800138000" + end


@pytest.mark.parametrize(
    ("end", "presentation", "code"),
    [
        ("C", "private", "B10C"),
        ("C", "unavailable", "B00C"),
        ("#", "private", "D1#"),
        ("#", "unavailable", "D3#"),
        ("", "private", ""),
    ],
)
def test_an_absent_number_by_dtmf_has_its_code(end, presentation, code):
    style = replace(DTMF, end=end)
    assert digits(plan(style, replace(CALLER, presentation=presentation)).clip) == code


def test_fsk_comes_after_the_first_ring_and_ends_before_the_second():
    shown = plan(MDMF, CALLER)
    assert shown.after_first_ring
    assert 500 * 8 <= shown.clip_at <= 1500 * 8
    # GR-30-CORE: at least 200 ms before the second ring, with 4 s between the rings.
    assert shown.clip_at + len(shown.clip) < 3800 * 8
    assert (shown.first_ring, shown.reversed_ticks, shown.short_ring_ticks) == (0, None, None)


@pytest.mark.parametrize("where", [Where.NOTHING, Where.REVERSAL, Where.SHORT_RING])
@pytest.mark.parametrize("style", [MDMF, DTMF], ids=["fsk", "dtmf"])
def test_what_comes_before_the_first_ring_ends_before_it(style, where):
    shown = plan(replace(style, where=where), CALLER)
    assert not shown.after_first_ring
    assert 200 * 8 <= shown.first_ring - shown.clip_at - len(shown.clip) <= 500 * 8
    assert (shown.reversed_ticks is not None) == (where is Where.REVERSAL)
    assert (shown.short_ring_ticks is not None) == (where is Where.SHORT_RING)
    if shown.short_ring_ticks:
        begin, end = shown.short_ring_ticks
        assert 200 * 8 <= end - begin <= 300 * 8
        assert 500 * 8 <= shown.clip_at - end <= 800 * 8


def test_fsk_after_a_reversal_has_the_dual_tone_before_it():
    clip = plan(replace(MDMF, where=Where.REVERSAL, standard=adsi.V23), CALLER).clip
    assert len(heard(clip, adsi.V23)) == 1
    spectrum = np.abs(np.fft.rfft(clip[:800]))  # 10 Hz a bin
    assert sorted(np.argsort(spectrum)[-2:]) == [213, 275]
    assert level_dbm0(clip[:800]) == pytest.approx(-12, abs=0.3)  # two of -15


def test_type_two_has_silence_the_alert_and_data_without_seizure():
    clip = call_waiting(MDMF, CALLER)
    (found,) = heard(clip)
    assert fields(found)[2] == b"13800138000"
    assert not clip[:800].any()
    spectrum = np.abs(np.fft.rfft(clip[1200:2000]))
    assert sorted(np.argsort(spectrum)[-2:]) == [213, 275]
    assert not clip[2000:4000].any()
    mark = np.abs(np.fft.rfft(clip[4000:4400]))  # 20 Hz a bin: 1200 Hz, not 1700 on average
    assert np.argmax(mark) == 60


def test_none_is_nothing():
    shown = plan(NONE, CALLER)
    assert (len(shown.clip), shown.codes, shown.first_ring) == (0, b"", 0)


@pytest.mark.parametrize("keys", [{"start": "E"}, {"end": "D"}, {"standard": "v21"}])
def test_what_no_exchange_uses_is_refused(keys):
    with pytest.raises(ValueError, match=r"digit|standard"):
        CallerIdStyle(**keys)


@pytest.mark.parametrize("standard", adsi.STANDARDS)
def test_levels_are_as_asked(standard):
    for level in (-13.5, -30.0):
        clip = plan(replace(MDMF, standard=standard, level_dbm0=level), CALLER).clip
        assert level_dbm0(clip) == pytest.approx(level, abs=0.1)


@pytest.mark.parametrize("standard", adsi.STANDARDS)
def test_spandsp_hears_every_message_at_20_db_over_noise(standard):
    clip = plan(replace(MDMF, standard=standard), CALLER).clip
    random = np.random.default_rng(4)
    rms = amplitude(noise_for(-13.5, 20.0))
    right = 0
    for _ in range(100):
        noisy = clip + rms * random.standard_normal(len(clip))
        right += len(heard(noisy.astype(np.int16), standard))
    assert right == 100
