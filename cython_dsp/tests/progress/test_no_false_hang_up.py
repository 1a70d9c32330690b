"""A share of the proof in proof.py: nothing that people or boxes say is a hang-up."""

import pytest

from cython_dsp.progress import zone_patterns
from cython_dsp.tests.progress.lines import alaw, hear, music_on_hold, voices
from cython_dsp.tests.progress.proof import false_hang_ups


@pytest.mark.timeout(60)  # eight minutes of audio, heard for two countries
def test_eight_minutes_of_speech_and_music_are_no_hang_up():
    assert false_hang_ups(8, seed=3, zones=["CN", "GB"]) == []


@pytest.mark.parametrize("zone", ["CN", "US", "DE"])
def test_no_prompt_of_the_box_clears_a_call(zone):
    patterns = {n: p for n, p in zone_patterns(zone).items() if n not in ("dial", "ringback")}
    for prompt in [*voices(), music_on_hold()]:
        assert hear(alaw(prompt), list(patterns.values())) == []
