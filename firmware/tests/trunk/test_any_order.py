"""Whatever callbox-isdn says, in whatever order: nothing is raised, no channel stays stuck."""

import contextlib

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from board.host import isdn_events as ev
from firmware.contract.config import Trunk
from firmware.contract.model import Alarm, Cause
from firmware.errors import TrunkError
from firmware.tests.fakes import LoopClock
from firmware.tests.trunk.test_isdn import FIRST, Signalling
from firmware.timers import LoopTimers
from firmware.trunk.channel import TIMEOUTS, S
from firmware.trunk.isdn import IsdnTrunk
from hil_tests.virtual_loop import VirtualLoop

pytestmark = pytest.mark.timeout(60)  # hundreds of random stories
CHANNELS = st.sampled_from([0, 1, 2, 3, 16, 99])
CALLS = st.sampled_from([1, 2, 3, 4, FIRST, FIRST + 1, FIRST + 2])
CAUSES = st.sampled_from([1, 16, 17, 34, 41, 44, 0, 99, 127])
FLAGS = st.booleans()
STEPS = st.one_of(
    st.builds(ev.Setup, CALLS, CHANNELS, st.sampled_from(["", "8", "88886666"]), st.just("139"),
              st.just("allowed"), FLAGS, CHANNELS, CHANNELS),
    st.builds(ev.Proceeding, CALLS, CHANNELS, FLAGS),
    st.builds(ev.SetupAck, CALLS, CHANNELS, FLAGS),
    st.builds(ev.Alerting, CALLS, CHANNELS, FLAGS),
    st.builds(ev.Progress, CALLS, CHANNELS, FLAGS, CAUSES),
    st.builds(ev.Connect, CALLS, CHANNELS, FLAGS),
    st.builds(ev.Disconnect, CALLS, CHANNELS, CAUSES),
    st.builds(ev.Released, CALLS, CAUSES),
    st.builds(ev.Info, CALLS, st.sampled_from(["1", "666"]), FLAGS),
    st.builds(ev.Restart, CHANNELS),
    st.builds(ev.RestartAck, CHANNELS),
    st.builds(ev.Link, FLAGS),
    st.builds(ev.Refusal, st.just("no"), st.just("CONNECT"), CALLS),
    st.builds(ev.Hello, st.just(1), st.just("user"), st.just("stepped"), FLAGS, st.just(0)),
    st.builds(
        ev.Snapshot,
        st.lists(st.builds(ev.HeldCall, CALLS, FLAGS, st.just("active"), CHANNELS, st.just("1"),
                           st.just("2")), max_size=2).map(tuple),
        FLAGS, st.just({}),
    ),
)  # fmt: skip


class User:
    def __init__(self, line):
        self.line, self.ends = line, 0
        line.attach(self, "call")

    def alerting(self, *, inband):
        assert self.ends == 0

    connected = moved = lambda self: None

    def cleared(self, cause, by):
        assert isinstance(cause, Cause)
        self.ends += 1
        assert self.ends == 1


class Line(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.loop = VirtualLoop()
        self.timers = LoopTimers(self.loop, LoopClock(self.loop))
        self.users = []
        self.trunk = IsdnTrunk(
            "e1", Trunk(channels=(1, 2, 3), overlap_digits=8), Signalling(), self.timers,
            lambda _event: None, lambda line: self.users.append(User(line)),
        )  # fmt: skip
        self.trunk.board_changed(present=True, alarms=frozenset())
        self.trunk.heard(ev.Hello(1, "user", "stepped", True, 0))
        self.trunk.heard(ev.Snapshot((), True, {}))

    @rule(event=STEPS)
    def network(self, event):
        self.trunk.heard(event)

    @rule()
    def dial(self):
        with contextlib.suppress(TrunkError):
            self.users.append(User(self.trunk.seize("139", "")))

    @rule(data=st.data(), verb=st.sampled_from(["alert", "connect", "disconnect"]))
    def box(self, data, verb):
        if self.users:
            line = data.draw(st.sampled_from(self.users)).line
            getattr(line, verb)(*((Cause.NORMAL_CLEARING,) if verb == "disconnect" else ()))

    @rule(present=FLAGS, alarms=st.sets(st.sampled_from(list(Alarm)), max_size=2))
    def board(self, present, alarms):
        self.trunk.board_changed(present=present, alarms=frozenset(alarms))

    @rule(seconds=st.sampled_from([1.0, 5.0, 45.0, 200.0]))
    def time(self, seconds):
        self.loop.advance(seconds)

    @invariant()
    def channels_that_must_not_last_have_a_timer(self):
        running = [name for name, _ in self.timers.running()]
        for channel in self.trunk.channels.values():
            if channel.state in TIMEOUTS:
                assert TIMEOUTS[channel.state][0] in running
            if channel.state in (S.IDLE, S.OUT_OF_SERVICE):
                assert channel.holder is None

    @invariant()
    def a_connected_channel_has_somebody_who_can_clear_it(self):
        for channel in self.trunk.channels.values():
            assert channel.state is not S.CONNECTED or channel.holder is not None

    def teardown(self):
        for user in self.users:
            user.line.disconnect(Cause.NORMAL_CLEARING)
        self.loop.advance(600)
        states = {channel.state for channel in self.trunk.channels.values()}
        assert states <= {S.IDLE, S.OUT_OF_SERVICE}
        self.trunk.close()
        self.loop.close()


class TestAnyOrder(Line.TestCase):
    settings = settings(
        max_examples=30, stateful_step_count=40, deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
