import pytest

from firmware.acd.agent import TABLE, TIMEOUTS, Agent, E, Floor, S, Wish
from firmware.contract.config import Agent as Settings
from firmware.contract.config import CallQueue
from firmware.contract.events import AgentStateChanged
from firmware.errors import Refused
from firmware.fsm import EventRefused, Machine

QUEUE = CallQueue(name="Sales", ring_s=20, max_misses=2)


@pytest.fixture
def machine(timers):
    return Machine("agent(1001)", S.NULL, TABLE, TIMEOUTS, timers, lambda *_: None)


@pytest.fixture
def told():
    return []


@pytest.fixture
def agent(timers, clock, told):
    agent = Agent(Floor(told.append, timers, clock), "8001", Settings(name="Li"))
    agent.log_on()
    agent.connect_telephone(7)
    agent.set_state(Wish(S.READY, "", "8001"))
    return agent


class Duty:
    def __init__(self):
        self.told = []

    def missed(self, agent):
        self.told.append("missed")

    def telephone_lost(self, agent):
        self.told.append("lost")

    def telephone_back(self, agent):
        self.told.append("back")


def drive(machine, *events):
    for event in events:
        machine.fire(event)
    return machine.state


def test_answered_call_ends_in_wrap_up(machine):
    assert drive(machine, E.LOG_ON, E.GO_READY, E.OFFER, E.ANSWER, E.CLEAR) is (
        S.WORKING_AFTER_CALL
    )


def test_leaving_a_state_stops_its_timer(machine, timers):
    drive(machine, E.LOG_ON, E.GO_READY, E.OFFER, E.ANSWER)
    assert timers.running == {}


@pytest.mark.parametrize("state", S)
def test_events_outside_the_table_are_refused_and_change_nothing(machine, state):
    machine.state = state
    for event in set(E) - set(TABLE[state]):
        with pytest.raises(EventRefused):
            machine.fire(event)
        assert machine.state is state


def test_no_answer_max_misses_times_makes_not_ready_and_ready_is_never_shown(agent, timers, told):
    for _ in range(2):
        agent.offer("call", Duty(), QUEUE)
        told.clear()
        timers.expire("T_alert")
    assert (agent.state, agent.reason, agent.misses) == (S.NOT_READY, "no_answer", 0)
    assert [e.state for e in told if isinstance(e, AgentStateChanged)] == [S.NOT_READY]


def test_an_answer_forgets_the_misses(agent, timers):
    agent.offer("a", Duty(), QUEUE)
    timers.expire("T_alert")
    agent.offer("b", Duty(), QUEUE)
    agent.answer()
    assert agent.misses == 0


def test_idle_time_runs_from_log_in_then_from_the_end_of_the_last_queue_call(agent, clock):
    begin = agent.idle_since
    clock.advance(60)
    agent.set_state(Wish(S.NOT_READY, "lunch", "8001"))
    agent.set_state(Wish(S.READY, "", "8001"))
    assert agent.idle_since == begin
    agent.offer("a", Duty(), QUEUE)
    agent.answer()
    clock.advance(60)
    agent.leave(handled=True, wrap_up_s=30, queue="sales")
    assert agent.idle_since == clock.monotonic()


def test_wish_of_a_supervisor_is_taken_after_the_call(agent):
    agent.offer("a", Duty(), QUEUE)
    agent.answer()
    agent.set_state(Wish(S.NULL, "shift over", "boss"))
    assert agent.wish == Wish(S.NULL, "shift over", "boss")
    agent.set_state(Wish(S.READY, "", "8001"))
    assert agent.wish is None


def test_wrap_up_can_be_left_for_any_state_at_once(agent):
    agent.offer("a", Duty(), QUEUE)
    agent.answer()
    agent.leave(handled=True, wrap_up_s=30, queue="sales")
    assert agent.until_ms == agent.since_ms + 30_000
    agent.set_state(Wish(S.NOT_READY, "lunch", "8001"))
    assert (agent.state, agent.call) == (S.NOT_READY, None)


@pytest.mark.parametrize("state", [S.BUSY, S.RESERVED, S.WORKING_AFTER_CALL])
def test_only_states_that_one_may_choose_can_be_wished(agent, state):
    with pytest.raises(Refused, match="can be chosen"):
        agent.set_state(Wish(state))


def test_who_is_not_logged_on_cannot_be_ready(agent):
    agent.set_state(Wish(S.NULL))
    with pytest.raises(Refused, match="not logged on"):
        agent.set_state(Wish(S.READY))
