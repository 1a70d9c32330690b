"""Voice and silence: what counts, and what does not."""

import numpy as np
import pytest

from cython_dsp.progress_rx import Listener
from cython_dsp.reference_tones import digit_tone
from cython_dsp.tests.progress.lines import (
    HOP_S,
    TABLE,
    ZONES,
    alaw,
    cadence,
    conversation,
    hum,
    noise,
    voices,
)

SILENCE, VOICE = 2, 3


def activity(x, silence_s=2.0):
    """Return (seconds, kind, whole seconds of silence)."""
    listener = Listener()
    listener.activity(True, round(silence_s * 200))
    return [(hop * HOP_S, kind, value) for hop, kind, value, *_ in listener.take(alaw(x))]


def times(found, kind):
    return [at for at, k, _ in found if k == kind]


@pytest.mark.parametrize("dbm0", [-65, -45, -35, -25, -15])
def test_steady_noise_is_silence_at_any_level(dbm0):
    x = noise(dbm0, 6 * 8000, np.random.default_rng(1))
    assert activity(np.concatenate([np.zeros(4000), x])) == [
        (pytest.approx(2, abs=0.2), SILENCE, 2)
    ]


def test_loud_hum_is_silence():
    assert times(activity(hum(-15, 4 * 8000, np.random.default_rng(0))), SILENCE)


@pytest.mark.parametrize("zone", ZONES)
def test_no_tone_of_the_network_is_voice_not_even_on_a_bad_line(zone):
    rng = np.random.default_rng(0)
    for name in [n for z, n in TABLE if z == zone]:
        x = np.concatenate([np.zeros(4000), cadence(TABLE[zone, name], -15, 7, rng=rng)])
        assert times(activity(x), VOICE) == []
        bad = x + noise(-30, len(x), rng) + hum(-25, len(x), rng)
        if name != "special":  # an announcement follows it anyway
            assert times(activity(bad), VOICE) == []


def test_dial_tone_is_not_silence():
    x = cadence(TABLE["CN", "dial"], -30, 6, rng=np.random.default_rng(0))
    assert activity(x) == []


@pytest.mark.parametrize("ms", [80, 100, 200])
def test_digits_are_no_voice(ms):
    digits = [np.concatenate([digit_tone(d, ms * 8), np.zeros(ms * 8)]) for d in "1234567890*#ABCD"]
    assert times(activity(np.concatenate(digits)), VOICE) == []


def test_nearly_every_recorded_utterance_is_voice_within_half_a_second():
    rng = np.random.default_rng(0)
    delays, spoken = [], [v for v in voices() if len(v) > 8 * 800]
    for voice in spoken:
        begins = np.argmax(np.abs(voice.astype(int)) > 400) / 8000
        quiet = noise(-55, 4000, rng)
        found = times(activity(np.concatenate([quiet, voice, quiet])), VOICE)
        delays += [found[0] - 0.5 - begins] if found else []
    assert len(delays) >= 0.99 * len(spoken)
    assert np.median(delays) < 0.35
    assert np.quantile(delays, 0.95) < 0.7


def test_a_voice_is_told_once_and_again_after_a_pause():
    said = conversation()[: 3 * 8000]
    found = activity(np.concatenate([said, np.zeros(8000), said]), silence_s=30)
    assert times(found, VOICE) == pytest.approx([0.4, 4.4], abs=0.4)


def test_speech_is_heard_above_steady_noise_and_ends_the_silence():
    rng = np.random.default_rng(0)
    said = np.concatenate([np.zeros(32000), conversation()[:40000], np.zeros(32000)])
    found = activity(said + noise(-30, len(said), rng))
    assert times(found, SILENCE) == [pytest.approx(2, abs=0.2), pytest.approx(11, abs=0.6)]
    assert times(found, VOICE)[0] == pytest.approx(4.4, abs=0.4)


def test_a_word_after_ringback_is_voice_and_ringback_is_not():
    ringback = cadence(TABLE["CN", "ringback"], -12, 7, rng=np.random.default_rng(0))
    found = activity(np.concatenate([ringback, conversation()[:16000]]), silence_s=0)
    assert len(found) == 1
    assert found[0][0] == pytest.approx(7.3, abs=0.3)


def test_clicks_do_not_end_a_silence():
    x = noise(-55, 8 * 8000, np.random.default_rng(0))
    x[4000::12000] += 12000
    assert times(activity(x, 3.0), SILENCE) == [pytest.approx(3, abs=0.1)]
