"""What agents do with calls, and what the network does to them, on virtual time."""

import numpy as np
import pytest

from board.sim.call import CallState
from board.sim.script import (
    Answer,
    HangUp,
    Press,
    Say,
    Wait,
    WaitConnect,
    answers,
    busy,
    no_answer,
    rejected,
)
from board.sim.speech import sentence
from hil_tests.desk import Refused
from hil_tests.listening import level_dbm0, likeness

pytestmark = pytest.mark.timeout(240)
NUMBER, CALLER = "01088886666", "13800138000"
TO_SALES = (WaitConnect(), Wait(0.5), Press("2"), Wait(1.0), Press("1"))


def talk(world, desk, *then, caller=CALLER):
    """A caller who is talking with this agent; the announcement of the agent is over."""
    call = world.office.place_call(NUMBER, caller, [*TO_SALES, *then])
    assert world.run(20, lambda: desk.me["state"] == "reserved")
    desk.ask("AnswerCall", call=desk.me["call"])
    world.run(4)
    return call


def test_who_holds_gives_music_and_gets_the_caller_back(world, ready, prompt, speech):
    call = talk(world, ready, Wait(60), HangUp())
    name = ready.me["call"]
    ready.ask("HoldCall", call=name)
    held, silent_since = world.office.tick, ready.phone.tick
    world.run(6)
    music = call.heard().between(held + 8000, held + 5 * 8000)
    assert level_dbm0(music) > -35
    assert likeness(music[4000:12000], prompt("zh_CN", "music")).correlation > 0.9
    world.run(0.5)
    assert level_dbm0(ready.phone.heard(silent_since + 100)) < -60, "the agent hears nobody"
    ready.ask("RetrieveCall", call=name)
    again = world.office.tick
    ready.phone.say(speech("en", "agent_question"))
    world.run(8)
    found = likeness(speech("en", "agent_question"), call.heard().between(again, world.office.tick))
    assert found.correlation > 0.9


def test_a_call_handed_to_a_colleague_goes_on_there(world, ready, speech):
    colleague = world.agent("8002")
    colleague.connect_telephone()
    colleague.ask("SetAgentState", state="ready")
    call = talk(world, ready, Wait(8), Say(sentence("en", "caller_answer")), Wait(30), HangUp())
    name = ready.me["call"]
    ready.ask("SingleStepTransferCall", call=name, to_agent="8002")
    assert world.run(5, lambda: colleague.me["state"] == "reserved")
    colleague.ask("AnswerCall", call=name)
    assert ready.me["state"] == "working_after_call"
    world.run(15)
    assert likeness(speech("en", "caller_answer"), colleague.phone.heard()).correlation > 0.9
    colleague.ask("ClearConnection", call=name)
    assert world.run(5, lambda: call.ended)
    assert call.cause == 16


def test_a_call_handed_to_an_outside_number_adds_little_delay(world, ready, speech):
    world.office.answer_rule("02166668888", answers(1.0, [Wait(60)]))
    said = speech("en", "caller_problem")
    call = talk(world, ready, Wait(12), Say(sentence("en", "caller_problem")), Wait(20))
    ready.ask("SingleStepTransferCall", call=ready.me["call"], to_number="02166668888")
    assert world.run(
        20, lambda: any(c.incoming and c.state is CallState.CONNECTED for c in calls(world))
    )
    (outside,) = (c for c in calls(world) if c.incoming)
    world.run(20)
    start = call.said().tick + likeness(said, call.said().samples).delay_s * 8000
    end = outside.heard().tick + likeness(said, outside.heard().samples).delay_s * 8000
    found = likeness(said, outside.heard().samples)
    delay_ms = (end - start) / 8
    print(f"E1 in to E1 out through a bridge: {delay_ms:.2f} ms, likeness {found}")
    assert found.correlation > 0.9
    assert 0 < delay_ms <= 30


def calls(world):
    return world.office.calls


@pytest.mark.parametrize(
    ("script", "cause"),
    [(busy(), 17), (no_answer(2.0), 19), (rejected(), 21), ([HangUp(1)], 1), ([HangUp(34)], 34)],
)
def test_why_a_dialled_number_was_not_reached_is_told(world, ready, script, cause):
    ready.ask("SetAgentState", state="not_ready", reason="lunch")
    world.office.answer_rule("02166668888", script)
    name = ready.ask("MakeCall", number="02166668888")["call"]
    assert world.run(20, lambda: ready.told("LegCleared"))
    cleared = ready.told("LegCleared")[0]
    assert (cleared["call"], cleared["cause"]) == (name, cause)
    assert calls(world)[-1].cause == cause
    assert ready.me["state"] == "not_ready", "nobody was reached: no wrap-up"


