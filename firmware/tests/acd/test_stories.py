"""Calls between a caller, the box and agents, told as they happen; time is virtual."""

import copy

import pytest

from firmware.acd.agent import Wish
from firmware.acd.desk import Desk
from firmware.contract.config import Config, check
from firmware.contract.events import (
    AgentMissed,
    AgentOffered,
    AgentStateChanged,
    CallBridged,
    CallCleared,
    CallDequeued,
    CallOffered,
    CallQueued,
    IvrStep,
    LegCleared,
)
from firmware.contract.model import AgentState, Language, Outcome
from firmware.errors import Refused
from firmware.ivr import say
from firmware.tests.fakes import DOCUMENT, World

S = AgentState


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


def desk(agent) -> Desk:
    assert isinstance(agent.duty, Desk)
    return agent.duty


def talking(world, name="8001"):
    """A caller in conversation with an agent."""
    agent = world.ready(name)
    line = world.in_queue()
    desk(agent).answer()
    world.advance(0)
    world.media.finish_prompts(world.port(line))
    return agent, line


def test_caller_comes_through_menu_and_queue_to_an_agent(world):
    agent = world.ready("8001")
    line = world.call_in()
    port = world.port(line)
    assert line.sent == ["connect"]
    assert world.media.sounds(port)[0].prompts == ("welcome", "main_menu")
    world.press(line, "1")
    assert [e.node for e in world.of(IvrStep)] == ["menu", "sales"]
    assert agent.state is S.RESERVED
    assert world.media.sounds(port)[0].prompts == ("please_wait",)
    world.advance(3)
    desk(agent).answer()
    assert agent.state is S.BUSY
    assert agent.port in world.hears(port)
    assert port in world.hears(agent.port)
    said = tuple(say.agent("8001", Language.ZH_CN))
    assert world.media.sounds(port)[0].prompts == said
    bridged = world.last(CallBridged)
    assert (bridged.agent, bridged.queue, bridged.waited_s) == ("8001", "sales", 3.0)
    assert world.tap.running == {bridged.call}


def test_agent_holds_retrieves_hangs_up_and_wraps_up(world):
    agent, line = talking(world)
    port = world.port(line)
    desk(agent).hold()
    assert world.media.sounds(port)[0].kind == "music"
    assert world.hears(agent.port) == set()
    assert agent.port not in world.hears(port)
    desk(agent).retrieve()
    assert world.hears(port) == {agent.port}
    world.advance(60)
    desk(agent).hang_up()
    assert line.sent[-1] == "disconnect 16"
    assert world.end_of_call() == (16, "agent", "answered")
    assert agent.state is S.WORKING_AFTER_CALL
    world.advance(29.9)
    assert agent.state is S.WORKING_AFTER_CALL
    world.advance(0.2)
    assert agent.state is S.READY
    assert world.media.open == {agent.port}


def test_caller_hears_music_and_his_position_again_and_again(world):
    first, second = world.in_queue(), world.in_queue("13800138001")
    port = world.port(second)
    assert world.last(CallQueued).position == 2
    world.media.finish_prompts(port)
    assert world.media.sounds(port)[0].kind == "music"
    world.advance(30)
    assert world.media.sounds(port)[0].prompts == tuple(say.position(2, Language.ZH_CN))
    first.network_clears()
    world.media.finish_prompts(port)
    world.advance(30)
    assert world.media.sounds(port)[0].prompts == tuple(say.position(1, Language.ZH_CN))


def test_language_chosen_by_key_is_heard_from_then_on(world):
    line = world.call_in()
    world.press(line, "2")
    played = world.media.sounds(world.port(line))[0]
    assert (played.prompts, played.language) == (("please_wait",), Language.EN)
    world.media.finish(next(iter(world.media.playing)))
    world.advance(30)
    assert world.media.sounds(world.port(line))[0].language is Language.EN


def test_agent_idle_for_longest_is_chosen_and_the_decision_has_its_reasons(world):
    world.ready("8001")
    world.advance(10)
    world.ready("8002")
    world.in_queue()
    offered = world.last(AgentOffered)
    assert offered.agent == "8001"
    assert any("longest idle of 2" in reason for reason in offered.reasons)


def test_automatic_answer_connects_at_once_with_a_beep(world):
    document = copy.deepcopy(DOCUMENT)
    document["agents"]["8001"]["auto_answer"] = True
    world = World(document)
    agent = world.ready("8001")
    line = world.in_queue()
    assert agent.state is S.BUSY
    assert [p.kind for p in world.media.sounds(agent.port)] == ["beep"]
    assert agent.port in world.hears(world.port(line))
    world.close()


def test_unanswered_call_goes_on_and_returns_to_the_agent_only_after_a_while(world):
    agent = world.ready("8001")
    world.in_queue()
    world.advance(20.5)
    missed = world.last(AgentMissed)
    assert (missed.agent, missed.misses) == ("8001", 1)
    assert agent.state is S.READY
    world.advance(19)
    assert len(world.of(AgentOffered)) == 1
    world.advance(1)
    assert len(world.of(AgentOffered)) == 2


def test_agent_who_misses_twice_is_made_not_ready(world):
    agent = world.ready("8001")
    world.in_queue()
    world.advance(61)
    assert (agent.state, agent.reason) == (S.NOT_READY, "no_answer")
    assert world.last(AgentMissed).misses == 2
    world.advance(60)
    assert len(world.of(AgentOffered)) == 2


def test_missed_call_goes_to_the_next_agent(world):
    world.ready("8001")
    world.advance(1)
    second = world.ready("8002")
    world.in_queue()
    world.advance(20.5)
    assert second.state is S.RESERVED
    desk(second).answer()
    assert world.last(CallBridged).agent == "8002"


