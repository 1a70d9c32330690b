"""Records of what call control really says, in the order in which it says it."""

import pytest

from firmware.acd.agent import Wish
from firmware.contract.events import Recorded
from firmware.contract.model import AgentState, Cause
from firmware.reporting.projector import Projector
from firmware.tests.fakes import World


class Ledgered(World):
    """A world whose events get numbers and times."""

    def __init__(self):
        super().__init__()
        self._projector, self._taken, self._tables = Projector(), 0, {}

    def tables(self):
        """Rows so far, by table."""
        self._follow()
        return {name: list(rows.values()) for name, rows in self._tables.items()}

    def wait(self, seconds):
        """What happened until now, happened now."""
        self._follow()
        self.advance(seconds)

    def _follow(self):
        now_ms = round(self.loop.time() * 1000)
        for event in self.events[self._taken :]:
            self._taken += 1
            for change in self._projector.apply(Recorded(self._taken, now_ms, event, now_ms)):
                rows = self._tables.setdefault(change.table, {})
                assert change.insert == (change.key not in rows)
                rows[change.key] = rows.get(change.key, {}) | change.values

    def parts(self):
        rows = self.tables()["call_parts"]
        return [(r["kind"], r["who"], ((r["end_ms"] or 0) - r["start_ms"]) / 1000) for r in rows]


@pytest.fixture
def world():
    world = Ledgered()
    yield world
    world.close()


@pytest.fixture
def held_call(world):
    """Menu, queue, ring, talk, hold, talk, wrap-up."""
    line = world.call_in()
    world.wait(3)
    world.press(line, "1")
    world.wait(5)
    agent = world.ready("8001")
    world.wait(2)
    agent.duty.answer()
    world.advance(0)
    world.media.finish_prompts(world.port(line))
    world.wait(30)
    agent.duty.hold()
    world.wait(10)
    agent.duty.retrieve()
    world.wait(20)
    line.network_clears()
    world.wait(4)
    agent.set_state(Wish(AgentState.READY, "", "8001"))
    return world


def test_a_call_that_is_held_has_its_times(held_call):
    [call] = held_call.tables()["calls"]
    assert (call["waited_ms"], call["talk_ms"], call["hold_ms"]) == (7000, 50_000, 10_000)
    assert (call["queue"], call["agent"], call["outcome"]) == ("sales", "8001", "answered")
    assert call["answer_ms"] == call["start_ms"]
    assert call["bridge_ms"] == call["start_ms"] + 10_000
    [visit] = held_call.tables()["queue_visits"]
    assert (visit["outcome"], visit["waited_ms"], visit["agent"]) == ("answered", 7000, "8001")


def test_a_call_that_is_held_has_its_parts(held_call):
    assert held_call.parts() == [
        ("ivr", "main.menu", 3),
        ("ivr", "main.sales", 0),
        ("queue", "sales", 7),
        ("ring", "8001", 2),
        ("talk", "8001", 30),
        ("hold", "8001", 10),
        ("talk", "8001", 20),
        ("wrap_up", "8001", 4),
    ]


def test_a_call_that_nobody_answers_in_time(world):
    line = world.in_queue()
    world.wait(12)
    line.network_clears()
    [call] = world.tables()["calls"]
    assert (call["outcome"], call["waited_ms"], call["agent"]) == ("abandoned", 12_000, None)
    [visit] = world.tables()["queue_visits"]
    assert visit["outcome"] == "abandoned"
    assert all(part["end_ms"] is not None for part in world.tables()["call_parts"])


def test_a_call_that_is_transferred_to_a_colleague(world):
    first = world.ready("8001")
    line = world.in_queue()
    first.duty.answer()
    world.advance(0)
    world.media.finish_prompts(world.port(line))
    second = world.ready("8002")
    world.wait(10)
    first.duty.transfer_to_agent("8002")
    world.wait(3)
    second.duty.answer()
    world.wait(7)
    line.network_clears()
    [call] = world.tables()["calls"]
    assert (call["talk_ms"], call["agent"], call["outcome"]) == (17_000, "8002", "answered")
    talks = [part for part in world.parts() if part[0] in ("ring", "talk")]
    assert talks[1:] == [("talk", "8001", 10), ("ring", "8002", 3), ("talk", "8002", 7)]


def test_a_call_that_an_agent_dials(world):
    agent = world.ready("8001")
    world.control.make_call("8001", "13900000000")
    line = world.lines.dialled[-1]
    world.wait(2)
    line.network_alerts()
    world.wait(6)
    line.network_answers()
    world.wait(40)
    agent.duty.hang_up()
    [call] = world.tables()["calls"]
    assert (call["direction"], call["agent"], call["talk_ms"]) == ("outbound", "8001", 40_000)
    assert call["answer_ms"] == call["bridge_ms"] == call["start_ms"] + 8000
    rang = [part for part in world.parts() if part[0] in ("ring", "talk")]
    assert rang == [("ring", "13900000000", 6), ("talk", "8001", 40)]


def test_a_dialled_call_that_is_busy(world):
    world.ready("8001")
    world.control.make_call("8001", "13900000000")
    world.wait(2)
    world.lines.dialled[-1].network_clears(Cause.USER_BUSY)
    [call] = world.tables()["calls"]
    assert (call["outcome"], call["cause"], call["talk_ms"]) == ("failed", 17, 0)
    assert call["bridge_ms"] is None