def test_a_dialled_number_answers_and_both_are_heard(world, ready, speech):
    ready.ask("SetAgentState", state="not_ready", reason="lunch")
    world.office.answer_rule(
        "02166668888", answers(1.0, [Wait(1), Say(sentence("en", "caller_answer")), Wait(30)])
    )
    name = ready.ask("MakeCall", number="02166668888")["call"]
    assert world.run(10, lambda: calls(world) and calls(world)[-1].state is CallState.CONNECTED)
    outside = calls(world)[-1]
    spoke = world.office.tick
    ready.phone.say(speech("en", "agent_opening"))
    world.run(12)
    assert likeness(speech("en", "caller_answer"), ready.phone.heard()).correlation > 0.9
    heard = outside.heard().between(spoke, world.office.tick)
    assert likeness(speech("en", "agent_opening"), heard).correlation > 0.9
    ready.ask("SendDigits", call=name, digits="159#")
    world.run(3)
    assert outside.pressed == "159#"
    ready.ask("ClearConnection", call=name)
    assert world.run(5, lambda: outside.ended)
    assert (outside.cause, outside.cleared_by) == (16, "box")


@pytest.mark.parametrize(
    ("number", "code"), [("+85221234567", "international_closed"), ("0085221234567", None)]
)
def test_international_numbers_are_closed_by_default(world, ready, number, code):
    ready.ask("SetAgentState", state="not_ready", reason="lunch")
    with pytest.raises(Refused) as refusal:
        ready.ask("MakeCall", number=number)
    assert code is None or refusal.value.args[0] == code
    assert calls(world) == []


def test_a_blacklisted_caller_is_rejected_before_answer(world):
    call = world.office.place_call(NUMBER, "02155550000", [WaitConnect(5), Wait(5), HangUp()])
    assert world.run(5, lambda: call.ended)
    assert (call.cause, call.times.connect) == (17, None)


def test_who_does_not_answer_twice_is_made_not_ready(world, ready):
    world.office.place_call(NUMBER, CALLER, [*TO_SALES, Wait(120)])
    assert world.run(100, lambda: ready.me["state"] == "not_ready")
    assert ready.me["reason"] == "no_answer"
    assert len(ready.told("AgentMissed")) == 2


def test_digits_sent_one_by_one_make_a_number(world):
    world.agent("admin").ask(
        "ProposeConfig", base_revision=1, path="trunks.e1.overlap_digits", value=len(NUMBER)
    )
    script = [WaitConnect(), Wait(2), HangUp()]
    call = world.office.place_call(NUMBER, CALLER, script, first_digits=4)
    assert world.run(20, lambda: call.state is CallState.CONNECTED), call.cause
    assert world.snapshot["calls"][0]["called"] == NUMBER


def test_garbage_on_the_d_channel_harms_no_call(world, ready):
    call = talk(world, ready, Wait(20), HangUp())
    rng = np.random.default_rng(7)
    for n in range(200):
        world.office.send_raw_frame(rng.bytes(int(rng.integers(1, 250))), bits=n % 3 and 1)
        world.tick()
    world.run(2)
    assert call.state is CallState.CONNECTED
    assert ready.me["state"] == "busy"
    assert world.run(30, lambda: call.ended)
    assert call.cause == 16


def test_loss_of_the_line_is_shown_and_survived(world):
    world.office.set_alarms(1)
    assert world.run(3, lambda: world.span["alarms"] == ["los"])
    world.office.set_alarms(0)
    assert world.run(20, lambda: world.span["alarms"] == [] and world.span["link"])
    call = world.office.place_call(NUMBER, CALLER, [WaitConnect(), Wait(2), HangUp()])
    assert world.run(10, lambda: call.ended)
    assert call.cause == 16


def test_every_channel_is_free_after_thirty_callers(world):
    callers = [
        world.office.place_call(NUMBER, f"138001380{n:02}", [WaitConnect(), Wait(3), HangUp()])
        for n in range(30)
    ]
    world.run(1)
    assert sum(c["state"] == "connected" for c in world.span["channels"]) == 30
    refused = world.office.place_call(NUMBER, CALLER, [WaitConnect(), Answer()])
    assert world.run(20, lambda: all(c.ended for c in [*callers, refused]))
    world.run(1)
    assert {c.cause for c in callers} == {16}
    assert {c["state"] for c in world.span["channels"]} == {"idle"}
    assert world.snapshot["calls"] == []
