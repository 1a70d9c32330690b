"""What is learnt of a tone after a hang-up, and measured on an idle line."""

import numpy as np
import pytest

from cython_dsp import g711
from cython_dsp.learning import find_cadence, measure
from cython_dsp.tests.progress.lines import (
    TABLE,
    ZONES,
    alaw,
    cadence,
    conversation,
    hear,
    hum,
    music_on_hold,
    noise,
    sine,
    voices,
    whole_cycle,
)
from cython_dsp.tests.tones.signals import music_like


def codes(x):
    pcm = np.clip(np.round(x), -32768, 32767).astype("<i2")
    return g711.alaw_encode(pcm.tobytes())


def after_hang_up(steps, rng, *, frequency=1.0, duration=1.0, level=-20):
    """The end of a conversation, a pause, a tone on a noisy line with hum."""
    tone = cadence(steps, level, 10, rng=rng, frequency=frequency, duration=duration)
    quiet = np.zeros(rng.integers(2000, 8000))
    x = np.concatenate([conversation()[:16000] * 0.5, quiet, tone])
    return codes(x + noise(level - 20, len(x), rng) + hum(-35, len(x), rng))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", ["busy", "congestion"])
def test_a_hang_up_tone_is_learnt_to_1_hz_and_5_ms(zone, name):
    rng = np.random.default_rng(ZONES.index(zone))
    frequency, duration = rng.uniform(0.97, 1.03), rng.uniform(0.9, 1.1)
    steps = TABLE[zone, name]
    if (zone, name) == ("AU", "congestion"):
        steps = steps[:2]  # the other burst is 5 Hz lower
    learnt = find_cadence(after_hang_up(steps, rng, frequency=frequency, duration=duration))
    hertz = sorted(hz * frequency for hz in steps[0][:2] if hz)
    assert learnt.frequencies == pytest.approx(hertz, abs=1)
    assert learnt.cadence == pytest.approx([ms / 1000 * duration for *_, ms in steps], abs=0.005)
    assert learnt.level_dbm0 == pytest.approx(-20, abs=1)
    assert learnt.cycles >= 10 / whole_cycle(zone, name) / 1.1 - 3
    assert learnt.confidence >= 0.8


@pytest.mark.parametrize("zone", ["CN", "US", "GB"])
def test_what_was_learnt_is_found_again(zone):
    rng = np.random.default_rng(1)
    steps = [(437, 0, 310), (0, 0, 290)] if zone == "GB" else TABLE[zone, "busy"]
    learnt = find_cadence(after_hang_up(steps, rng))
    pcm = alaw(np.concatenate([np.zeros(3000), cadence(steps, -25, 6, rng=rng)]))
    assert len(hear(pcm, [learnt.pattern()])) == 1


def test_a_tone_that_lasts_is_learnt_without_a_cadence():
    rng = np.random.default_rng(0)
    learnt = find_cadence(after_hang_up(TABLE["US", "dial"], rng))
    assert learnt.frequencies == pytest.approx((350, 440), abs=1)
    assert (learnt.cadence, learnt.cycles) == ((), 0)
    assert learnt.pattern().continuous_s == 3.0


def test_two_close_frequencies_are_told_apart():
    rng = np.random.default_rng(0)
    learnt = find_cadence(codes(cadence(TABLE["SG", "ringback"], -15, 14, rng=rng)))
    assert learnt.frequencies == pytest.approx((401, 449), abs=1)
    assert learnt.cadence == pytest.approx((0.4, 0.2, 0.4, 2.0), abs=0.015)
    assert learnt.pattern().cadence == learnt.cadence


def test_speech_music_noise_and_silence_teach_nothing():
    rng = np.random.default_rng(0)
    speech = np.concatenate(voices())
    heard = [speech[i : i + 240000] for i in range(0, len(speech) - 240000, 480000)]
    heard += [music_on_hold()[:240000], *(music_like(seed, 20) for seed in range(4))]
    heard += [np.zeros(80000), noise(-40, 80000, rng), hum(-20, 80000, rng), np.zeros(100)]
    assert [find_cadence(codes(x)) for x in heard] == [None] * len(heard)


def test_one_cycle_is_not_enough():
    rng = np.random.default_rng(0)
    once = cadence(TABLE["CN", "busy"], -15, 0.7, rng=rng)
    assert find_cadence(codes(np.concatenate([np.zeros(16000), once, np.zeros(16000)]))) is None


def test_a_tone_out_of_the_engines_reach_makes_no_pattern():
    learnt = find_cadence(
        codes(cadence([(440, 0, 300), (0, 0, 50)], -15, 6, rng=np.random.default_rng(0)))
    )
    with pytest.raises(ValueError, match="pause"):
        learnt.pattern()


def test_the_levels_of_an_idle_line_are_measured():
    rng = np.random.default_rng(0)
    x = noise(-50, 80000, rng) + sine(50, -30, 80000) + sine(150, -36, 80000)
    found = measure(codes(x))
    assert found.hum_dbm0[0] == pytest.approx(-30, abs=0.5)
    assert found.hum_dbm0[1] < -55
    assert found.hum_dbm0[2] == pytest.approx(-36, abs=0.5)
    assert found.dominant_hz == pytest.approx(50, abs=0.5)
    assert found.dominant_dbm0 == pytest.approx(-30, abs=0.5)
    assert found.level_dbm0 == pytest.approx(-51, abs=1)  # 3250 of 4000 Hz


@pytest.mark.parametrize(("hz", "weight"), [(800, 0), (1000, 1), (300, -10.6), (3000, -5.6)])
def test_psophometric_weights_are_those_of_o_41(hz, weight):
    found = measure(codes(sine(hz, -10, 24000)))
    assert found.weighted_dbm0p == pytest.approx(-10 + weight, abs=0.2)
    assert found.dominant_hz == pytest.approx(hz, abs=0.2)


def test_no_audio_is_silence():
    found = measure(b"")
    assert (found.level_dbm0, found.weighted_dbm0p, found.dominant_hz) == (-90, -90, 0)