def test_caller_hangs_up_in_the_menu(world):
    line = world.call_in()
    line.network_clears()
    assert world.end_of_call() == (16, "caller", "ivr_abandoned")
    assert world.media.open == set()


def test_caller_hangs_up_in_the_queue(world):
    line = world.in_queue()
    world.advance(12)
    line.network_clears()
    left = world.last(CallDequeued)
    assert (left.outcome, left.waited_s) == (Outcome.ABANDONED, 12.0)
    assert world.end_of_call() == (16, "caller", "abandoned")


def test_caller_who_hangs_up_at_once_is_a_short_abandon(world):
    line = world.in_queue()
    world.advance(4)
    line.network_clears()
    assert world.end_of_call()[2] == "short_abandoned"


def test_caller_hangs_up_while_an_agent_rings_and_it_is_not_the_agents_fault(world):
    agent = world.ready("8001")
    line = world.in_queue()
    world.advance(8)
    line.network_clears()
    assert agent.state is S.READY
    assert agent.misses == 0
    assert world.of(AgentMissed) == []
    assert world.end_of_call() == (16, "caller", "abandoned")


def test_caller_hangs_up_while_talking(world):
    agent, line = talking(world)
    line.network_clears()
    assert world.end_of_call() == (16, "caller", "answered")
    assert agent.state is S.WORKING_AFTER_CALL
    assert world.tap.running == set()


def test_caller_hangs_up_while_on_hold(world):
    agent, line = talking(world)
    desk(agent).hold()
    line.network_clears()
    assert world.end_of_call() == (16, "caller", "answered")
    assert agent.state is S.WORKING_AFTER_CALL


def test_blacklisted_caller_is_rejected_before_answer(world):
    line = world.call_in("13999999999")
    assert line.sent == ["disconnect 17"]
    assert world.end_of_call() == (17, "box", "rejected")


def test_caller_who_was_gone_before_anybody_could_answer_is_recorded(world):
    line = world.lines.incoming("13800138000", "88886666")
    line.gave_up, line.rang_s = True, 11.0
    world.control.offered(line)
    assert "connect" not in line.sent
    assert world.last(CallOffered).rang_ms == 11000
    assert world.end_of_call() == (16, "caller", "ivr_abandoned")


def test_number_without_a_route_is_unallocated(world):
    document = copy.deepcopy(DOCUMENT)
    document["routes"][0]["called"] = "01088886666"
    world = World(document)
    assert world.call_in(called="88887777").sent == ["disconnect 1"]
    assert world.call_in(called="88886666").sent == ["connect"]
    world.close()


def test_outside_hours_the_closed_flow_speaks_and_hangs_up(world):
    world.advance(8 * 3600)
    line = world.call_in()
    port = world.port(line)
    assert world.media.sounds(port)[0].prompts == ("closed_hours",)
    world.media.finish_prompts(port)
    assert world.end_of_call() == (16, "box", "ivr_completed")


def test_full_queue_goes_where_the_flow_says(world):
    document = copy.deepcopy(DOCUMENT)
    document["queues"]["sales"]["max_length"] = 1
    world = World(document)
    world.in_queue()
    line = world.in_queue("13800138001")
    port = world.port(line)
    assert world.media.sounds(port)[0].prompts == ("queue_timeout",)
    world.media.finish_prompts(port)
    assert world.end_of_call() == (16, "box", "timed_out")
    world.close()


def test_longest_wait_ends_the_waiting_even_while_an_agent_rings(world):
    line = world.in_queue()
    world.advance(290)
    agent = world.ready("8001")
    assert agent.state is S.RESERVED
    world.advance(10)
    assert agent.state is S.READY
    assert world.last(CallDequeued).outcome is Outcome.TIMED_OUT
    assert world.media.sounds(world.port(line))[0].prompts == ("queue_timeout",)


def test_pause_wished_in_a_call_comes_after_wrap_up(world):
    agent, _ = talking(world)
    agent.set_state(Wish(S.NOT_READY, "lunch", "8001"))
    assert agent.state is S.BUSY
    assert world.last(AgentStateChanged).pending is S.NOT_READY
    desk(agent).hang_up()
    assert agent.state is S.WORKING_AFTER_CALL
    agent.finish_wrap_up()
    assert (agent.state, agent.reason) == (S.NOT_READY, "lunch")


def test_log_off_after_this_call(world):
    agent, line = talking(world)
    agent.set_state(Wish(S.NULL, "", "8001"))
    line.network_clears()
    world.advance(31)
    assert agent.state is S.NULL


def test_closing_an_alerting_connection_twice_or_answering_late_is_refused(world):
    agent = world.ready("8001")
    line = world.in_queue()
    ringing = desk(agent)
    line.network_clears()
    assert agent.duty is None
    with pytest.raises(Refused):
        ringing.answer()


def test_configuration_change_leaves_running_calls_alone(world):
    agent, _ = talking(world)
    document = copy.deepcopy(DOCUMENT)
    del document["agents"]["8001"], document["queues"]["sales"]
    document["flows"]["main"]["nodes"]["sales"]["queue"] = "support"
    for other in document["agents"].values():
        other["queues"] = ["support"]
    config = check(document)
    assert isinstance(config, Config)
    world.config = config
    world.control.configure(config)
    assert agent.state is S.BUSY
    desk(agent).hang_up()
    world.advance(31)
    assert agent.state is S.NULL


def test_every_leg_is_cleared_before_its_call(world):
    agent, line = talking(world)
    desk(agent).hang_up()
    kinds = [type(e).__name__ for e in world.events if isinstance(e, LegCleared | CallCleared)]
    assert kinds == ["LegCleared", "LegCleared", "CallCleared"]
    assert not line.up
