import numpy as np
import pytest

from board.sim.alaw import decode
from board.sim.speech import sentence
from hil_tests.load.marks import AGENTS, CALLERS, MOST, NOBODY, SEVERAL, WINDOW, marks, tones, voice
from hil_tests.load.tracks import Track
from hil_tests.load.turns import callers_turn, turns


def says(mark, seconds=0.5):
    return decode(voice(mark) * round(seconds * 20))


def test_every_mark_is_found_in_noise():
    said = np.concatenate([says(mark, 0.25) for mark in range(1, MOST + 1)])
    noise = np.random.default_rng(1).normal(0, 60, len(said))
    assert marks((said + noise).astype(np.int16)) == list(range(1, MOST + 1))


def test_agents_and_callers_have_no_tone_in_common():
    assert not {t for m in AGENTS for t in tones(m)} & {t for m in CALLERS for t in tones(m)}


def test_speech_and_silence_are_nobody():
    assert set(marks(decode(sentence("en", "caller_problem")))) == {NOBODY}
    assert set(marks(decode(sentence("zh_CN", "caller_problem")))) == {NOBODY}
    assert marks(np.zeros(WINDOW, np.int16)) == [NOBODY]
    assert marks(np.zeros(WINDOW - 1, np.int16)) == []


def test_two_at_once_are_several():
    both = says(AGENTS[0]).astype(int) + says(CALLERS[0])
    assert marks(both.astype(np.int16)) == [SEVERAL, SEVERAL]


@pytest.mark.parametrize("mark", [0, -1, MOST + 1])
def test_what_is_no_mark_is_refused(mark):
    with pytest.raises(ValueError, match="no mark"):
        tones(mark)


def test_a_track_knows_what_was_heard_when():
    track = Track(1000.0, (0, 7, 7, 8, 0, 7))
    assert track.end_ms == 2500
    assert track.between(1250, 2000) == (7, 7, 8)
    assert track.between(1251, 1999) == (7,)
    assert track.between(0, 900) == ()
    assert track.stretches({7}) == [(7, 1250.0, 1750.0), (7, 2250.0, 2500.0)]


def test_turns_are_those_of_the_clock():
    assert [callers_turn(tick) for tick in (0, 15_999, 16_000, 32_000)] == [True, True, False, True]
    assert turns(0, 1000, 6500, callers=True) == [(1000, 2000), (4000, 6000)]
    assert turns(500, 1000, 6500, callers=False) == [(2500, 4500), (6500, 6500)]
