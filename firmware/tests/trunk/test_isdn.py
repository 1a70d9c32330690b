"""A trunk between callbox-isdn (its events) and call control (a user)."""

import pytest

from board.host import isdn_events as ev
from firmware.contract.config import Trunk
from firmware.contract.events import ChannelChanged, SpanChanged
from firmware.contract.model import Alarm, Cause, Party
from firmware.contract.model import ChannelState as C
from firmware.errors import TrunkError
from firmware.tests.conftest import FakeTimers
from firmware.trunk.channel import TABLE, TIMEOUTS, Channel, E, S
from firmware.trunk.isdn import IsdnTrunk

FIRST = 0x80000001


class Signalling:
    def __init__(self):
        self.connected = True
        self.orders = []

    def order(self, verb, **keys):
        self.orders.append((verb, keys))

    def sent(self, verb):
        return [keys for name, keys in self.orders if name == verb]


class User:
    def __init__(self, line):
        self.told, self.line = [], line
        line.attach(self, "call")

    def alerting(self, *, inband):
        self.told.append(("alerting", inband))

    def connected(self):
        self.told.append("connected")

    def moved(self):
        self.told.append(("moved", self.line.channel))

    def cleared(self, cause, by):
        self.told.append(cause)
        self.by = by


class Span:
    def __init__(self, *, forgotten=False, **settings):
        self.timers, self.signalling = FakeTimers(), Signalling()
        self.events, self.offered = [], []
        self.trunk = IsdnTrunk("e1", Trunk(**settings), self.signalling, self.timers,
                               self.events.append, self.offered.append)  # fmt: skip
        self.trunk.forgotten = forgotten
        self.trunk.board_changed(present=True, alarms=frozenset())
        self.hear(ev.Hello(1, "user", "monotonic", True, 0), ev.Snapshot((), True, {}))

    def hear(self, *events):
        for event in events:
            self.trunk.heard(event)

    def setup(self, call=FIRST, channel=1, called="88886666", **rest):
        rest = {"calling": "13800138000", "presentation": "allowed", "complete": True} | rest
        self.hear(ev.Setup(call, channel, called, **rest))

    def state(self, channel):
        return self.trunk.channels[channel].shown

    def dial(self, number="13900000000"):
        return User(self.trunk.seize(number, "01088886666"))


@pytest.fixture
def span():
    return Span()


def test_channels_serve_when_board_link_and_snapshot_are_there(span):
    assert span.state(1) is C.IDLE
    assert span.events[-1] == ChannelChanged("e1", 1, C.IDLE) or span.trunk.serves
    assert [e for e in span.events if isinstance(e, SpanChanged)][-1].link


def test_incoming_call_is_offered_answered_and_cleared_by_the_box(span):
    span.setup()
    line = span.offered[0]
    assert (line.calling, line.called, line.channel) == ("13800138000", "88886666", 1)
    line.attach(User(line), "call")
    line.connect()
    assert span.state(1) is C.CONNECTED
    line.disconnect(Cause.NORMAL_CLEARING)
    line.disconnect(Cause.USER_BUSY)
    assert span.signalling.sent("DISCONNECT") == [{"call": FIRST, "cause": 16}]
    assert span.state(1) is C.CLEARING
    span.hear(ev.Released(FIRST, 16))
    assert span.state(1) is C.IDLE
    assert span.events[-1] == ChannelChanged("e1", 1, C.IDLE)


def test_far_end_clears_and_gets_release(span):
    span.setup()
    user = User(span.offered[0])
    span.offered[0].connect()
    span.hear(ev.Disconnect(FIRST, 1, 16))
    assert user.told == [Cause.NORMAL_CLEARING]
    assert span.signalling.sent("RELEASE") == [{"call": FIRST}]
    span.hear(ev.Released(FIRST, 16))
    assert user.told == [Cause.NORMAL_CLEARING]
    assert span.state(1) is C.IDLE


def test_withheld_number_and_international_caller(span):
    span.setup(calling="", presentation="restricted")
    span.setup(FIRST + 1, 2, calling="85212345678", calling_type=1)
    assert not span.offered[0].presentation
    assert span.offered[1].calling == "+85212345678"


