"""The kernel equals its slow plain definition."""

import numpy as np
import pytest

from cython_dsp.progress import told_apart, zone_patterns
from cython_dsp.progress_rx import Listener
from cython_dsp.reference_activity import SILENCE, VOICE, Activity
from cython_dsp.reference_progress import Supervision
from cython_dsp.tests.progress.lines import (
    HOP_S,
    TABLE,
    ZONES,
    alaw,
    cadence,
    conversation,
    hear,
    noise,
)


def pieces(zone, rng):
    """Bursts of the country's tones with speech, clicks and silence between."""
    speech = conversation()
    names = [name for z, name in TABLE if z == zone and name not in ("special", "call_waiting")]
    for name in rng.permutation(names)[:3]:
        at = rng.integers(0, len(speech) - 8000)
        yield speech[at : at + int(rng.integers(0, 5000))] * rng.uniform(0.05, 1)
        yield np.zeros(rng.integers(0, 3000))
        tone = cadence(
            TABLE[zone, name],
            rng.uniform(-38, -3),
            rng.uniform(2, 6),
            rng=rng,
            frequency=rng.uniform(0.95, 1.05),
            duration=rng.uniform(0.85, 1.15),
        )
        tone[rng.integers(0, len(tone) - 8, 2)] += 8000
        yield tone


@pytest.mark.parametrize("zone", ZONES)
def test_tones_are_found_when_the_definition_finds_them(zone):
    rng = np.random.default_rng(ord(zone[0]) * 256 + ord(zone[1]))
    x = np.concatenate(list(pieces(zone, rng)))
    pcm = alaw(x + noise(rng.uniform(-70, -45), len(x), rng))
    pcm = pcm[: len(pcm) // 40 * 40]
    patterns = told_apart(list(zone_patterns(zone).values()))
    wanted = [(round((f.hop + 1) * HOP_S, 3), f.pattern) for f in Supervision(pcm, patterns).found]
    assert [(round(f[0], 3), f[1]) for f in hear(pcm, patterns)] == wanted


@pytest.mark.parametrize("seed", range(6))
def test_voice_and_silence_are_found_when_the_definition_finds_them(seed):
    rng = np.random.default_rng(seed)
    x = np.concatenate([*pieces("CN", rng), np.zeros(16000), *pieces("GB", rng)])
    pcm = alaw(x + noise(rng.uniform(-70, -25), len(x), rng))
    listener = Listener()
    listener.activity(True, 200)
    found = [(hop, {2: SILENCE, 3: VOICE}[kind]) for hop, kind, *_ in listener.take(pcm)]
    assert found == Activity(pcm[: len(pcm) // 40 * 40], 200).found
