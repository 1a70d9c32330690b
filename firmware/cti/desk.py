"""The live read models: what pages and programs see of calls, agents, queues and spans."""

from collections.abc import Callable

from firmware.acd.agent import Agent
from firmware.config import Configuration
from firmware.contract.config import CallQueue
from firmware.contract.ids import AgentId, QueueId
from firmware.contract.model import AgentState
from firmware.contract.views import (
    AgentView,
    AnalogView,
    CallView,
    ChannelView,
    LegView,
    LineView,
    QueueView,
    Snapshot,
    SpanView,
)
from firmware.cti.control import CallControl
from firmware.reporting.figures import QueuesToday, midnight_ms
from firmware.switching.call import Call
from firmware.switching.connection import Connection
from firmware.trunk.analog import AnalogTrunk
from firmware.trunk.analog_channel import AnalogChannel
from firmware.trunk.group import TrunkGroup
from firmware.trunk.isdn import IsdnTrunk

_BUSY = (AgentState.RESERVED, AgentState.BUSY, AgentState.WORKING_AFTER_CALL)


class LiveViews:
    """Views of the moment; `snapshot` is what `/live` begins with."""

    def __init__(
        self,
        control: CallControl,
        group: TrunkGroup,
        configuration: Configuration,
        today: QueuesToday,
        seq: Callable[[], int],
    ) -> None:
        self._control, self._group = control, group
        self._configuration, self._today, self._seq = configuration, today, seq

    def snapshot(self) -> Snapshot:
        """Everything live."""
        queues = self._configuration.current.queues
        return Snapshot(
            seq=self._seq(),
            now_ms=self._control.office.clock.utc_ms(),
            revision=self._configuration.revision,
            spans=tuple(span_view(trunk) for trunk in self._group.trunks.values()),
            queues=tuple(self.queue_view(QueueId(name), q) for name, q in queues.items()),
            agents=tuple(agent_view(agent) for agent in self._control.agents),
            calls=tuple(self.call_view(call) for call in self._control.calls),
            analog=tuple(analog_view(trunk) for trunk in self._group.analog.values()),
            draining=self._control.draining.on,
        )

    def call_view(self, call: Call) -> CallView:
        """One call."""
        story = call.story
        return CallView(
            call=call.id,
            direction=story.direction,
            phase=call.phase,
            calling=story.calling,
            called=story.called,
            since_ms=call.started_ms,
            path=tuple(story.path),
            queue=story.queue,
            position=self._control.centre.queues.position(call.id),
            queued_ms=story.queued_ms,
            connected_ms=story.connected_ms,
            agent=_agent_of(call),
            recording=call.recording,
            legs=tuple(leg_view(leg) for leg in call.connections),
        )

    def queue_view(self, queue: QueueId, settings: CallQueue) -> QueueView:
        """One queue now and since midnight."""
        stays = [s for s in self._control.centre.queues.stays.values() if s.entry.queue == queue]
        members = [a for a in self._control.agents if queue in a.settings.queues]
        now_ms = self._control.office.clock.utc_ms()
        midnight = midnight_ms(now_ms, self._configuration.current.site.timezone)
        figures = self._today.of(queue, settings.service_level_s, midnight)
        since = [stay.call.story.queued_ms or now_ms for stay in stays]
        return QueueView(
            queue=queue,
            name=settings.name,
            waiting=len(stays),
            longest_wait_ms=min(since, default=None),
            ready=sum(a.eligible for a in members),
            busy=sum(a.state in _BUSY for a in members),
            logged_in=sum(a.state is not AgentState.NULL for a in members),
            offered_today=figures.offered,
            answered_today=figures.answered,
            abandoned_today=figures.abandoned,
            asa_s=round(figures.asa_s, 1),
            service_level=figures.service_level,
        )


def agent_view(agent: Agent) -> AgentView:
    """One agent."""
    wish = agent.wish
    return AgentView(
        agent=agent.id,
        name=agent.settings.name,
        state=agent.state,
        since_ms=agent.since_ms,
        reason=agent.reason,
        call=agent.call,
        pending=wish.state if wish else None,
        pending_reason=wish.reason if wish else "",
        telephone=agent.port is not None,
        queues=tuple(QueueId(queue) for queue in agent.settings.queues),
        until_ms=agent.until_ms,
    )


def leg_view(leg: Connection) -> LegView:
    """One connection."""
    line = leg.line
    return LegView(
        leg=leg.id,
        state=leg.state,
        agent=leg.agent,
        trunk=line.trunk if line else None,
        channel=line.channel if line else None,
        number=leg.number,
        answer=leg.answered_by,
    )


def span_view(trunk: IsdnTrunk) -> SpanView:
    """One E1 line."""
    return SpanView(
        trunk=trunk.id,
        name=trunk.settings.name,
        board=trunk.board,
        link=trunk.link,
        alarms=tuple(sorted(trunk.alarms)),
        channels=tuple(
            ChannelView(number, channel.shown, trunk.call_on(number))
            for number, channel in sorted(trunk.channels.items())
        ),
        firmware=trunk.firmware(),
    )


def analog_view(trunk: AnalogTrunk) -> AnalogView:
    """One board of analogue lines."""
    lines = tuple(line_view(line) for _, line in sorted(trunk.lines.items()))
    return AnalogView(trunk.id, trunk.settings.name, trunk.board, lines, trunk.firmware())


def line_view(line: AnalogChannel) -> LineView:
    """One analogue line."""
    report, caller = line.report, line.watch.caller
    return LineView(
        line=line.number,
        number=line.settings.number,
        state=line.shown,
        since_ms=line.since_ms,
        faults=line.faults.present,
        volts=report.volts if report else None,
        milliamperes=report.milliamperes if report else None,
        call=line.call,
        caller=caller.number if caller else "",
        learnt=bool(line.settings.hang_up.tones),
    )


def _agent_of(call: Call) -> AgentId | None:
    """Whose telephone is in the call, else who dialled or talked last."""
    present = (leg.agent for leg in reversed(call.connections) if leg.agent is not None)
    return next(present, call.story.agent)