def test_overlap_ends_by_count():
    span = Span(overlap_digits=8)
    span.setup(called="8888", complete=False)
    assert span.offered == []
    assert span.signalling.sent("SETUP_ACK") == [{"call": FIRST}]
    span.hear(ev.Info(FIRST, "66", False), ev.Info(FIRST, "66", False))
    assert span.offered[0].called == "88886666"
    span.hear(ev.Info(FIRST, "9", False))
    assert len(span.offered) == 1


def test_overlap_ends_by_timer_or_by_sending_complete():
    span = Span(overlap_digits=11, overlap_s=5)
    span.setup(called="8888", complete=False)
    assert span.timers.running["T302"] == 5
    span.timers.expire("T302")
    assert span.offered[0].called == "8888"
    span.setup(FIRST + 1, 2, called="", complete=False)
    span.hear(ev.Info(FIRST + 1, "95", True))
    assert span.offered[1].called == "95"


def test_caller_gone_in_overlap_is_never_offered():
    span = Span(overlap_digits=8)
    span.setup(called="88", complete=False)
    span.hear(ev.Disconnect(FIRST, 1, 16), ev.Released(FIRST, 16))
    assert span.offered == []
    assert span.timers.running == {}


def test_outgoing_call_hunts_from_the_configured_end(span):
    user = span.dial()
    order = span.signalling.sent("SETUP")[0]
    assert (order["channel"], order["exclusive"], order["complete"]) == (31, 0, 1)
    span.hear(ev.Proceeding(order["call"], 31, False), ev.Alerting(order["call"], 31, False))
    span.hear(ev.Connect(order["call"], 31, False))
    assert user.told == [("alerting", False), "connected"]
    assert Span(hunt="up").dial().line.channel == 1


@pytest.mark.parametrize("wished", ["01088886667", "95588", ""])
def test_only_numbers_of_the_trunk_are_sent_as_calling_number(wished):
    span = Span(numbers=("01088886666", "01088886667"))
    span.trunk.seize("13900000000", wished)
    sent = span.signalling.sent("SETUP")[0]["calling"]
    assert sent == (wished if wished in span.trunk.settings.numbers else "01088886666")


def test_tones_of_the_network_are_told(span):
    user = span.dial()
    number = user.line.call_id
    span.hear(ev.Progress(number, 31, True, 17))
    assert user.told == [("alerting", True)]
    span.hear(ev.Disconnect(number, 31, 17))
    assert user.told[-1] is Cause.USER_BUSY


def test_network_names_another_channel(span):
    user = span.dial()
    span.hear(ev.Proceeding(user.line.call_id, 5, False))
    assert user.told == [("moved", 5)]
    assert span.state(31) is C.IDLE
    assert span.state(5) is C.SEIZED


def test_glare_gives_the_channel_to_the_network_and_our_call_goes_on_elsewhere(span):
    user = span.dial()
    first = user.line.call_id
    span.setup(channel=31)
    assert span.offered[0].channel == 31
    assert user.told == [("moved", 30)]
    assert span.signalling.sent("DISCONNECT") == [{"call": first, "cause": 44}]
    span.hear(ev.Released(first, 44))
    assert span.state(31) is C.SEIZED
    span.hear(ev.Connect(user.line.call_id, 30, False))
    assert user.told[-1] == "connected"


def test_channel_refused_by_the_network_is_tried_elsewhere_a_few_times(span):
    user = span.dial()
    for _ in range(3):
        span.hear(ev.Released(user.line.call_id, 44))
    assert user.told == [("moved", 30), ("moved", 31), ("moved", 30)]
    span.hear(ev.Released(user.line.call_id, 44))
    assert user.told[-1] is Cause.REQUESTED_CHANNEL_UNAVAILABLE
    assert all(channel.state is S.IDLE for channel in span.trunk.channels.values())


def test_setup_on_a_channel_in_use_is_refused_with_44(span):
    span.setup()
    span.offered[0].connect()
    span.setup(FIRST + 1, 1)
    assert len(span.offered) == 1
    assert span.signalling.sent("DISCONNECT") == [{"call": FIRST + 1, "cause": 44}]


