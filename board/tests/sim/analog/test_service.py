import numpy as np
import pytest

from board.sim import script
from board.sim.adsi import AdsiReceiver
from board.sim.alaw import level_dbm0
from board.sim.analog.service import Clear, DialTone
from board.sim.analog.states import LineState as S
from board.sim.call import CallState
from board.sim.progress_tones import Tone, cycle
from board.sim.script import HangUp, Wait, WaitConnect
from board.sim.speech import babble
from board.tests.sim.analog.line_box import tone_hz

SECOND = 8000


def heard(office, end, seconds):
    """Samples of the last seconds."""
    return end.heard.heard().between(office.tick - int(seconds * SECOND), office.tick)


def seize(office, end, seconds=0.5):
    end.off_hook = True
    office.run(seconds)


def answered(office, line, end):
    """A call that the box answers and whose caller then hangs up."""
    call = office.place_call(line, "2", [WaitConnect(), HangUp()])
    end.off_hook = True
    assert office.run(1, lambda: call.times.disconnect is not None)
    return call


def test_dial_tone_comes_late(office, box, line, end):
    line.service.dial_tone = DialTone.LATE
    seize(office, end, 3.5)
    assert level_dbm0(heard(office, end, 3)) < -60
    end.press("5")  # too early: no register takes it
    office.run(1)
    assert (line.state, line.call, tone_hz(heard(office, end, 0.3))) == (S.DIAL_TONE, None, 450)


def test_dial_tone_never_comes_and_no_digit_is_taken(office, box, line, end):
    line.service.dial_tone = DialTone.ABSENT
    seize(office, end, 2)
    end.press("110")
    office.run(2)
    assert (line.state, office.calls) == (S.SEIZED, [])


def test_a_silent_register_takes_digits(office, box, line, end):
    line.service.dial_tone = DialTone.SILENT
    seize(office, end, 1.0)
    assert (line.state, level_dbm0(heard(office, end, 0.9)) < -60) == (S.DIAL_TONE, True)
    end.press("110")
    assert office.run(2, lambda: bool(office.calls))
    assert office.calls[0].called == "110"


def test_dial_tone_stutters(office, box, line, end):
    line.service.dial_tone = DialTone.STUTTER
    seize(office, end, 1.5)
    quiet = np.abs(heard(office, end, 0.88).astype(int)).reshape(-1, 40).max(axis=1) < 20
    assert np.mean(quiet) == pytest.approx(40 / 440, abs=0.02)


def test_nobody_dials_until_the_howler(office, box, line, end):
    service = line.service
    service.first_digit_s, service.howler_after_s, service.howler_s = 1.0, 0.8, 0.7
    seize(office, end, 3.5)
    assert [state for _, state in line.states] == [
        *(S.IDLE, S.SEIZED, S.DIAL_TONE),
        *(S.CLEARED, S.HOWLER, S.LOCKED_OUT),
    ]
    ticks = [tick / SECOND for tick, _ in line.states[1:]]
    assert np.diff(ticks) == pytest.approx([0.3, 1.0, 0.8, 0.7], abs=0.01)
    howl = end.heard.heard().between(line.states[4][0] + 400, line.states[5][0])
    assert (tone_hz(howl.astype(float)), level_dbm0(heard(office, end, 0.3)) < -60) == (950, True)
    end.off_hook = False
    assert office.run(1, lambda: line.state is S.IDLE)


@pytest.mark.parametrize(
    ("number", "complete_s"),
    [("8888666", 1.0), ("88886666", 0.0), ("13800138000", 0.0), ("02166668888", 0.0)],
)
def test_a_number_is_complete_by_pattern_or_pause(office, box, line, end, number, complete_s):
    line.service.between_digits_s = 1.0
    seize(office, end)
    end.press(number, 50, 50)
    assert office.run(4, lambda: bool(office.calls))
    assert office.calls[0].called == number
    last = line.digits[-1].tick
    assert (office.calls[0].times.setup - last) / SECOND == pytest.approx(complete_s, abs=0.06)


def test_ring_back_is_music(office, box, line, end):
    line.service.ringback = babble(2.0, 8)
    office.answer_rule("110", script.answers(30))
    seize(office, end)
    end.press("110")
    assert office.run(3, lambda: line.call and line.call.state is CallState.ALERTING)
    office.run(2)
    (call,) = office.calls
    assert level_dbm0(call.said().samples) == pytest.approx(-18, abs=1)
    assert tone_hz(call.said().samples.astype(float)) != 450


def test_the_answer_reverses_the_pair_and_clearing_ends_it(office, box, line, end):
    line.service.answer_polarity, line.service.clear = True, Clear.POLARITY
    office.answer_rule("110", script.answers(0.3, [Wait(0.5), HangUp()]))
    seize(office, end)
    end.press("110")
    assert office.run(3, lambda: line.state is S.CLEARED)
    office.step(2)
    signs = [feed.volts > 0 for feed in end.seen]
    edges = np.flatnonzero(np.diff(signs)) + 1
    (call,) = office.calls
    assert [at * 40 for at in edges] == [call.times.connect, call.times.disconnect]
    office.run(1)
    assert level_dbm0(heard(office, end, 0.5)) < -60  # no tone beside it


