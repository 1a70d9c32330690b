"""How the box notices that the far end hung up, and that it does not believe too much."""

import pytest

from board.host import line_events as lv
from firmware.contract.model import ClearSign
from firmware.tests.trunk.analog_bench import Bench
from firmware.trunk.line_states import S
from firmware.trunk.sound import BUSY_TONES


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


def turn(bench, turned):
    bench.hear(lv.PolarityChanged(1, turned, bench.now))


def battery(bench, there, ago=0.0):
    bench.hear(lv.BatteryChanged(1, there, bench.now - ago))


def ended(bench, user, sign):
    assert (user.told, user.sign) == ([16], sign)
    assert bench.state() is S.CLEARING
    assert not bench.board.off_hook[1]
    bench.run(2)
    assert bench.state() is S.IDLE


def test_reversal_that_lasts(bench):
    user = bench.answered_call()
    turn(bench, True)
    bench.loop.advance(0.3)
    ended(bench, user, ClearSign.POLARITY)


def test_reversal_that_turns_back_is_no_end(bench):
    user = bench.answered_call()
    turn(bench, True)
    bench.loop.advance(0.2)
    turn(bench, False)
    bench.run(5)
    assert user.told == []


def test_what_the_answer_itself_stirs_up_is_no_end(bench):
    bench.ring()
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    user = bench.offered[0]
    user.line.connect()
    battery(bench, False)
    bench.loop.advance(0.3)
    battery(bench, True)
    turn(bench, True)
    bench.tell(turned=True)
    bench.run(5)
    assert user.told == []
    turn(bench, False)
    bench.loop.advance(0.3)
    assert user.sign is ClearSign.POLARITY


def test_battery_drop_and_one_that_was_told_late(bench):
    for told_late in (False, True):
        user = bench.answered_call()
        battery(bench, False, 0.4 if told_late else 0.0)
        if told_late:
            battery(bench, True, 0.29)
        bench.loop.advance(0.36)
        ended(bench, user, ClearSign.BATTERY)


def test_loss_of_current_is_a_battery_drop(bench):
    user = bench.answered_call()
    bench.hear(lv.LoopChanged(1, lv.Current.NONE, bench.now))
    bench.loop.advance(0.36)
    ended(bench, user, ClearSign.BATTERY)


def test_the_loss_that_a_reversal_brings_along_is_told_as_the_reversal(bench):
    user = bench.answered_call()
    battery(bench, False, 0.09)
    battery(bench, True, 0.0)
    bench.loop.advance(0.1)
    bench.hear(lv.PolarityChanged(1, True, bench.now))
    bench.loop.advance(0.4)
    ended(bench, user, ClearSign.POLARITY)


def test_short_loss_as_at_a_reversal_is_no_end(bench):
    user = bench.answered_call()
    battery(bench, False, 0.08)
    battery(bench, True, 0.01)
    bench.run(2)
    assert user.told == []


@pytest.mark.parametrize("tone", BUSY_TONES)
def test_busy_tone(bench, tone):
    user = bench.answered_call()
    assert bench.sound.tones[1] == BUSY_TONES
    bench.tone(tone)
    ended(bench, user, ClearSign.TONE)


def test_silence(bench):
    user = bench.answered_call()
    assert bench.sound.silence_s[1] == 120.0
    bench.sound.ears[1].silence()
    ended(bench, user, ClearSign.SILENCE)


def test_longest_call():
    bench = Bench(hang_up={"longest_s": 60})
    user = bench.answered_call()
    bench.run(60)
    ended(bench, user, ClearSign.LONGEST)
    bench.close()


def test_only_the_signs_of_the_line_count():
    bench = Bench(hang_up={"polarity": False, "battery": False, "tone": False, "silence_s": 0})
    user = bench.answered_call()
    assert bench.sound.tones[1] == ()
    turn(bench, True)
    battery(bench, False)
    bench.tone("busy")
    bench.sound.ears[1].silence()
    bench.loop.advance(1)
    assert user.told == []
    bench.close()


def test_after_the_end_nothing_is_heard_any_more(bench):
    user = bench.answered_call()
    bench.tone("busy")
    bench.tone("busy")
    turn(bench, True)
    bench.run(3)
    assert user.told == [16]
    assert bench.sound.tones[1] == ()
    assert bench.sound.silence_s[1] is None
