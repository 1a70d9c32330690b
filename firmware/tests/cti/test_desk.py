from types import SimpleNamespace

import pytest

from firmware.contract.events import LineChanged
from firmware.contract.model import (
    AgentState,
    AnswerSign,
    CallPhase,
    ChannelState,
    Direction,
    LegState,
    LineFault,
    LineState,
    Role,
)
from firmware.cti.desk import LiveViews, analog_view, span_view
from firmware.cti.visibility import visible
from firmware.reporting.figures import QueuesToday
from firmware.sessions import Identity
from firmware.tests.fakes import World
from firmware.tests.trunk.analog_bench import Bench, fsk
from firmware.tests.trunk.test_isdn import FIRST, Span
from firmware.trunk.group import TrunkGroup


class Live:
    def __init__(self):
        self.world = World()
        configuration = SimpleNamespace(current=self.world.config, revision=7)
        self.views = LiveViews(
            self.world.control,
            TrunkGroup(),
            configuration,
            QueuesToday(),
            lambda: len(self.world.events),
        )

    def snapshot(self):
        return self.views.snapshot()


@pytest.fixture
def live():
    live = Live()
    yield live
    live.world.close()


def test_waiting_caller_is_seen_with_his_way_and_place(live):
    live.world.in_queue("13800138001")
    live.world.advance(5)
    live.world.in_queue("13800138002")
    snapshot = live.snapshot()
    call = snapshot.calls[1]
    assert (call.phase, call.position, call.queue) == (CallPhase.QUEUED, 2, "sales")
    assert call.path == ("主菜单", "sales")
    assert (call.calling, call.called, call.direction) == (
        "13800138002", "88886666", Direction.INBOUND,
    )  # fmt: skip
    sales = next(q for q in snapshot.queues if q.queue == "sales")
    assert (sales.waiting, sales.longest_wait_ms) == (2, snapshot.calls[0].queued_ms)
    assert snapshot.seq == len(live.world.events)
    assert snapshot.revision == 7


def test_conversation_is_seen_with_both_legs_and_its_agent(live):
    agent = live.world.ready("8001")
    live.world.in_queue()
    ringing = live.snapshot()
    assert ringing.calls[0].phase is CallPhase.ALERTING
    assert ringing.calls[0].agent == "8001"
    agent.duty.answer()
    call = live.snapshot().calls[0]
    assert call.phase is CallPhase.TALKING
    assert call.recording
    assert [(leg.agent, leg.channel, leg.state) for leg in call.legs] == [
        (None, 1, LegState.CONNECTED), ("8001", None, LegState.CONNECTED),
    ]  # fmt: skip
    agent.duty.hold()
    assert live.snapshot().calls[0].phase is CallPhase.HELD


def test_agents_and_the_figures_of_their_queues(live):
    agent = live.world.ready("8001")
    live.world.ready("8002")
    live.world.in_queue()
    snapshot = live.snapshot()
    view = next(a for a in snapshot.agents if a.agent == "8001")
    assert (view.state, view.telephone, view.call) == (
        AgentState.RESERVED, True, snapshot.calls[0].call,
    )  # fmt: skip
    assert view.until_ms == view.since_ms + 20_000
    sales = next(q for q in snapshot.queues if q.queue == "sales")
    assert (sales.ready, sales.busy, sales.logged_in) == (1, 1, 2)
    assert agent.call == view.call


def test_span_is_seen_with_its_channels():
    span = Span()
    span.setup()
    view = span_view(span.trunk)
    assert (view.board, view.link, view.alarms) == (True, True, ())
    assert [c.state for c in view.channels][:2] == [ChannelState.SEIZED, ChannelState.IDLE]
    assert len(view.channels) == 30
    assert FIRST


def test_analogue_lines_are_seen_with_voltage_caller_and_faults():
    bench = Bench(hang_up={"tones": [{"on_s": 0.25, "off_s": 0.25}]})
    bench.ring(pause=0.5)
    bench.sound.ears[1].caller_id(fsk("13800138000"))
    bench.reports[2] = bench.reports[2].__class__(
        **{**bench.reports[2].__dict__, "battery": False, "volts": 0}
    )
    bench.run(1)
    view = analog_view(bench.trunk)
    first, second = view.lines
    assert (view.trunk, view.name, view.board) == ("analog", "FXO", True)
    assert (first.number, first.state, first.volts) == ("01088887001", LineState.RINGING, -48)
    assert (first.caller, first.call, first.learnt) == ("13800138000", "call", True)
    assert (second.state, second.faults) == (LineState.OUT_OF_SERVICE, (LineFault.NO_BATTERY,))
    last = [event for event in bench.events if isinstance(event, LineChanged)][-1]
    assert last == LineChanged("analog", 2, second.state, second.faults)
    bench.close()


def test_lines_are_for_supervisors_and_above(live):
    bench = Bench()
    live.views._group.analog["analog"] = bench.trunk
    snapshot = live.snapshot()
    assert len(snapshot.analog) == 1
    assert visible(snapshot, Identity("boss", Role.SUPERVISOR, "k")).analog == snapshot.analog
    assert visible(snapshot, Identity("8001", Role.AGENT, "k")).analog == ()
    bench.close()


def test_by_what_an_answer_is_known_is_seen_on_the_leg(live):
    live.world.ready("8001")
    live.world.control.make_call("8001", "13900000000")
    legs = live.snapshot().calls[0].legs
    assert [leg.answer for leg in legs] == [None, AnswerSign.NONE]
    live.world.lines.dialled[0].network_answers(AnswerSign.VOICE)
    assert live.snapshot().calls[0].legs[1].answer is AnswerSign.VOICE
