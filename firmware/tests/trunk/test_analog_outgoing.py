"""Calls that the box makes on analogue lines: dial tone, digits, tones, answer, glare."""

import pytest

from board.host import line_events as lv
from firmware.contract.model import Cause, ClearSign, Party
from firmware.errors import TrunkError
from firmware.tests.trunk.analog_bench import Bench, fsk
from firmware.trunk.line_states import S
from firmware.trunk.sound import BUSY_TONES


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


def current(bench, line=1):
    bench.hear(lv.LoopChanged(line, lv.Current.FLOWS, bench.now))


def test_digits_go_out_when_dial_tone_is_there(bench):
    user = bench.dial("13900000000")
    assert bench.state() is S.SEIZING
    assert bench.board.off_hook[1]
    assert bench.sound.digits == []
    current(bench)
    bench.tone("dial")
    assert bench.sound.digits == [(1, "13900000000")]
    assert bench.state() is S.DIALLING
    bench.run(2.6)
    assert bench.state() is S.PROCEEDING
    assert user.told == ["unconfirmed"]
    assert bench.sound.tones[1] == ("ringback", *BUSY_TONES)


def test_dialling_by_pulses_is_done_by_the_board():
    bench = Bench(dialling="pulse")
    user = bench.dial("8-0#12")
    bench.tone("dial")
    assert bench.board.pulses == [(1, (61, 39, 80), "8012")]
    bench.hear(lv.Dialled(1, 3, bench.now))
    assert user.told == []
    bench.hear(lv.Dialled(1, 4, bench.now))
    assert user.told == ["unconfirmed"]
    bench.close()


def test_answer_by_voice_after_ringback(bench):
    user = bench.dialled_call()
    bench.tone("ringback")
    bench.sound.ears[1].voice()
    assert user.told == ["unconfirmed", "alerting", "connected by voice"]
    assert bench.state() is S.CONNECTED


def test_ringback_before_the_dialling_is_over_is_not_lost(bench):
    user = bench.dial()
    current(bench)
    bench.tone("dial")
    assert bench.sound.tones[1] == ("ringback", *BUSY_TONES)
    bench.tone("ringback")
    assert user.told == []
    bench.run(3)
    assert user.told == ["unconfirmed", "alerting"]


def test_refusal_before_the_dialling_is_over(bench):
    user = bench.dial()
    bench.tone("dial")
    bench.tone("busy")
    assert user.told == [Cause.USER_BUSY.value]
    bench.run(5)
    assert bench.state() is S.IDLE


def test_music_in_place_of_ringback_is_no_answer(bench):
    user = bench.dialled_call()
    bench.sound.ears[1].voice()
    bench.run(60)
    assert user.told == ["unconfirmed"]
    assert bench.state() is S.PROCEEDING


def test_answer_by_polarity_and_end_by_polarity():
    bench = Bench(answer_polarity=True)
    user = bench.dialled_call()
    assert user.told == ["alerting"]
    bench.hear(lv.PolarityChanged(1, True, bench.now))
    assert user.told[-1] == "connected by signal"
    bench.run(5)
    bench.hear(lv.PolarityChanged(1, False, bench.now))
    bench.loop.advance(0.3)
    assert user.told[-1] == 16
    assert (user.by, user.sign) == (Party.CALLER, ClearSign.POLARITY)
    bench.close()


def test_reversal_that_was_not_ordered_is_neither_answer_nor_end(bench):
    user = bench.dialled_call()
    bench.hear(lv.PolarityChanged(1, True, bench.now))
    bench.run(2)
    assert user.told == ["unconfirmed"]


@pytest.mark.parametrize(("tone", "cause"), [
    ("busy", Cause.USER_BUSY), ("congestion", Cause.SWITCH_CONGESTION),
    ("unobtainable", Cause.UNALLOCATED_NUMBER), ("learnt", Cause.USER_BUSY),
])  # fmt: skip
def test_tones_of_refusal(bench, tone, cause):
    user = bench.dialled_call()
    bench.tone(tone)
    assert user.told[-1] == cause.value
    assert bench.state() is S.CLEARING


def test_busy_tone_after_ringback_means_nobody_answered(bench):
    user = bench.dialled_call()
    bench.tone("ringback")
    bench.tone("busy")
    assert user.told[-1] == Cause.NO_ANSWER.value


def test_busy_tone_after_voices_is_the_end_of_a_call_of_which_nobody_knew(bench):
    user = bench.dialled_call()
    bench.sound.ears[1].voice()
    bench.tone("busy")
    assert (user.told[-1], user.sign) == (16, ClearSign.TONE)


