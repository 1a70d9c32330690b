"""Whether an agent's voice is levelled: his setting, in each of his conversations."""

import copy

import pytest

from firmware.contract.ids import AgentId
from firmware.tests.fakes import DOCUMENT, World


@pytest.mark.parametrize("on", [False, True])
def test_agents_voice_is_levelled_as_he_wishes(on):
    document = copy.deepcopy(DOCUMENT)
    document["agents"]["8001"]["level_voice"] = on
    world = World(document)
    agent = world.ready("8001")
    world.in_queue()
    world.do(agent.duty.answer)
    assert world.media.levelled == {agent.port: on}
    world.do(agent.lose_telephone)
    world.do(lambda: agent.connect_telephone(world.media.open_telephone()))
    assert world.media.levelled[agent.port] is on
    world.do(agent.duty.hang_up)
    world.close()


def test_calls_that_an_agent_makes_are_levelled_too():
    document = copy.deepcopy(DOCUMENT)
    document["agents"]["8001"]["level_voice"] = True
    world = World(document)
    agent = world.ready("8001")
    world.do(lambda: world.control.make_call(AgentId("8001"), "13900000000"))
    world.do(world.lines.dialled[-1].network_answers)
    assert world.media.levelled == {agent.port: True}
    world.close()
