"""Hang-up tones: always noticed, soon, and nothing else taken for one."""

import numpy as np
import pytest

from cython_dsp.progress import TonePattern, zone_patterns
from cython_dsp.tests.progress.lines import (
    TABLE,
    ZONES,
    alaw,
    cadence,
    conversation,
    hear,
    heard_names,
    hum,
    noise,
    sine,
    voices,
    whole_cycle,
)

HANG_UP = ("busy", "congestion")
TRIALS = 25  # of each tone here; proof.py does 100


def line(zone, name, k, rng):
    """A hang-up tone after silence, everything at its limit, and when its 4th cycle ends."""
    level, frequency = (-5, -15, -25, -35)[k % 4], (0.98, 1.02, 1.0)[k % 3]
    duration = (0.9, 1.1, 1.0)[k // 2 % 3]
    fourth = 4 * whole_cycle(zone, name) * duration
    tone = cadence(
        TABLE[zone, name], level, fourth + 0.5, rng=rng, frequency=frequency, duration=duration
    )
    x = np.concatenate([np.zeros(rng.integers(400, 4000)), tone])
    x = x + noise(level - 20, len(x), rng) + hum((-80, -30, level - 5)[k // 3 % 3], len(x), rng)
    return alaw(x), len(x) / 8000 - 0.5


@pytest.mark.timeout(30)  # seven minutes of audio for each country
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", HANG_UP)
def test_every_hang_up_tone_is_noticed_half_a_second_after_the_fourth_cycle(zone, name):
    rng = np.random.default_rng(ZONES.index(zone))
    patterns = zone_patterns(zone)
    for k in range(TRIALS):
        pcm, fourth = line(zone, name, k, rng)
        told = [
            t for t, i, *_ in hear(pcm, list(patterns.values())) if list(patterns)[i] in HANG_UP
        ]
        assert len(told) == 1, k
        assert told[0] <= fourth + 0.5


@pytest.mark.parametrize("zone", ZONES)
def test_three_cycles_are_not_enough(zone):
    rng = np.random.default_rng(0)
    for name in HANG_UP:
        tone = cadence(TABLE[zone, name], -10, 3 * whole_cycle(zone, name), rng=rng)
        pcm = alaw(np.concatenate([np.zeros(4000), tone, np.zeros(16000)]))
        assert not set(heard_names(pcm, zone_patterns(zone))) & set(HANG_UP)


@pytest.mark.parametrize(
    ("frequency", "duration"), [(1.10, 1.0), (0.90, 1.0), (1.0, 1.25), (1.0, 0.75)]
)
def test_a_wrong_frequency_or_cadence_is_no_hang_up(frequency, duration):
    rng = np.random.default_rng(0)
    for zone, name in (("CN", "busy"), ("US", "busy"), ("GB", "busy"), ("IN", "busy")):
        tone = cadence(TABLE[zone, name], -10, 8, rng=rng, frequency=frequency, duration=duration)
        assert heard_names(alaw(tone), {"busy": zone_patterns(zone)["busy"]}) == []


def test_one_frequency_is_not_two_and_two_are_not_one():
    rng = np.random.default_rng(0)
    one, two = TonePattern((450.0,), (0.5, 0.5)), TonePattern((480.0, 620.0), (0.5, 0.5))
    for hz, other in (((480, 0), two), ((480, 620), one), ((420, 480), one), ((450, 0), two)):
        tone = cadence([(*hz, 500), (0, 0, 500)], -10, 8, rng=rng)
        assert hear(alaw(tone), [other]) == []


@pytest.mark.parametrize("relative", [-15, -10, -5, 0, 5])
def test_a_busy_tone_under_speech_is_no_hang_up(relative):
    """As when one of three leaves a conference that goes on."""
    rng = np.random.default_rng(abs(relative))
    speech = conversation() / np.sqrt((conversation().astype(float) ** 2).mean())
    for zone in ("CN", "US", "GB", "IN"):
        tone = cadence(TABLE[zone, "busy"], -10, 12, rng=rng)
        at = rng.integers(0, len(speech) - len(tone))
        level = 22827 / np.sqrt(2) * 10 ** ((-10 + relative) / 20)
        pcm = alaw(tone + level * speech[at : at + len(tone)])
        assert not set(heard_names(pcm, zone_patterns(zone))) & set(HANG_UP)


def test_speech_between_the_bursts_is_no_hang_up():
    rng = np.random.default_rng(0)
    for zone in ("CN", "US", "GB", "IN"):
        tone = cadence(TABLE[zone, "busy"], -15, 10, rng=rng)
        loud = np.convolve(np.abs(tone), np.ones(200), "same") > 0
        pcm = alaw(np.where(loud, tone, conversation()[8000 : 8000 + len(tone)]))
        assert not set(heard_names(pcm, zone_patterns(zone))) & set(HANG_UP)


def test_a_word_before_the_tone_costs_nothing():
    rng = np.random.default_rng(0)
    for k, voice in enumerate([v for v in voices() if len(v) > 8000][:24]):
        zone = ZONES[k % len(ZONES)]
        fourth = 4 * whole_cycle(zone, "busy")
        tone = cadence(TABLE[zone, "busy"], -15, fourth + 0.5, rng=rng)
        pcm = alaw(np.concatenate([voice, np.zeros(1600), tone]))
        told = [t for t, *_ in hear(pcm, [zone_patterns(zone)["busy"]])]
        assert told
        assert told[0] <= (len(pcm) - len(tone)) / 8000 + fourth + 0.5


def test_clicks_do_not_hide_a_tone():
    rng = np.random.default_rng(0)
    told = 0
    for k in range(24):
        zone = ZONES[k % len(ZONES)]
        tone = cadence(TABLE[zone, "busy"], -20, 4 * whole_cycle(zone, "busy") + 0.5, rng=rng)
        for at in rng.integers(0, len(tone) - 8, int(len(tone) / 8000)):  # one a second, 1 ms
            tone[at : at + 8] += rng.choice([-1, 1]) * 5000
        told += bool(hear(alaw(tone), [zone_patterns(zone)["busy"]]))
    assert told >= 23


def test_it_is_told_once_while_it_goes_on_and_again_after_it_was_gone():
    rng = np.random.default_rng(0)
    tone = cadence(TABLE["CN", "busy"], -10, 20 * 0.7, rng=rng)
    pcm = alaw(np.concatenate([tone, np.zeros(8000), tone]))
    times = [t for t, *_ in hear(pcm, list(zone_patterns("CN").values()))]
    assert times == pytest.approx([2.75, 17.75], abs=0.06)


def test_what_was_measured_is_exact():
    rng = np.random.default_rng(0)
    pcm = alaw(cadence(TABLE["US", "busy"], -28, 5, rng=rng, frequency=1.01))
    ((_, _, first, second, level, seconds),) = hear(pcm, [zone_patterns("US")["busy"]])
    assert (first, second) == pytest.approx((480 * 1.01, 620 * 1.01), abs=1)
    assert level == pytest.approx(-28, abs=0.7)
    assert seconds == pytest.approx(3.93, abs=0.05)


def test_a_level_below_the_pattern_is_not_told():
    rng = np.random.default_rng(0)
    pattern = TonePattern((450.0,), (0.35, 0.35), minimum_dbm0=-20)
    for level, times in ((-18, 1), (-22, 0)):
        pcm = alaw(cadence(TABLE["CN", "busy"], level, 4, rng=rng))
        assert len(hear(pcm, [pattern])) == times


@pytest.mark.parametrize("zone", ZONES)
def test_each_tone_of_a_country_is_told_by_its_name(zone):
    rng = np.random.default_rng(0)
    patterns = zone_patterns(zone)
    for name in patterns:
        seconds = max(4.0, 4.5 * whole_cycle(zone, name))
        assert heard_names(alaw(cadence(TABLE[zone, name], -18, seconds, rng=rng)), patterns) == [
            name
        ]


@pytest.mark.parametrize(("hz", "by", "on"), [(400, 25, 0.4), (425, 24, 0.4), (400, 16, 1.0)])
def test_a_tone_modulated_with_its_carrier_is_known_too(hz, by, on):
    zone = {25: "IN", 24: "SG", 16: "JP"}[by]
    t = np.arange(8 * 8000) / 8000
    x = sine(hz, -15, len(t)) * (1 + 0.9 * np.sin(2 * np.pi * by * t))
    gate = (t % 3 < on) | ((t % 3 > 0.6) & (t % 3 < 1.0) & (on < 1))
    assert heard_names(alaw(x * gate), zone_patterns(zone))[:1] == ["ringback"]


def test_dial_tone_is_told_after_half_a_second_when_nothing_else_is_expected():
    rng = np.random.default_rng(0)
    for zone in ZONES:
        pcm = alaw(cadence(TABLE[zone, "dial"], -25, 2, rng=rng))
        ((seconds, *_),) = hear(pcm, [zone_patterns(zone)["dial"]])
        assert 0.5 <= seconds <= 0.7


def test_a_dial_tone_of_ten_minutes_is_told_once_and_the_busy_tone_behind_it_too():
    rng = np.random.default_rng(0)
    minute = alaw(cadence(TABLE["CN", "dial"], -15, 60, rng=rng))
    pcm = np.concatenate([*[minute] * 10, alaw(cadence(TABLE["CN", "busy"], -15, 5, rng=rng))])
    assert heard_names(pcm, zone_patterns("CN")) == ["dial", "busy"]