def test_clearing_by_busy_tone_of_any_kind(office, box, line, end):
    line.service.clear_tone = Tone((425,), ((250, 250),))
    line.service.clear_tone_error = 0.02
    answered(office, line, end)
    office.run(1.1)
    tone = heard(office, end, 1.0).astype(float)
    assert tone_hz(tone) in range(431, 436)
    loud = np.abs(tone).reshape(-1, 40).max(axis=1) > 1000
    edges = np.flatnonzero(np.diff(loud.astype(int))) * 5
    assert np.diff(edges) == pytest.approx([250] * (len(edges) - 1), abs=5)
    assert len(edges) in (3, 4)


def test_clearing_by_a_tone_after_silence(office, box, line, end):
    line.service.clear, line.service.silence_s = Clear.SILENCE_THEN_TONE, 5.0
    call = answered(office, line, end)
    office.run(6)
    (tone,) = [tick for tick, name in line.tones if name == "cleared"]
    assert (tone - call.times.disconnect) / SECOND == pytest.approx(5.0, abs=0.01)
    quiet = end.heard.heard().between(call.times.disconnect + 80, tone)
    assert (level_dbm0(quiet) < -60, tone_hz(heard(office, end, 1.0).astype(float))) == (True, 450)


def test_clearing_by_a_tone_in_speech(office, box, line, end):
    line.service.clear = Clear.TONE_IN_SPEECH
    answered(office, line, end)
    office.run(3)
    sound = heard(office, end, 2.8).astype(float)
    rms = np.sqrt(np.mean(np.square(sound.reshape(-1, 400)), axis=1))
    assert np.mean(rms > 100) > 0.8  # the pauses of the tone are filled
    assert tone_hz(sound) == 450


@pytest.mark.parametrize("milliseconds", [100, 400, 800])
def test_clearing_by_a_battery_drop(office, box, line, end, milliseconds):
    line.service.clear, line.service.drop_ms = Clear.BATTERY_DROP, milliseconds
    answered(office, line, end)
    office.run(1.5)
    assert sum(feed.volts == 0 for feed in end.seen) * 5 == milliseconds
    assert (line.state, end.seen[-1].volts) == (S.CLEARED, -48)
    assert len(line.hook_edges) == 1  # what the exchange does itself is no hook


def test_clearing_by_nothing(office, box, line, end):
    line.service.clear, line.service.howler_after_s = Clear.NOTHING, 0.5
    call = answered(office, line, end)
    office.run(3)
    assert (line.state, call.state, line.tones) == (S.CLEARED, CallState.CLEARING, [])
    assert {feed.volts for feed in end.seen} == {-48}


def test_a_called_party_who_clears_first_does_not_free_the_line(office, box, line, end):
    line.service.release_s = 5.0
    call = office.place_call(line, "2", [WaitConnect()])
    seize(office, end)
    end.off_hook = False
    assert office.run(2, lambda: line.state is S.HELD)
    cleared = office.tick
    assert call.cleared_by == "box"
    seize(office, end, 1.5)
    assert (line.state, level_dbm0(heard(office, end, 1)) < -60) == (S.INCOMING, True)
    end.off_hook = False
    assert office.run(6, lambda: call.ended)
    assert (office.tick - cleared) / SECOND == pytest.approx(5.0, abs=0.05)
    assert line.state is S.IDLE


def test_a_line_off_hook_at_the_end_of_the_hold_gets_the_tone(office, box, line, end):
    line.service.release_s = 2.0
    office.place_call(line, "2", [WaitConnect()])
    seize(office, end)
    end.off_hook = False
    office.run(1.5)
    seize(office, end, 3)
    assert (line.state, tone_hz(heard(office, end, 1.0).astype(float))) == (S.CLEARED, 450)


@pytest.mark.parametrize("glare_ms", [0, 60, 250])
def test_ringing_meets_a_line_just_seized(office, box, line, end, glare_ms):
    call = office.place_call(line, "2", [WaitConnect()], glare_ms=glare_ms)
    office.run(0.5)
    assert (call.state, line.state) == (CallState.CALLING, S.IDLE)
    end.off_hook = True
    assert office.run(1, lambda: call.state is CallState.CONNECTED)
    seized = line.hook_edges[0][0]
    assert (line.rings[0] - seized) / 8 == pytest.approx(glare_ms, abs=6)
    assert (call.times.connect - line.rings[0]) / 8 == pytest.approx(100, abs=6)  # ring trip


def test_another_country_has_its_tones(office, box, line, end):
    line.service.country = "US"
    seize(office, end, 1)
    spectrum = np.abs(np.fft.rfft(heard(office, end, 0.5).astype(float)))
    assert set(np.argsort(spectrum)[-2:] * 2) == {350, 440}
    assert len(cycle("busy", "DE")) == 960 * 8


def test_a_second_caller_is_told_to_a_line_in_conversation(office, box, line, end):
    line.service.call_waiting = True
    first = office.place_call(line, "2", [WaitConnect(), Wait(60)])
    seize(office, end)
    second = office.place_call(line, "13800138000", [WaitConnect(patience_s=1.5)])
    assert office.run(3, lambda: second.ended)
    receiver = AdsiReceiver()
    receiver.feed(end.heard.heard().samples)
    receiver.close()
    assert b"13800138000" in receiver.messages[0]
    assert (first.connected, line.state, second.times.connect) == (True, S.INCOMING, None)
