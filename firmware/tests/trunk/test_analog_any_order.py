"""Whatever lines, board and people do, in whatever order: never two calls, always idle again."""

import contextlib

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from board.host import line_events as lv
from firmware.contract.analog import AnalogTrunk
from firmware.contract.model import Cause
from firmware.errors import Refused, TrunkError
from firmware.tests.trunk.analog_bench import Bench, User, fsk
from firmware.trunk.line_states import TIMEOUTS, S

pytestmark = pytest.mark.timeout(60)  # hundreds of random stories
LINES = st.sampled_from([1, 2, 9])
FLAGS = st.booleans()
TONES = st.sampled_from(["dial", "ringback", "busy", "congestion", "unobtainable", "learnt"])
AT = st.just(1000.0)
EVENTS = st.one_of(
    st.builds(lv.RingChanged, LINES, FLAGS, st.just(25), AT),
    st.builds(lv.BatteryChanged, LINES, FLAGS, AT),
    st.builds(lv.PolarityChanged, LINES, FLAGS, AT),
    st.builds(lv.LoopChanged, LINES, st.sampled_from(lv.Current), AT),
    st.builds(lv.InUseChanged, LINES, FLAGS, AT),
    st.builds(lv.LineChipChanged, LINES, st.sampled_from(lv.Chip), st.just(5), st.just(0), AT),
    st.builds(lv.HookChanged, LINES, FLAGS, AT),
    st.builds(lv.Dialled, LINES, st.sampled_from([0, 3, 24]), AT),
)
SETTINGS = [
    {"number": "1"}, {"wait_caller_id": False}, {"enabled": False}, {"dialling": "pulse"},
    {"answer_polarity": True}, {"hang_up": {"tone": False, "silence_s": 0}},
]  # fmt: skip


class Lines(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.bench = Bench()
        self.users, self.borrowed = [], []

    @rule(event=EVENTS)
    def board(self, event):
        at = self.bench.now if hasattr(event, "at") else 0.0
        self.bench.hear(type(event)(**{**event.__dict__, "at": at}))

    @rule(shows=st.fixed_dictionaries({}, optional={
        "battery": FLAGS, "turned": FLAGS, "in_use": FLAGS, "ringing": FLAGS, "off_hook": FLAGS,
        "current": st.sampled_from(lv.Current), "dialling": FLAGS,
        "volts": st.sampled_from([0, 2, -9, -48, 50]), "chip": st.sampled_from(lv.Chip),
    }))  # fmt: skip
    def report(self, shows):
        self.bench.tell(**shows)

    @rule(line=st.sampled_from([1, 2]), tone=TONES)
    def tone(self, line, tone):
        self.bench.tone(tone, line)

    @rule(line=st.sampled_from([1, 2]), what=st.sampled_from(["voice", "silence", "number", "C"]))
    def sound(self, line, what):
        ears = self.bench.sound.ears[line]
        says = {
            "voice": ears.voice,
            "silence": ears.silence,
            "number": lambda: ears.caller_id(fsk("13800138000")),
            "C": lambda: [ears.digit(digit) for digit in "D13800138000C"],
        }
        says[what]()

    @rule()
    def dial(self):
        with contextlib.suppress(TrunkError):
            self.users.append(User(self.bench.trunk.seize("139", "")))

    @rule(data=st.data(), verb=st.sampled_from(["connect", "disconnect", "reject"]))
    def box(self, data, verb):
        users = self.users + self.bench.offered
        if not users:
            return
        line = data.draw(st.sampled_from(users)).line
        if verb == "connect":
            line.connect()
        else:
            line.disconnect(Cause.USER_BUSY if verb == "reject" else Cause.NORMAL_CLEARING)

    @rule(line=LINES)
    def borrow(self, line):
        with contextlib.suppress(Refused):
            self.borrowed.append(self.bench.trunk.borrow(line))

    @rule(off=FLAGS, give_back=FLAGS)
    def use(self, off, give_back):
        for line in self.borrowed:
            line.hook(off=off)
            line.tone("dial")
        if give_back:
            self.give_back()

    @rule(there=FLAGS, new_session=FLAGS)
    def cable(self, there, new_session):
        if there:
            self.bench.trunk.board_up(4, new_session=new_session)
        else:
            self.bench.trunk.board_gone()
            self.bench.board.off_hook.clear()  # a board that hears nothing hangs up

    @rule(first=st.sampled_from(SETTINGS), second=st.sampled_from(SETTINGS))
    def settings_change(self, first, second):
        lines = {"1": first, "2": {key: v for key, v in second.items() if key != "number"}}
        self.bench.trunk.configure(AnalogTrunk(lines=lines))

    @rule(seconds=st.sampled_from([0.3, 1.0, 6.0, 15.0]))
    def time(self, seconds):
        self.bench.run(seconds)

    @invariant()
    def hook_and_state_agree(self):
        self.bench.hooks_agree()

    @invariant()
    def states_that_must_not_last_have_a_timer(self):
        running = [name for name, _ in self.bench.timers.running()]
        for line in self.bench.trunk.lines.values():
            if line.state in TIMEOUTS:
                assert TIMEOUTS[line.state][0] in running

    @invariant()
    def a_line_has_somebody_or_is_free(self):
        held = {S.OFFERED, S.CONNECTED, S.SEIZING, S.RETRYING, S.DIALLING, S.PROCEEDING, S.TESTING}
        for line in self.bench.trunk.lines.values():
            assert (line.holder is not None) == (line.state in held), line.state

    @invariant()
    def never_two_calls_on_a_line(self):
        users = self.users + self.bench.offered
        alive = [user for user in users if user.line._user is not None]
        lines = [user.line.channel for user in alive if not user.line.gave_up]
        assert len(lines) == len(set(lines))

    def give_back(self):
        while self.borrowed:
            self.borrowed.pop().release()

    def teardown(self):
        self.give_back()
        for user in self.users + self.bench.offered:
            user.line.disconnect(Cause.NORMAL_CLEARING)
        self.bench.trunk.configure(AnalogTrunk(lines={"1": {}, "2": {}}))
        self.bench.trunk.board_up(4, new_session=False)
        self.bench.tell(battery=True)
        self.bench.run(15)
        assert {line.state for line in self.bench.trunk.lines.values()} == {S.IDLE}
        assert not any(self.bench.board.off_hook.values())
        self.bench.close()


class TestAnyOrder(Lines.TestCase):
    settings = settings(
        max_examples=30, stateful_step_count=40, deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
