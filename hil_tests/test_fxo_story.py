"""Calls on analogue lines, on virtual time: a box that has no other lines."""

import pytest

from board.sim.script import Alert, HangUp, Say, Wait, answers, busy
from board.sim.speech import sentence
from cython_dsp.reference import alaw_encode
from firmware.contract.model import AnswerSign, Cause, Outcome
from hil_tests import story
from hil_tests.listening import likeness

pytestmark = pytest.mark.timeout(240)
OUTSIDE = "13912345678"


def test_an_analogue_call_from_ring_to_report(fxo, at_desk, speech, prompt):
    script = story.english_sales(Say(sentence("en", "caller_problem")), Wait(20), HangUp())
    line = fxo.analog.line(1)
    call = fxo.analog.place_call(line, story.CALLER, script)
    name, answered, spoke = story.tell(fxo, at_desk, call, speech)
    story.the_caller_was_guided(call, prompt)
    story.both_heard_each_other(call, at_desk, speech, spoke)
    record = story.record_of(fxo, name)
    ended, off_hook = line.hook_edges[-1]
    assert not off_hook
    trip = line.service.ring_trip_ms / 1000  # until the exchange takes the ringing away
    story.record_agrees_with_exchange(fxo, record, call, answered, ended, story.NEAR + trip)
    story.recording_has_both_sides(fxo, record, call, speech)


def dial(fxo, desk, script, number=OUTSIDE):
    """The agent dials; returns the call's name and the exchange's call."""
    desk.ask("SetAgentState", state="not_ready", reason="lunch")
    fxo.analog.answer_rule("*", script)
    name = desk.ask("MakeCall", number=number)["call"]
    assert fxo.run(20, lambda: bool(fxo.analog.calls)), "nothing was dialled"
    return name, fxo.analog.calls[-1]


def test_an_agents_call_goes_out_and_both_are_heard(fxo, at_desk, speech):
    for line in fxo.analog.lines:
        line.service.answer_polarity = True
    path = "analog.analog.lines"
    lines = fxo.box.config.model_dump(mode="json")["analog"]["analog"]["lines"]
    lines = {key: line | {"answer_polarity": True} for key, line in lines.items()}
    fxo.agent("admin").ask("ProposeConfig", base_revision=1, path=path, value=lines)
    then = [Wait(1), Say(sentence("en", "caller_answer")), Wait(20), HangUp()]
    name, call = dial(fxo, at_desk, answers(4.0, then))
    assert call.called == OUTSIDE
    assert fxo.run(20, lambda: at_desk.told("AnswerNoticed") != [])
    at_desk.phone.say(speech("en", "agent_opening"))
    assert fxo.run(60, lambda: at_desk.me["state"] == "working_after_call")
    at_desk.ask("FinishWrapUp", call=name, disposition="order")
    fxo.run(1)
    assert likeness(speech("en", "caller_answer"), at_desk.phone.heard()).correlation > 0.9
    assert likeness(speech("en", "agent_opening"), call.heard().samples).correlation > 0.9
    record = story.record_of(fxo, name)
    assert (record.answer, record.outcome) == (AnswerSign.SIGNAL, Outcome.ANSWERED)
    assert abs(record.bridge_ms - fxo.utc_of(call.times.connect)) <= story.NEAR * 1000
    assert len(record.recordings) == 1
    digits = call_line(fxo, call).digits
    assert "".join(one.digit for one in digits) == call.called
    assert all(one.length_ms >= 40 for one in digits)


def call_line(fxo, call):
    return fxo.analog.line(call.channel)


def test_a_voice_after_ringback_is_an_answer(fxo, at_desk):
    then = [Say(sentence("en", "caller_answer")), Wait(10), HangUp()]
    name, call = dial(fxo, at_desk, answers(9.0, then))
    assert fxo.run(40, lambda: at_desk.told("AnswerNoticed") != [])
    assert 0 < fxo.analog.tick - call.times.connect < 3 * 8000
    assert fxo.run(60, lambda: at_desk.me["state"] == "working_after_call")
    assert story.record_of(fxo, name).answer is AnswerSign.VOICE


def test_behind_ring_back_music_nobody_knows_who_answered(fxo, at_desk, prompt, speech):
    music = prompt("zh_CN", "music")
    for line in fxo.analog.lines:
        line.service.ringback = alaw_encode(music).tobytes()
    then = [Wait(1), Say(sentence("en", "caller_answer")), Wait(10), HangUp()]
    name, call = dial(fxo, at_desk, answers(8.0, then))
    fxo.run(5)
    assert likeness(music[8000:24000], at_desk.phone.heard()).correlation > 0.9
    fxo.run(6)
    at_desk.phone.say(speech("en", "agent_opening"))
    assert fxo.run(60, lambda: fxo.snapshot["calls"] == [])
    assert likeness(speech("en", "agent_opening"), call.heard().samples).correlation > 0.9
    record = story.record_of(fxo, name)
    assert (record.answer, record.outcome) == (AnswerSign.NONE, Outcome.UNCONFIRMED)
    assert (record.bridge_ms, record.talk_s) == (None, 0)


@pytest.mark.parametrize(
    ("script", "cause"),
    [(busy(), Cause.USER_BUSY), ([Alert(), Wait(8), HangUp(34)], Cause.SWITCH_CONGESTION)],
)
def test_why_nobody_was_reached_is_heard_on_the_line(fxo, at_desk, script, cause):
    name, call = dial(fxo, at_desk, script)
    assert fxo.run(40, lambda: fxo.snapshot["calls"] == [])
    record = story.record_of(fxo, name)
    assert (record.cause, record.outcome) == (cause, Outcome.FAILED)
    assert fxo.run(10, lambda: fxo.line(call.channel)["state"] == "idle")
