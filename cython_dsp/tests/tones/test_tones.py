import numpy as np
import pytest

from cython_dsp import dtmf
from cython_dsp import reference_tones as reference
from cython_dsp.tests.door import ToneSender, tone_table

ZONES = ("CN", "US", "GB", "TW", "HK", "SG", "MY", "DE", "FR", "JP", "AU", "IN")
NAMES = (
    "dial",
    "ringback",
    "busy",
    "congestion",
    "unobtainable",
    "reorder",
    "call_waiting",
    "special",
    "beep",
)


def sounds(zone, name, seconds):
    sender = ToneSender()
    assert sender.start(zone, name) == 0
    return sender.give(int(seconds * 8000))


def steps(row):
    return [(list(s.hz), s.ms) for s in row.step if s.hz[0] or s.ms]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", NAMES)
def test_every_zone_has_every_tone(zone, name):
    assert sounds(zone, name, 1).any()


@pytest.mark.parametrize(
    ("zone", "name"), [("XX", "dial"), ("CN", "ding"), ("", "beep"), ("cn", "dial")]
)
def test_unknown_zones_and_names_are_refused_and_silent(zone, name):
    sender = ToneSender()
    assert sender.start(zone, name) == -1
    assert not sender.give(400).any()


@pytest.mark.parametrize(
    "row",
    [r for r in tone_table() if not r.once],
    ids=lambda r: f"{r.zone.decode()}-{r.name.decode()}",
)
def test_tone_equals_the_definition_for_two_rounds(row):
    cadence = steps(row)
    seconds = 2 * sum(ms for _, ms in cadence) / 1000 or 1
    expected = reference.tone(cadence, row.level_dbm0, int(seconds * 8000))
    found = sounds(row.zone.decode(), row.name.decode(), seconds)
    assert np.abs(found.astype(int) - expected).max() <= 3


def test_chinese_busy_is_450_hz_at_minus_10_dbm0_and_350_ms_on_and_off():
    pcm = sounds("CN", "busy", 0.7).astype(float)
    spectrum = np.abs(np.fft.rfft(pcm[:2800] * np.hanning(2800)))
    assert abs(np.argmax(spectrum) * 8000 / 2800 - 450) < 3
    level = 20 * np.log10(np.sqrt(2 * (pcm[:2800] ** 2).mean()) / reference.FULL)
    assert level == pytest.approx(-10, abs=0.1)
    assert not pcm[2800:].any()


def test_beep_ends_by_itself():
    pcm = sounds("CN", "beep", 2)
    assert pcm[:900].any()
    assert not pcm[8000:].any()


@pytest.mark.parametrize("zone", ZONES)
def test_no_tone_is_taken_for_a_digit(zone):
    for name in NAMES:
        assert dtmf.Receiver(1).pcm(sounds(zone, name, 8)[None, :]) == []