def test_no_free_channel_is_an_error(span):
    for _ in range(30):
        span.dial()
    with pytest.raises(TrunkError):
        span.dial()


def test_restart_of_the_network_clears_the_calls_of_its_channels(span):
    span.setup()
    user = User(span.offered[0])
    span.hear(ev.Restart(2))
    assert user.told == []
    span.hear(ev.Restart(0))
    assert user.told == [Cause.TEMPORARY_FAILURE]
    assert span.state(1) is C.IDLE


def test_channel_that_is_not_released_is_restarted_and_given_up_at_last(span):
    span.setup()
    span.offered[0].disconnect(Cause.NORMAL_CLEARING)
    span.timers.expire("T_clear")
    assert span.signalling.sent("RESTART") == [{"channel": 1}]
    span.timers.expire("T316")
    assert span.state(1) is C.OUT_OF_SERVICE


def test_restart_acknowledged_frees_the_channel(span):
    span.setup()
    span.offered[0].disconnect(Cause.NORMAL_CLEARING)
    span.timers.expire("T_clear")
    span.hear(ev.RestartAck(1))
    assert span.state(1) is C.IDLE


def test_restart_that_was_under_way_is_asked_for_again_when_layer_2_is_back(span):
    span.setup()
    span.offered[0].disconnect(Cause.NORMAL_CLEARING)
    span.timers.expire("T_clear")
    for sent in (2, 3):
        span.hear(ev.Link(False), ev.Link(True))
        assert span.signalling.sent("RESTART") == [{"channel": 1}] * sent
    span.hear(ev.RestartAck(1))
    span.hear(ev.Link(False), ev.Link(True))
    assert len(span.signalling.sent("RESTART")) == 3
    assert span.state(1) is C.IDLE


def test_lost_d_channel_keeps_calls_for_a_while_and_takes_no_new_ones(span):
    span.setup()
    user = User(span.offered[0])
    span.offered[0].connect()
    span.hear(ev.Link(False))
    assert span.state(2) is C.OUT_OF_SERVICE
    assert span.state(1) is C.CONNECTED
    with pytest.raises(TrunkError):
        span.dial()
    span.hear(ev.Link(True))
    assert "T309" not in span.timers.running
    span.hear(ev.Link(False))
    span.timers.expire("T309")
    assert user.told == [Cause.DESTINATION_OUT_OF_ORDER]


def test_line_alarm_clears_calls_with_38_when_it_stays(span):
    span.setup()
    user = User(span.offered[0])
    span.trunk.board_changed(present=True, alarms=frozenset({Alarm.LOS}))
    assert span.signalling.orders[-1] == ("LINK", {"state": "down"})
    span.timers.expire("T_alarm")
    assert user.told == [Cause.NETWORK_OUT_OF_ORDER]
    span.hear(ev.Released(FIRST, 38))
    assert span.state(1) is C.OUT_OF_SERVICE
    span.trunk.board_changed(present=True, alarms=frozenset())
    assert span.state(1) is C.IDLE


def test_short_alarm_and_lost_board_that_comes_back_lose_no_call(span):
    span.setup()
    user = User(span.offered[0])
    span.trunk.board_changed(present=False, alarms=frozenset())
    assert span.state(3) is C.OUT_OF_SERVICE
    span.trunk.board_changed(present=True, alarms=frozenset({Alarm.LOMF}))
    assert user.told == []
    assert span.state(3) is C.IDLE


def test_a_call_cleared_without_layer_2_is_restarted_when_it_is_back(span):
    span.setup()
    line = span.offered[0]
    line.connect()
    span.hear(ev.Link(False))
    line.disconnect(Cause.NORMAL_CLEARING)
    span.hear(ev.Released(FIRST, 16))
    assert span.state(1) is C.CLEARING
    assert span.signalling.sent("RESTART") == []
    span.hear(ev.Link(True))
    assert span.signalling.sent("RESTART") == [{"channel": 1}]
    span.hear(ev.RestartAck(1))
    assert span.state(1) is C.IDLE


