"""How loud the two of a conversation are, for who looks at it."""

from firmware.contract.views import LevelView
from firmware.cti.levels import levels
from firmware.tests.fakes import World


def test_each_agent_who_talks_has_a_level_of_his_own_and_of_his_caller():
    world = World()
    agent = world.ready("8001")
    line = world.in_queue()
    spoken = {agent.port: -23.4, world.port(line): -31.6}

    def told():
        return dict(levels(world.control, lambda port: spoken.get(port, -90.0)))

    assert told() == {}
    world.do(agent.duty.answer)
    assert told() == {"8001": LevelView(-23, -32)}
    world.do(agent.duty.hold)
    assert told() == {}
    world.do(agent.duty.retrieve)
    spoken.clear()
    assert told() == {"8001": LevelView(-90, -90)}
    world.do(agent.duty.hang_up)
    assert told() == {}
    world.close()
