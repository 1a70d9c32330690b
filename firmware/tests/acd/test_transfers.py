"""Blind transfers, and desktops that are lost in a call."""

import pytest

from firmware.acd.agent import Wish
from firmware.contract.events import CallQueued, CallTransferred, IvrStep
from firmware.contract.ids import QueueId
from firmware.contract.model import AgentState, AnswerSign, CallPhase, Cause
from firmware.errors import Refused
from firmware.tests.acd.test_stories import desk, talking
from firmware.tests.fakes import World

S = AgentState


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


def test_blind_transfer_to_a_ready_agent(world):
    first, line = talking(world)
    second = world.ready("8003")
    desk(first).transfer_to_agent("8003")
    assert first.state is S.WORKING_AFTER_CALL
    assert second.state is S.BUSY  # answers automatically
    assert world.hears(second.port) >= {world.port(line)}
    assert world.last(CallTransferred).to_agent == "8003"
    line.network_clears()
    assert world.end_of_call() == (16, "caller", "answered")


def test_caller_hears_music_until_the_target_of_a_transfer_answers(world):
    first, line = talking(world)
    second = world.ready("8002")
    desk(first).transfer_to_agent("8002")
    assert second.state is S.RESERVED
    assert [p.kind for p in world.media.sounds(world.port(line))] == ["music"]
    assert next(iter(world.control.calls)).phase is CallPhase.TRANSFERRING
    desk(second).answer()
    assert second.port in world.hears(world.port(line))


def test_failed_transfer_brings_the_caller_back_to_the_head_of_the_queue(world):
    first, line = talking(world)
    world.ready("8002")
    desk(first).transfer_to_agent("8002")
    world.advance(21)
    assert world.last(CallQueued).priority == 9
    assert world.media.sounds(world.port(line))[0].prompts == ("transfer_failed",)
    line.network_clears()
    assert world.end_of_call()[2] == "answered"


def test_transfer_to_an_agent_who_is_not_ready_is_refused_and_changes_nothing(world):
    first, line = talking(world)
    with pytest.raises(Refused, match="not ready"):
        desk(first).transfer_to_agent("8003")
    assert world.hears(first.port) == {world.port(line)}


def test_transfer_to_a_queue(world):
    first, _ = talking(world)
    other = world.ready("8002")
    desk(first).transfer_to_queue(QueueId("support"))
    world.advance(0)
    assert world.last(CallQueued).queue == "support"
    assert other.state is S.RESERVED
    with pytest.raises(Refused):
        desk(other).transfer_to_queue(QueueId("nowhere"))


def test_transfer_to_an_outside_number(world):
    agent, line = talking(world)
    desk(agent).transfer_to_number("13900000000")
    target = world.lines.dialled[-1]
    assert agent.state is S.WORKING_AFTER_CALL
    assert [p.kind for p in world.media.sounds(world.port(line))] == ["music"]
    target.network_answers()
    assert world.hears(world.port(line)) == {world.port(target)}
    target.network_clears()
    assert line.sent[-1] == "disconnect 16"
    assert world.end_of_call() == (16, "caller", "answered")


def test_outside_target_that_is_busy_brings_the_caller_back(world):
    agent, line = talking(world)
    desk(agent).transfer_to_number("13900000000")
    world.lines.dialled[-1].network_clears(Cause.USER_BUSY)
    assert world.last(CallQueued).priority == 9
    assert world.media.sounds(world.port(line))[0].prompts == ("transfer_failed",)


def test_outside_target_that_does_not_answer_is_given_up(world):
    agent, _ = talking(world)
    desk(agent).transfer_to_number("13900000000")
    world.advance(60)
    assert world.lines.dialled[-1].sent == ["disconnect 19"]
    assert world.last(CallQueued).priority == 9


def test_flow_connects_to_an_outside_number(world):
    line = world.call_in()
    world.press(line, "4")
    world.lines.dialled[-1].network_answers()
    line.network_clears()
    assert world.end_of_call() == (16, "caller", "transferred_out")


