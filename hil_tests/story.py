"""The story of one call, from ring to report: what both sides must find, on every kind of line."""

import numpy as np
import pytest

from board.sim.script import Press, UntilQuiet, Wait, WaitConnect
from cython_dsp.reference import alaw_decode
from firmware.contract.model import Cause, Outcome
from firmware.store.read import CallFilter
from hil_tests.listening import likeness

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


def tell(world, desk, call, speech):
    """A caller (english_sales, then a sentence) reaches the desk; the agent answers and replies.

    Returns the name of the call, and when the agent answered and spoke; the wrap-up is over.
    """
    said_by_caller = speech("en", "caller_problem")
    assert world.run(60, lambda: desk.me["state"] == "reserved")
    the_card_shows_who_calls(world, call)
    world.run(8)  # he hears that he is to wait, then music
    name = desk.me["call"]
    desk.ask("AnswerCall", call=name)
    answered = world.now_ms
    world.run(len(said_by_caller) / 8000 + 5)
    spoke = world.office.tick
    desk.phone.say(speech("en", "agent_explanation"))
    assert world.run(60, lambda: desk.me["state"] == "working_after_call")
    desk.ask("FinishWrapUp", call=name, disposition="order", note="two boxes")
    assert desk.me["state"] == "ready"
    world.run(1)  # the recording is finished and hashed
    return name, answered, spoke


def the_card_shows_who_calls(world, call):
    (view,) = world.snapshot["calls"]
    assert (view["calling"], view["called"]) == (CALLER, call.called)
    assert view["queue"] == "sales"
    assert len(view["path"]) == 3, view["path"]
    assert view["queued_ms"] is not None


def the_caller_was_guided(call, prompt):
    heard = call.heard().samples
    for language, name in (("zh_CN", "welcome"), ("en", "main_menu"), ("en", "please_wait")):
        # The network connects the channel some milliseconds after the box's CONNECT.
        played = prompt(language, name)[400:]
        assert likeness(played, heard).correlation > 0.9, (language, name)


def both_heard_each_other(call, desk, speech, spoke):
    heard = call.heard().between(spoke, call.heard().end)
    at_caller = likeness(speech("en", "agent_explanation"), heard)
    at_agent = likeness(speech("en", "caller_problem"), desk.phone.heard())
    print(f"caller hears agent: {at_caller}; agent hears caller: {at_agent}")
    for found in (at_caller, at_agent):
        assert found.correlation > 0.9
        assert found.longest_gap_s <= 0.02


def record_agrees_with_exchange(world, record, call, answered, ended, near=NEAR):
    """`ended`: the tick at which the exchange saw the box's end of the call."""
    times = ((record.start_ms, call.times.setup), (record.answer_ms, call.times.connect))
    for ms, tick in (*times, (record.end_ms, ended)):
        assert abs(ms - world.utc_of(tick)) <= near * 1000, (ms - world.utc_of(tick), tick)
    assert abs(record.bridge_ms - answered) <= NEAR * 1000
    assert (record.cause, call.cause) == (Cause.NORMAL_CLEARING, 16)
    assert record.outcome is Outcome.ANSWERED
    assert (record.calling, record.called) == (CALLER, call.called)
    assert (record.queue, record.agent, record.by) == ("sales", "8001", "caller")
    assert (record.disposition, record.note) == ("order", "two boxes")
    assert record.talk_s == pytest.approx((record.end_ms - answered) / 1000, abs=NEAR)
    assert [p.kind for p in record.parts if p.kind != "ivr"] == ["queue", "ring", "talk", "wrap_up"]


def recording_has_both_sides(world, record, call, speech):
    said_by_caller = speech("en", "caller_problem")
    said_by_agent = speech("en", "agent_explanation")
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
