"""One call from ring to report, on virtual time, seen from the exchange and from the agent."""

import numpy as np
import pytest

from board.sim.script import HangUp, Press, Say, UntilQuiet, Wait, WaitConnect
from board.sim.speech import sentence
from cython_dsp.reference import alaw_decode
from firmware.contract.model import Cause, Outcome
from firmware.store.read import CallFilter
from hil_tests.listening import likeness

pytestmark = pytest.mark.timeout(240)
NEAR = 0.1  # s: call record and exchange agree on every time
CALLER, NUMBER = "13800138000", "01088886666"


def english_sales(*then):
    """A caller who chooses English and sales, hears the agent's greeting out, and then ..."""
    return [WaitConnect(), Wait(5), Press("2"), Wait(14), Press("1"), UntilQuiet(1.2), *then]


def read_recording(path):
    """Both channels of an A-law WAV as int16: (customer, agent)."""
    data = path.read_bytes()
    assert data[:4] == b"RIFF"
    assert int.from_bytes(data[20:22], "little") == 6, "A-law"
    start = data.index(b"data") + 8
    size = int.from_bytes(data[start - 4 : start], "little")
    codes = np.frombuffer(data[start : start + size], np.uint8).reshape(-1, 2)
    return alaw_decode(codes[:, 0].copy()), alaw_decode(codes[:, 1].copy())


def record_of(world, call):
    """The call's line in the report."""
    world.box.store.ledger.flush()
    return next(r for r in world.box.store.reads.calls(CallFilter(), 50, 0).calls if r.call == call)


def test_a_call_from_ring_to_report(world, ready, speech, prompt):
    said_by_caller = speech("en", "caller_problem")
    said_by_agent = speech("en", "agent_explanation")
    call = world.office.place_call(
        NUMBER, CALLER, english_sales(Say(sentence("en", "caller_problem")), Wait(20), HangUp())
    )
    assert world.run(40, lambda: ready.me["state"] == "reserved")
    the_card_shows_who_calls(world)
    world.run(8)  # he hears that he is to wait, then music
    name = ready.me["call"]
    ready.ask("AnswerCall", call=name)
    answered = world.now_ms
    world.run(len(said_by_caller) / 8000 + 5)
    spoke = world.office.tick
    ready.phone.say(said_by_agent)
    assert world.run(60, lambda: call.ended)
    ready.ask("FinishWrapUp", call=name, disposition="order", note="two boxes")
    assert ready.me["state"] == "ready"
    world.run(1)  # the recording is finished and hashed

    the_caller_was_guided(call, prompt)
    both_heard_each_other(call, ready, said_by_caller, said_by_agent, spoke)
    record = record_of(world, name)
    record_agrees_with_exchange(world, record, call, answered)
    recording_has_both_sides(world, record, call, said_by_caller, said_by_agent)


def the_card_shows_who_calls(world):
    (view,) = world.snapshot["calls"]
    assert (view["calling"], view["called"]) == (CALLER, NUMBER)
    assert view["queue"] == "sales"
    assert len(view["path"]) == 3, view["path"]
    assert view["queued_ms"] is not None


def the_caller_was_guided(call, prompt):
    heard = call.heard().samples
    for language, name in (("zh_CN", "welcome"), ("en", "main_menu"), ("en", "please_wait")):
        # The network connects the channel some milliseconds after the box's CONNECT.
        played = prompt(language, name)[400:]
        assert likeness(played, heard).correlation > 0.9, (language, name)


def both_heard_each_other(call, desk, said_by_caller, said_by_agent, spoke):
    at_caller = likeness(said_by_agent, call.heard().between(spoke, call.heard().end))
    at_agent = likeness(said_by_caller, desk.phone.heard())
    print(f"caller hears agent: {at_caller}; agent hears caller: {at_agent}")
    for found in (at_caller, at_agent):
        assert found.correlation > 0.9
        assert found.longest_gap_s <= 0.02


def record_agrees_with_exchange(world, record, call, answered):
    def near(ms, tick):
        assert abs(ms - world.utc_of(tick)) <= NEAR * 1000

    near(record.start_ms, call.times.setup)
    near(record.answer_ms, call.times.connect)
    near(record.end_ms, call.times.disconnect)
    assert abs(record.bridge_ms - answered) <= NEAR * 1000
    assert (record.cause, call.cause) == (Cause.NORMAL_CLEARING, 16)
    assert record.outcome is Outcome.ANSWERED
    assert (record.calling, record.called) == (CALLER, NUMBER)
    assert (record.queue, record.agent, record.by) == ("sales", "8001", "caller")
    assert (record.disposition, record.note) == ("order", "two boxes")
    assert record.talk_s == pytest.approx((record.end_ms - answered) / 1000, abs=NEAR)
    assert [p.kind for p in record.parts if p.kind != "ivr"] == ["queue", "ring", "talk", "wrap_up"]


def recording_has_both_sides(world, record, call, said_by_caller, said_by_agent):
    (recording,) = record.recordings
    caller, agent = read_recording(world.options.data / "recordings" / recording.path)
    assert len(caller) == recording.frames
    left, right = likeness(said_by_caller, caller), likeness(said_by_agent, agent)
    assert left.correlation > 0.9
    assert right.correlation > 0.9
    # Both sides are aligned in the file as they were at the exchange.
    at_exchange = call.said(), call.heard()
    between = [
        at.tick / 8000 + likeness(said, at.samples).delay_s
        for at, said in zip(at_exchange, (said_by_caller, said_by_agent), strict=True)
    ]
    offset = (right.delay_s - left.delay_s) - (between[1] - between[0])
    print(f"the recording's sides are {offset * 1000:.1f} ms apart from the exchange's")
    assert abs(offset) <= 0.02
