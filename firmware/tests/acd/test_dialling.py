"""Calls that agents make: permission before SETUP, causes afterwards."""

import copy

import pytest

from firmware.acd.agent import Wish
from firmware.contract.events import (
    AnswerNoticed,
    CallBridged,
    CallCleared,
    CallOffered,
    FarEndCleared,
)
from firmware.contract.ids import AgentId
from firmware.contract.model import AgentState, AnswerSign, Cause, ClearSign
from firmware.errors import Refused
from firmware.tests.fakes import DOCUMENT, World

S = AgentState
AGENT = AgentId("8001")


def world_with(**outbound):
    document = copy.deepcopy(DOCUMENT)
    document["outbound"] = outbound
    return World(document)


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


def dial(world, number="13900000000"):
    world.control.make_call(AGENT, number)
    return world.lines.dialled[-1]


def test_agent_is_connected_first_and_hears_ringback_then_the_person(world):
    agent = world.ready("8001")
    line = dial(world)
    assert (line.called, line.calling) == ("13900000000", "01088886666")
    assert agent.state is S.BUSY
    line.network_alerts()
    assert [p.kind for p in world.media.sounds(agent.port)] == ["ringback"]
    line.network_answers()
    assert world.hears(agent.port) == {world.port(line)}
    assert world.last(CallBridged).queue is None
    assert world.tap.begun == [world.last(CallBridged).call]
    agent.duty.hang_up()
    assert world.end_of_call() == (16, "agent", "answered")
    assert agent.state is S.WORKING_AFTER_CALL


def test_tones_and_announcements_of_the_network_are_heard_as_they_are(world):
    agent = world.ready("8001")
    line = dial(world)
    line.network_alerts(inband=True)
    assert world.media.sounds(agent.port) == []
    assert world.hears(agent.port) == {world.port(line)}


@pytest.mark.parametrize("cause", [
    Cause.USER_BUSY, Cause.NO_USER_RESPONDING, Cause.CALL_REJECTED, Cause.UNALLOCATED_NUMBER,
])  # fmt: skip
def test_cause_of_the_network_is_in_the_record_and_the_agent_is_ready_again(world, cause):
    agent = world.ready("8001")
    dial(world).network_clears(cause)
    assert world.end_of_call() == (cause.value, "caller", "failed")
    assert agent.state is S.READY


def test_far_end_that_does_not_answer_is_given_up(world):
    agent = world.ready("8001")
    line = dial(world)
    line.network_alerts()
    world.advance(60)
    assert line.sent == ["disconnect 19"]
    assert world.end_of_call() == (19, "box", "failed")
    assert agent.state is S.READY


def test_agent_who_dials_in_a_pause_is_in_the_pause_again_afterwards(world):
    agent = world.ready("8001")
    agent.set_state(Wish(S.NOT_READY, "lunch", "8001"))
    line = dial(world)
    line.network_clears(Cause.USER_BUSY)
    assert (agent.state, agent.reason) == (S.NOT_READY, "lunch")


def test_agent_dials_back_from_wrap_up(world):
    agent = world.ready("8001")
    dial(world).network_answers()
    agent.duty.hang_up()
    dial(world).network_answers()
    assert agent.state is S.BUSY


def test_dialling_twice_at_once_is_refused(world):
    world.ready("8001")
    dial(world)
    with pytest.raises(Refused):
        dial(world)
    assert len(world.lines.dialled) == 1


@pytest.mark.parametrize(("number", "code"), [
    ("0085212345678", "international_closed"),
    ("+85212345678", "international_closed"),
    ("12", "invalid_number"),
    ("abc", "invalid_number"),
])  # fmt: skip
def test_what_may_not_be_dialled_never_leaves_the_box(world, number, code):
    agent = world.ready("8001")
    with pytest.raises(Refused) as refused:
        dial(world, number)
    assert refused.value.code == code
    assert world.lines.dialled == []
    assert world.of(CallOffered) == []
    assert agent.state is S.READY


def test_international_prefix_that_is_open_may_be_dialled():
    world = world_with(international=["+852*"])
    world.ready("8001")
    assert dial(world, "+85212345678").called == "0085212345678"
    with pytest.raises(Refused):
        dial(world, "+8112345678")
    world.close()


@pytest.mark.parametrize("number", ["110", "9119", "0120", "122"])
def test_emergency_numbers_pass_when_the_limit_is_reached(number):
    world = world_with(calls_per_hour=0, minutes_per_hour=0, allowed=[])
    world.ready("8001")
    with pytest.raises(Refused):
        dial(world)
    assert dial(world, number).called == number[-3:]
    world.close()