def test_calls_that_only_the_network_may_still_have_are_restarted_at_the_start():
    span = Span(channels=(1, 2), forgotten=True)
    assert span.signalling.sent("RESTART") == [{"channel": 1}, {"channel": 2}]
    assert span.state(1) is C.CLEARING
    span.hear(ev.RestartAck(1), ev.RestartAck(2))
    assert (span.state(1), span.state(2)) == (C.IDLE, C.IDLE)
    span.hear(ev.Hello(1, "user", "monotonic", True, 0), ev.Snapshot((), True, {}))
    assert len(span.signalling.sent("RESTART")) == 2


def test_without_calls_when_it_stopped_nothing_is_restarted(span):
    assert span.signalling.sent("RESTART") == []


def test_calls_of_before_are_cleared_at_the_start(span):
    held = ev.HeldCall(7, False, "active", 4, "1", "2")
    span.hear(ev.Hello(1, "user", "monotonic", True, 0), ev.Snapshot((held,), True, {}))
    assert span.signalling.sent("DISCONNECT") == [{"call": 7, "cause": 41}]
    assert span.state(4) is C.CLEARING
    assert span.dial().line.call_id > 7
    span.hear(ev.Released(7, 41))
    assert span.state(4) is C.IDLE


def test_a_call_that_is_being_cleared_cannot_take_another_channel(span):
    held = ev.HeldCall(7, False, "active", 4, "1", "2")
    span.hear(ev.Hello(1, "user", "monotonic", True, 0), ev.Snapshot((held,), True, {}))
    span.hear(ev.Connect(7, 5, False))
    assert (span.state(4), span.state(5)) == (C.CLEARING, C.IDLE)
    span.hear(ev.Released(7, 41))
    assert (span.state(4), span.state(5)) == (C.IDLE, C.IDLE)


def test_a_call_to_the_box_is_not_answered_by_the_network(span):
    span.setup(complete=False)
    span.hear(ev.Connect(FIRST, 5, False), ev.Alerting(FIRST, 5, False))
    assert (span.state(1), span.state(5)) == (C.SEIZED, C.IDLE)


def test_calls_that_callbox_isdn_lost_are_cleared_after_it_came_back(span):
    span.setup()
    user = User(span.offered[0])
    span.hear(ev.Hello(1, "user", "monotonic", False, 0), ev.Snapshot((), False, {}))
    assert (user.told, user.by) == ([Cause.TEMPORARY_FAILURE], Party.BOX)
    assert span.state(2) is C.OUT_OF_SERVICE
    assert span.signalling.sent("RESTART") == []
    span.hear(ev.Link(True))  # the network does not know yet
    assert span.signalling.sent("RESTART") == [{"channel": 1}]
    assert span.state(1) is C.CLEARING
    span.hear(ev.RestartAck(1))
    assert span.state(1) is C.IDLE


def test_call_that_is_alerting_for_too_long_is_cleared_with_102(span):
    user = span.dial()
    span.hear(ev.Alerting(user.line.call_id, 31, False))
    span.timers.expire("T301")
    assert user.told[-1] is Cause.RECOVERY_ON_TIMER
    assert span.signalling.sent("DISCONNECT")[0]["cause"] == 102


def test_unknown_calls_and_refused_orders_change_nothing(span):
    for event in (ev.Connect(99, 1, False), ev.Info(99, "1", False), ev.Released(99, 16),
                  ev.Refusal("no such call", "CONNECT", 99), ev.Idle(5)):  # fmt: skip
        span.hear(event)
    span.hear(ev.Disconnect(99, 1, 16))
    assert span.signalling.sent("RELEASE") == [{"call": 99}]
    assert span.trunk.counters["refused orders"] == 1


@pytest.mark.parametrize("state", S)
def test_events_outside_the_table_are_refused_and_change_nothing(state):
    channel = Channel("e1", 1, FakeTimers(), lambda *_: None)
    for event in set(E) - set(TABLE[state]):
        channel._machine.state = state
        assert not channel.fire(event)
        assert channel.state is state


def test_every_state_that_must_not_last_has_a_timer():
    lasting = {S.OUT_OF_SERVICE, S.IDLE, S.CONNECTED}
    assert set(TIMEOUTS) == set(S) - lasting