def test_flow_goes_on_when_the_outside_number_fails(world):
    line = world.call_in()
    world.press(line, "4")
    world.lines.dialled[-1].network_clears(Cause.UNALLOCATED_NUMBER)
    assert world.last(IvrStep).node == "bye"


def test_lost_desktop_comes_back_in_time(world):
    agent, line = talking(world)
    agent.lose_telephone()
    assert [p.kind for p in world.media.sounds(world.port(line))] == ["music"]
    world.advance(10)
    agent.connect_telephone(world.media.open_telephone())
    assert world.hears(world.port(line)) == {agent.port}
    world.advance(30)
    assert agent.state is S.BUSY


def test_caller_of_a_lost_desktop_is_first_in_the_queue_after_20_seconds(world):
    agent, line = talking(world)
    other = world.ready("8002")
    waiting = world.in_queue("13800138001")
    assert other.state is S.RESERVED
    agent.lose_telephone()
    world.advance(19)
    desk(other).missed(other)
    world.advance(2)
    assert world.last(CallQueued).priority == 9
    assert agent.state is S.WORKING_AFTER_CALL
    world.advance(30)
    assert (agent.state, agent.reason) == (S.NOT_READY, "telephone_lost")
    assert line.up
    assert waiting.up


def test_idle_agent_without_a_telephone_is_not_ready(world):
    agent = world.ready("8001")
    agent.lose_telephone()
    assert (agent.state, agent.reason) == (S.NOT_READY, "telephone_lost")
    with pytest.raises(Refused, match="telephone"):
        agent.set_state(Wish(S.READY))


def test_desktop_lost_while_ringing_is_no_miss(world):
    agent = world.ready("8001")
    world.in_queue()
    agent.lose_telephone()
    assert (agent.state, agent.misses) == (S.NOT_READY, 0)
    other = world.ready("8002")
    assert other.state is S.RESERVED


def test_who_declines_a_ringing_call_lets_the_next_agent_have_it(world):
    agent, other = world.ready("8001"), world.ready("8002")
    line = world.in_queue()
    desk(agent).hang_up()
    world.advance(0.1)
    assert line.up
    assert (agent.state, agent.misses) == (S.READY, 1)
    assert other.state is S.RESERVED


def test_page_loaded_again_while_it_rings_is_answered_on_the_new_port(world):
    agent = world.ready("8001")
    line = world.in_queue()
    old = agent.port
    agent.connect_telephone(world.media.open_telephone())
    world.media.close(old)
    desk(agent).answer()
    assert agent.port in world.hears(world.port(line))


def unconfirmed_transfer(world):
    """The caller of a flow is put through on an analogue line whose digits are out."""
    world.lines.open_at_once = False
    line = world.call_in()
    world.press(line, "4")
    target = world.lines.dialled[-1]
    target.far_end_is_unknown()
    return line, target


def test_outside_target_of_which_nobody_knows_is_heard_at_once(world):
    line, target = unconfirmed_transfer(world)
    assert world.hears(world.port(line)) == {world.port(target)}
    world.advance(200)
    target.network_clears()
    assert world.end_of_call() == (16, "caller", "unconfirmed")


def test_caller_who_leaves_an_outside_target_of_which_nobody_knows(world):
    line, target = unconfirmed_transfer(world)
    line.network_clears()
    assert target.sent[-1] == "disconnect 16"
    assert world.end_of_call() == (16, "caller", "unconfirmed")


def test_outside_target_without_answer_signal_that_is_busy_goes_back(world):
    _, target = unconfirmed_transfer(world)
    target.network_clears(Cause.USER_BUSY)
    assert world.last(IvrStep).node == "bye"


def test_outside_target_without_answer_signal_that_rings_is_given_up(world):
    _, target = unconfirmed_transfer(world)
    target.network_alerts(inband=True)
    world.advance(61)
    assert target.sent == ["disconnect 19"]
    assert world.last(IvrStep).node == "bye"


def test_voice_of_an_outside_target_confirms_it(world):
    line, target = unconfirmed_transfer(world)
    target.network_alerts(inband=True)
    target.network_answers(AnswerSign.VOICE)
    line.network_clears()
    assert world.end_of_call() == (16, "caller", "transferred_out")