def test_calls_an_hour_are_limited_and_the_hour_slides():
    world = world_with(calls_per_hour=2)
    world.ready("8001")
    for _ in range(2):
        dial(world).network_clears(Cause.USER_BUSY)
        world.advance(60)
    with pytest.raises(Refused) as refused:
        dial(world)
    assert refused.value.code == "too_many_calls"
    world.advance(3600 - 120)
    dial(world)
    world.close()


def test_minutes_an_hour_are_limited_running_calls_included():
    world = world_with(minutes_per_hour=10)
    first, _ = world.ready("8001"), world.ready("8002")
    dial(world).network_answers()
    world.advance(599)
    world.control.make_call(AgentId("8002"), "13900000001")
    world.lines.dialled[-1].network_clears(Cause.USER_BUSY)
    world.advance(2)
    with pytest.raises(Refused) as refused:
        world.control.make_call(AgentId("8002"), "13900000001")
    assert refused.value.code == "too_many_minutes"
    first.duty.hang_up()
    world.close()


def test_without_a_free_channel_the_attempt_is_recorded_and_refused(world):
    agent = world.ready("8001")
    world.lines.capacity = 0
    with pytest.raises(Refused, match="no channel"):
        dial(world)
    assert world.last(CallCleared).cause is Cause.NO_CHANNEL
    assert agent.state is S.READY


def test_other_channel_given_by_the_network_is_used(world):
    agent = world.ready("8001")
    line = dial(world)
    before = world.port(line)
    line.network_moves(29)
    line.network_answers()
    assert before not in world.media.open
    assert world.hears(agent.port) == {world.port(line)}


def test_desktop_lost_while_dialling_ends_the_attempt(world):
    agent = world.ready("8001")
    line = dial(world)
    agent.lose_telephone()
    assert line.sent == ["disconnect 27"]
    assert (agent.state, agent.reason) == (S.NOT_READY, "telephone_lost")


def test_digits_of_the_desk_go_to_the_far_end(world):
    agent = world.ready("8001")
    line = dial(world)
    line.network_answers()
    agent.duty.send_digits("12#")
    assert world.media.sent_digits == [(world.port(line), "12#")]


def unconfirmed(world):
    """A call on an analogue line whose digits are out."""
    world.lines.open_at_once = False
    agent, line = world.ready("8001"), dial(world)
    assert world.hears(world.port(line)) == set()  # nobody talks into the dialling
    line.far_end_is_unknown()
    return agent, line


def test_call_without_answer_signal_is_heard_and_recorded_but_no_talk(world):
    agent, line = unconfirmed(world)
    assert world.hears(agent.port) == {world.port(line)}
    assert world.hears(world.port(line)) == {agent.port}
    assert len(world.tap.begun) == 1
    world.advance(200)  # no T_answer: they may be talking
    assert world.of(CallCleared) == []
    line.network_clears(sign=ClearSign.TONE)
    assert world.end_of_call() == (16, "caller", "unconfirmed")
    assert world.of(CallBridged) == []
    assert world.last(FarEndCleared).sign is ClearSign.TONE
    assert agent.state is S.WORKING_AFTER_CALL


def test_agent_who_hangs_up_an_unconfirmed_call(world):
    agent, _ = unconfirmed(world)
    agent.duty.hang_up()
    assert world.end_of_call() == (16, "agent", "unconfirmed")


def test_unconfirmed_call_that_is_busy_has_failed(world):
    _, line = unconfirmed(world)
    line.network_clears(Cause.USER_BUSY)
    assert world.end_of_call() == (17, "caller", "failed")


def test_ringback_on_an_analogue_line_is_given_up_as_any_other(world):
    _, line = unconfirmed(world)
    line.network_alerts(inband=True)
    world.advance(61)
    assert world.end_of_call() == (19, "box", "failed")


def test_voice_after_ringback_is_an_answer_and_goes_on_in_the_same_way(world):
    agent, line = unconfirmed(world)
    line.network_alerts(inband=True)
    line.network_answers(AnswerSign.VOICE)
    assert world.last(AnswerNoticed).sign is AnswerSign.VOICE
    assert world.of(CallBridged)
    agent.duty.hang_up()
    assert world.end_of_call() == (16, "agent", "answered")


def test_answer_of_an_isdn_call_is_a_signal(world):
    world.ready("8001")
    dial(world).network_answers()
    assert world.last(AnswerNoticed).sign is AnswerSign.SIGNAL
