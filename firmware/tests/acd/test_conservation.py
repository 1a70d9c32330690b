"""Whatever callers, agents and the network do: each call ends once, nobody is left stuck.

Random actions against the fakes; the invariants are those of the distribution rules:
I1 no ready agent beside a call he may take, I2 one offer at a time, I4 no offer in wrap-up
or pause, I5 every call has exactly one end with one outcome.
"""

import contextlib
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from firmware.acd.agent import Wish
from firmware.acd.distributor import refusal
from firmware.acd.queue import _candidate
from firmware.contract.events import (
    AgentOffered,
    AgentStateChanged,
    CallCleared,
    CallDequeued,
    CallOffered,
    CallQueued,
    LegAdded,
    LegCleared,
)
from firmware.contract.ids import AgentId
from firmware.contract.model import AgentState, Cause
from firmware.errors import Refused
from firmware.tests.fakes import World

pytestmark = pytest.mark.timeout(60)  # hundreds of random stories
AGENTS = st.sampled_from(["8001", "8002", "8003"])
CAUSES = st.sampled_from([Cause.NORMAL_CLEARING, Cause.USER_BUSY, Cause.NO_USER_RESPONDING])
ACTIONS = st.sampled_from([
    "answer", "hold", "retrieve", "hang_up", "to_agent", "to_queue", "to_number",
])  # fmt: skip


class Box(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.world = World()
        self.seen = 0
        self.states = {}

    @rule(caller=st.sampled_from(["13800138000", "13999999999", ""]), key=st.sampled_from("1234#"))
    def call_in(self, caller, key):
        if len(self.world.lines.taken) < 20:
            line = self.world.call_in(caller)
            if line.up and "disconnect" not in line.sent[-1]:
                self.world.press(line, key)

    @rule(data=st.data(), cause=CAUSES)
    def network_clears(self, data, cause):
        if lines := sorted(self.world.lines.taken, key=lambda line: line.channel):
            data.draw(st.sampled_from(lines)).network_clears(cause)

    @rule(data=st.data(), what=st.sampled_from(["alerts", "answers"]))
    def network_goes_on(self, data, what):
        if lines := [line for line in self.world.lines.dialled if line.up]:
            getattr(data.draw(st.sampled_from(lines)), f"network_{what}")()

    @rule(name=AGENTS)
    def log_on(self, name):
        agent = self.world.agent(name)
        agent.log_on()
        if agent.port is None:
            agent.connect_telephone(self.world.media.open_telephone())

    @rule(name=AGENTS, state=st.sampled_from([AgentState.READY] * 3 + list(AgentState)))
    def wish(self, name, state):
        self._try(lambda: self.world.agent(name).set_state(Wish(state, "why", name)))

    @rule(name=AGENTS)
    def lose_telephone(self, name):
        agent = self.world.agent(name)
        port = agent.port
        agent.lose_telephone()
        if port is not None:
            self.world.media.close(port)

    @rule(name=AGENTS, action=ACTIONS, colleague=AGENTS)
    def act(self, name, action, colleague):
        desk = self.world.agent(name).duty
        if desk is None:
            return
        if action == "to_agent":
            self._try(lambda: desk.transfer_to_agent(colleague))
        elif action == "to_queue":
            self._try(lambda: desk.transfer_to_queue("support"))
        elif action == "to_number":
            self._try(lambda: desk.transfer_to_number("13900000000"))
        else:
            self._try(getattr(desk, action))

    @rule(name=AGENTS, number=st.sampled_from(["13900000000", "110", "+15551234567"]))
    def dial(self, name, number):
        self._try(lambda: self.world.control.make_call(AgentId(name), number))

    @rule(name=AGENTS)
    def finish_wrap_up(self, name):
        self.world.agent(name).finish_wrap_up()

    @rule(data=st.data())
    def prompt_ends(self, data):
        playing = [p for p, w in self.world.media.playing.items() if w.kind == "prompts"]
        if playing:
            self.world.media.finish(data.draw(st.sampled_from(sorted(playing))))

    @rule(seconds=st.sampled_from([0.1, 4.0, 19.0, 31.0, 301.0]))
    def time_passes(self, seconds):
        self.world.advance(seconds)

    def _try(self, action):
        with contextlib.suppress(Refused):
            action()
        self.world.advance(0)

    @invariant()
    def no_ready_agent_beside_a_call_he_may_take(self):
        self.world.advance(0)
        now = self.world.control.office.clock.monotonic()
        queues = self.world.control.centre.queues
        ready = [a for a in self.world.control.agents if a.eligible]
        waiting = [s.waiting for s in queues.stays.values() if s.ringing is None]
        assert all(refusal(w, _candidate(a), now) for w in waiting for a in ready)

    @invariant()
    def offers_only_to_the_ready_and_one_at_a_time(self):
        for event in self.world.events[self.seen :]:
            if isinstance(event, AgentOffered):
                assert self.states[event.agent] is AgentState.READY
            elif isinstance(event, AgentStateChanged):
                self.states[event.agent] = event.state
        self.seen = len(self.world.events)

    @invariant()
    def nobody_is_stuck(self):
        live = {call.id for call in self.world.control.calls}
        for agent in self.world.control.agents:
            busy = agent.state in (AgentState.BUSY, AgentState.RESERVED)
            assert busy == (agent.duty is not None)
            assert not busy or agent.call in live

    def teardown(self):
        world = self.world
        for _ in range(3):
            for line in list(world.lines.taken):
                line.network_clears()
            world.advance(400)
        ended = Counter(event.call for event in world.of(CallCleared))
        assert ended == Counter(event.call for event in world.of(CallOffered))
        assert set(ended.values()) <= {1}
        legs = Counter(event.leg for event in world.of(LegCleared))
        assert legs == Counter(event.leg for event in world.of(LegAdded))
        assert not any(a.state in (AgentState.BUSY, AgentState.RESERVED)
                       for a in world.control.agents)  # fmt: skip
        assert len(world.of(CallDequeued)) <= len(world.of(CallQueued))
        kept = {a.port for a in world.control.agents if a.port is not None}
        assert world.media.open == kept
        assert world.tap.running == set()
        world.close()


class TestConservation(Box.TestCase):
    settings = settings(
        max_examples=40,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
