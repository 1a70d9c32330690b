import struct

import numpy as np
import pytest

from cython_dsp import fax
from cython_dsp.engine import FindKind, UnknownHandle
from cython_dsp.g711 import alaw_encode
from cython_dsp.progress import TonePattern, zone_patterns
from cython_dsp.reference_tones import tone
from cython_dsp.tests.engine.rig import kinds, speech

BUSY = [((450,), 350), ((), 350)]
SILENT = bytes([0xD5]) * 40


def blocks(pcm):
    codes = alaw_encode(pcm.astype("<i2").tobytes())
    return [codes[i : i + 40] for i in range(0, len(codes), 40)]


def say(engine, board, slot, codes):
    """Let a slot say blocks of 40 codes; returns the finds."""
    found = []
    for block in codes:
        board.block({slot: block}, mask=1 << slot)
        engine.step()
        board.read()
        found += engine.finds()
    return found


@pytest.fixture
def port(engine, board):
    return engine.open_tdm(engine.add_board(board.fd), 3)


def test_busy_tone_is_told_with_what_was_measured(engine, board, port):
    patterns = zone_patterns("CN")
    engine.watch_tones(port, list(patterns.values()))
    found = say(engine, board, 3, blocks(tone(BUSY, -10, 4 * 5600)))
    (find,) = kinds(found, FindKind.TONE)
    assert (find.port, list(patterns)[find.value]) == (port, "busy")
    hertz, none, level, seconds = struct.unpack("<ffff", find.data)
    assert hertz == pytest.approx(450, abs=1)
    assert none == 0
    assert level == pytest.approx(-10, abs=0.6)
    assert seconds == pytest.approx(find.tick / 200, abs=0.02)
    assert 2.7 < seconds <= 2.8


def test_the_box_is_quieter_in_the_pause_of_a_tone_that_may_be_the_end(engine, board, port):
    """18 dB, so that the echo of its own prompt does not hide the cadence; then as before."""
    engine.watch_tones(port, list(zone_patterns("CN").values()))
    player = engine.open_player()
    clip = engine.load_clip(alaw_encode(tone([((1000,), 100)], -10, 8000).astype("<i2").tobytes()))
    engine.hear(port, [(player, 0.0)])
    engine.play(player, [clip], loop=True)
    levels = []
    for codes in (tone(BUSY, -10, 2800), np.zeros(2600), np.zeros(12800)):
        say(engine, board, 3, blocks(codes))
        levels.append(engine.level(port)[1])
    assert levels[0] == pytest.approx(-10, abs=2)
    assert levels[1] < levels[0] - 5, "smoothed over 160 ms"
    assert levels[2] == pytest.approx(levels[0], abs=1)


def test_nothing_is_told_of_what_is_not_watched_any_more(engine, board, port):
    engine.watch_tones(port, [zone_patterns("CN")["busy"]])
    engine.watch_tones(port, [])
    assert kinds(say(engine, board, 3, blocks(tone(BUSY, -10, 25600))), FindKind.TONE) == []


def test_a_port_that_is_closed_forgets(engine, board, port):
    engine.watch_tones(port, [zone_patterns("CN")["busy"]])
    engine.watch_activity(port, 1)
    engine.close(port)
    again = engine.open_tdm(1, 3)
    found = say(engine, board, 3, blocks(tone(BUSY, -10, 25600)) + [SILENT] * 300)
    assert again != port
    assert [find.kind for find in found] == []


def test_silence_and_voice_are_told_once_each(engine, board, port):
    engine.watch_activity(port, 1.0)
    voice = [b for k in range(4) for b in [*speech(k, 30), *[SILENT] * 8]]
    found = say(engine, board, 3, [SILENT] * 300 + voice + [SILENT] * 260)
    told = [(find.kind, find.value) for find in found]
    assert told == [(FindKind.SILENCE, 1), (FindKind.VOICE, 0), (FindKind.SILENCE, 1)]
    assert next(find.tick for find in found) == pytest.approx(200, abs=5)


def test_a_player_cannot_be_watched(engine):
    player = engine.open_player()
    with pytest.raises(UnknownHandle):
        engine.watch_tones(player, [])
    with pytest.raises(UnknownHandle):
        engine.watch_activity(player, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"frequencies": ()},
        {"frequencies": (450, 500, 600)},
        {"frequencies": (50,)},
        {"frequencies": (450, 455)},
        {"cadence": (0.35,)},
        {"cadence": (0.35, 0.01)},
        {"cadence": (0.35, 0.35) * 5},
        {"cadence": (float("nan"), 0.35)},
        {"cycles": 0},
        {"tolerance_hz": 0},
        {"tolerance": 1},
        {"minimum_dbm0": -60},
        {"continuous_s": 0},
    ],
)
def test_a_pattern_beyond_the_limits_is_refused(wrong):
    with pytest.raises(ValueError, match="tone pattern: "):
        TonePattern(**{"frequencies": (450,), "cadence": (0.35, 0.35)} | wrong)


def test_too_many_patterns_and_endless_silence_are_refused(engine, port):
    with pytest.raises(ValueError, match="16"):
        engine.watch_tones(port, [zone_patterns("CN")["busy"]] * 17)
    with pytest.raises(ValueError, match="silence"):
        engine.watch_activity(port, -1)


def test_a_sum_of_hum_is_silence(engine, board, port):
    engine.watch_activity(port, 1.0)
    t = np.arange(300 * 40) / 8000
    hum = 2000 * np.sin(2 * np.pi * 50 * t) + 700 * np.sin(2 * np.pi * 150 * t)
    found = say(engine, board, 3, blocks(hum))
    assert [find.kind for find in found] == [FindKind.SILENCE]


def test_a_fax_that_answers_is_told_while_it_is_watched(engine, board, port):
    answer = blocks(np.concatenate([fax.generate("CED", 2), fax.generate("V.21", 1)]))
    assert not kinds(say(engine, board, 3, answer), FindKind.FAX)
    engine.watch_fax(port, True)
    ced, preamble = kinds(say(engine, board, 3, answer), FindKind.FAX)
    assert (ced.port, ced.value, preamble.port, preamble.value) == (port, 1, port, 2)
    assert struct.unpack("<ff", ced.data) == pytest.approx((2100, -10), abs=1)
    assert struct.unpack("<ff", preamble.data) == pytest.approx((0, -10), abs=1)
    assert 200 <= ced.tick - 600 <= 205
    assert 440 <= preamble.tick - 600 <= 450
    engine.watch_fax(port, False)
    assert not kinds(say(engine, board, 3, answer), FindKind.FAX)


def test_a_fax_that_calls_is_a_tone(engine, board, port):
    engine.watch_tones(port, [*zone_patterns("CN").values(), fax.CNG])
    (find,) = kinds(say(engine, board, 3, blocks(fax.generate("CNG", 7))), FindKind.TONE)
    assert find.value == len(zone_patterns("CN"))
    assert 580 <= find.tick <= 625


def test_only_a_port_of_a_board_is_listened_to_for_fax(engine):
    with pytest.raises(UnknownHandle):
        engine.watch_fax(engine.open_player(), True)