def test_line_without_dial_tone_is_named_and_another_tried(bench):
    user = bench.dial()
    current(bench)
    bench.run(5.1)
    assert user.told == ["moved to 2"]
    assert bench.faults(1) == ["no_dial_tone"]
    assert not bench.board.off_hook[1]
    assert bench.board.off_hook[2]
    current(bench, 2)
    bench.tone("dial", 2)
    assert bench.sound.digits[-1] == (2, "13900000000")


def test_line_that_is_held_is_waited_out():
    bench = Bench(lines=1)
    caller = bench.answered_call()
    caller.line.disconnect(Cause.NORMAL_CLEARING)
    bench.run(2)
    user = bench.dial()
    current(bench)
    bench.sound.ears[1].voice()  # the caller of before still waits
    assert bench.state() is S.RETRYING
    assert not bench.board.off_hook[1]
    assert bench.faults() == ["not_released"]
    bench.run(10.1)
    assert bench.state() is S.SEIZING
    current(bench)
    bench.tone("dial")
    assert bench.faults() == []
    assert bench.sound.digits
    assert user.told == []
    bench.close()


def test_a_line_that_never_gives_dial_tone_ends_the_attempt():
    bench = Bench(lines=1)
    user = bench.dial()
    for _ in range(16):
        bench.run(5)
        current(bench)
    assert user.told == [Cause.NETWORK_OUT_OF_ORDER.value]
    bench.run(3)
    assert bench.state() is S.IDLE
    bench.close()


def test_no_loop_current_is_named(bench):
    bench.reports[1] = bench.reports[1].__class__(
        **{**bench.reports[1].__dict__, "battery": False, "volts": 0}
    )
    bench.dial()
    bench.run(5.1)
    assert "no_current" in bench.faults(1)


@pytest.mark.parametrize("comes", ["ring", "voice"])
def test_glare_gives_the_line_to_the_caller_and_the_call_another(bench, comes):
    user = bench.dial()
    if comes == "ring":
        bench.hear(lv.RingChanged(1, True, 25, bench.now))
    else:
        bench.sound.ears[1].voice()
    assert user.told == ["moved to 2"]
    assert len(bench.offered) == 1
    assert bench.offered[0].line.channel == 1
    assert bench.state(1) is S.CONNECTED
    assert bench.board.off_hook[1]
    bench.offered[0].line.connect()
    assert bench.state(2) is S.SEIZING
    bench.offered[0].line.disconnect(Cause.NORMAL_CLEARING)
    assert bench.state(1) is S.CLEARING


def test_glare_without_another_line_ends_the_attempt_first():
    bench = Bench(lines=1)
    user = bench.dial()
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    assert user.told == [Cause.NO_CHANNEL.value]
    assert bench.state() is S.CONNECTED
    assert len(bench.offered) == 1
    bench.tone("dial")
    assert bench.sound.digits == []
    bench.close()


def test_caller_on_a_line_that_waits_to_try_again():
    bench = Bench(lines=1)
    user = bench.dial()
    current(bench)
    bench.tone("busy")
    assert bench.state() is S.RETRYING
    bench.ring(pause=0.5)
    assert user.told == [Cause.NO_CHANNEL.value]
    bench.sound.ears[1].caller_id(fsk("13800138000"))
    assert bench.offered[0].line.calling == "13800138000"
    bench.close()


def test_box_gives_up_in_every_state(bench):
    for steps in ([], ["dial"], ["dial", 3.0], ["dial", 3.0, "ringback"]):
        user = bench.dial()
        line = user.line.channel
        for step in steps:
            if isinstance(step, float):
                bench.run(step)
            else:
                bench.tone(step, line)
        user.line.disconnect(Cause.NORMAL_CLEARING)
        assert bench.state(line) is S.CLEARING
        assert not bench.board.off_hook[line]
        bench.run(3)


def test_only_free_lines_for_outgoing_calls_are_taken():
    bench = Bench(outgoing=False)
    with pytest.raises(TrunkError):
        bench.dial()
    bench.close()


def test_a_line_that_rings_is_not_seized(bench):
    bench.hear(lv.RingChanged(1, True, 25, bench.now))
    assert bench.dial().line.channel == 2


def test_the_line_whose_last_call_is_longest_ago_is_taken(bench):
    first = bench.dialled_call()
    first.line.disconnect(Cause.NORMAL_CLEARING)
    bench.run(3)
    assert bench.dial().line.channel == 2
