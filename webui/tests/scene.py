"""A company to look at: configuration, live state and call records that fit together."""

from dataclasses import replace

from firmware.contract.config import Config
from firmware.contract.ids import AgentId, CallId, QueueId, RecordingId, TrunkId
from firmware.contract.model import (
    AgentState,
    CallPhase,
    Cause,
    ChannelState,
    Direction,
    LineFault,
    LineState,
    Outcome,
    Party,
)
from firmware.contract.views import (
    AgentView,
    AnalogView,
    CallPart,
    CallRecord,
    CallView,
    ChannelView,
    LineView,
    QueueView,
    RecordingView,
    SpanView,
)

NOW_MS = 1_795_312_800_000  # 2026-11-22 10:00 in Shanghai
CONFIG = Config.model_validate(
    {
        "site": {"name": "华星科技"},
        "trunks": {"e1": {"name": "E1 电信"}},
        "analog": {
            "analog": {
                "name": "模拟线路板",
                "lines": {"1": {"number": "01088887001"}, "2": {"number": "01088887002"}},
            }
        },
        "calendars": {"office": {"week": {"mon": [{"opens": "09:00", "closes": "18:00"}]}}},
        "routes": [
            {"called": "01088886666", "calendar": "office", "flow": "main", "closed_flow": "closed"}
        ],
        "flows": {
            "main": {
                "name": {"zh_CN": "总机", "en": "Main"},
                "start": "hello",
                "nodes": {
                    "hello": {
                        "kind": "menu",
                        "label": {"zh_CN": "欢迎", "en": "Welcome"},
                        "prompts": ["welcome"],
                        "keys": {"1": "sales", "2": "service"},
                        "otherwise": "sales",
                    },
                    "sales": {
                        "kind": "queue",
                        "queue": "sales",
                        "label": {"zh_CN": "销售", "en": "Sales"},
                        "otherwise": "bye",
                    },
                    "service": {
                        "kind": "queue",
                        "queue": "service",
                        "label": {"zh_CN": "售后", "en": "Service"},
                        "otherwise": "bye",
                    },
                    "bye": {"kind": "hangup"},
                },
            },
            "closed": {"start": "bye", "nodes": {"bye": {"kind": "hangup"}}},
        },
        "queues": {
            "sales": {"name": "销售", "dispositions": ["order", "question"]},
            "service": {"name": "售后服务"},
        },
        "agents": {
            "8001": {"name": "王芳", "queues": ["sales", "service"]},
            "8002": {"name": "李强", "queues": ["sales"]},
            "8003": {"name": "Anna Lee", "queues": ["service"], "auto_answer": True},
            "8004": {"name": "赵敏", "queues": ["service"]},
        },
        "pause_reasons": {
            "break": {"label": {"zh_CN": "休息", "en": "Break"}},
            "lunch": {"label": {"zh_CN": "午餐", "en": "Lunch"}},
            "training": {"label": {"zh_CN": "培训", "en": "Training"}},
        },
        "dispositions": {
            "order": {"label": {"zh_CN": "下单", "en": "Order"}},
            "question": {"label": {"zh_CN": "咨询", "en": "Question"}},
            "complaint": {"label": {"zh_CN": "投诉", "en": "Complaint"}},
        },
        "blacklist": [{"number": "01066661111", "note": "骚扰"}],
    }
)

USERS = {
    "admin": ("administrator", "admin-password-1"),
    "lead": ("supervisor", "lead-password-1"),
    "8001": ("agent", "agent-password-1"),
    "8002": ("agent", "agent-password-2"),
}


def agents(now_ms: int) -> dict[str, AgentView]:
    """Four people in four states."""

    def agent(name: AgentId, state: AgentState, age_s: int) -> AgentView:
        settings = CONFIG.agents[name]
        queues = tuple(QueueId(queue) for queue in settings.queues)
        view = AgentView(name, settings.name, state, now_ms - age_s * 1000, queues=queues)
        return replace(view, telephone=state is not AgentState.NULL)

    return {
        "8001": agent(AgentId("8001"), AgentState.NULL, 0),
        "8002": agent(AgentId("8002"), AgentState.READY, 45),
        "8003": replace(
            agent(AgentId("8003"), AgentState.BUSY, 130),
            call=CallId("20261122T015750.000-3"),
            pending=AgentState.NOT_READY,
            pending_reason="lunch",
        ),
        "8004": replace(agent(AgentId("8004"), AgentState.NOT_READY, 610), reason="training"),
    }


def calls(now_ms: int) -> dict[str, CallView]:
    """One conversation and two callers who wait."""

    def call(n: int, calling: str, age_s: int, phase: CallPhase) -> CallView:
        return CallView(
            CallId(f"20261122T01575{n}.000-{n}"),
            Direction.INBOUND,
            phase,
            calling,
            "01088886666",
            now_ms - age_s * 1000,
            path=("欢迎", "售后"),
            queue=QueueId("service"),
            queued_ms=now_ms - age_s * 1000 + 12_000,
        )

    talking = call(3, "13800138000", 160, CallPhase.TALKING)
    talking = replace(
        talking,
        call=CallId("20261122T015750.000-3"),
        agent=AgentId("8003"),
        connected_ms=now_ms - 130_000,
        recording=True,
    )
    return {
        talking.call: talking,
        **{
            one.call: one
            for one in (
                replace(call(5, "02155556666", 75, CallPhase.QUEUED), position=1),
                replace(call(7, "", 31, CallPhase.QUEUED), position=2),
            )
        },
    }


def spans() -> dict[str, SpanView]:
    """One line; three channels in use."""
    used = {31: ChannelState.CONNECTED, 30: ChannelState.CONNECTED, 29: ChannelState.ALERTING}
    channels = tuple(
        ChannelView(n, used.get(n, ChannelState.IDLE)) for n in range(1, 32) if n != 16
    )
    line = SpanView(TrunkId("e1"), "E1 电信", board=True, link=True, alarms=(), channels=channels)
    return {"e1": line}


def analog(now_ms: int) -> dict[str, AnalogView]:
    """A board with four lines: one rings, one is in a call, one is unplugged."""
    states = (LineState.IDLE, LineState.RINGING, LineState.CONNECTED, LineState.OUT_OF_SERVICE)
    lines = tuple(
        LineView(n, f"0108888700{n}", state, now_ms - 60_000, volts=-48, milliamperes=0)
        for n, state in enumerate(states, 1)
    )
    ringing = replace(lines[1], caller="13800138000", learnt=True)
    talking = replace(lines[2], volts=-8, milliamperes=24)
    unplugged = replace(lines[3], volts=0, faults=(LineFault.NO_BATTERY,))
    board = AnalogView(
        TrunkId("analog"), "模拟线路板", board=True, lines=(lines[0], ringing, talking, unplugged)
    )
    return {"analog": board}


def queues() -> dict[str, QueueView]:
    """Two queues with a morning behind them."""
    return {
        "sales": QueueView(QueueId("sales"), "销售", 0, None, 1, 0, 2, 41, 38, 2, 11.4, 92.7),
        "service": QueueView(
            QueueId("service"), "售后服务", 2, None, 0, 1, 2, 63, 55, 6, 24.1, 78.3
        ),
    }


def records(now_ms: int) -> list[CallRecord]:
    """Calls of the day, newest first; enough for two pages."""
    return [_record(n, now_ms - n * 240_000) for n in range(60)]


_ENDS = (
    (Outcome.ANSWERED, Cause.NORMAL_CLEARING, Party.CALLER),
    (Outcome.ANSWERED, Cause.NORMAL_CLEARING, Party.AGENT),
    (Outcome.ABANDONED, Cause.NORMAL_CLEARING, Party.CALLER),
    (Outcome.FAILED, Cause.USER_BUSY, Party.CALLER),
    (Outcome.REJECTED, Cause.USER_BUSY, Party.BOX),
)


def _record(n: int, start: int) -> CallRecord:
    outcome, cause, by = _ENDS[n % len(_ENDS)]
    talked = outcome is Outcome.ANSWERED
    outbound = outcome is Outcome.FAILED
    agent = AgentId("8001" if n % 2 == 0 else "8002")
    name = CallId(f"20261122T{n:06d}.000-{n}")
    return CallRecord(
        call=name,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        calling="01088886666" if outbound else f"1380013{8000 + n}",
        called=f"1390013{9000 + n}" if outbound else "01088886666",
        start_ms=start,
        answer_ms=None if outbound else start + 1_000,
        bridge_ms=start + 40_000 if talked else None,
        end_ms=start + 150_000,
        queue=None if outbound else QueueId("service"),
        agent=agent if talked or outbound else None,
        waited_s=25.0,
        talk_s=90.0 if talked else 0.0,
        hold_s=15.0 if talked else 0.0,
        outcome=outcome,
        cause=cause,
        by=by,
        disposition="question" if talked else "",
        note="<b>not bold</b>" if n == 0 else "",
        path=("main.hello", "main.service"),
        parts=_parts(start, agent) if talked else _parts(start, agent)[:2],
        recordings=_recordings(name, start, agent) if talked else (),
    )


def _parts(start: int, agent: str) -> tuple[CallPart, ...]:
    return (
        CallPart("ivr", start + 1_000, start + 15_000, "main.hello"),
        CallPart("queue", start + 15_000, start + 40_000, "service"),
        CallPart("ring", start + 33_000, start + 40_000, agent),
        CallPart("talk", start + 40_000, start + 90_000, agent),
        CallPart("hold", start + 90_000, start + 105_000, agent),
        CallPart("talk", start + 105_000, start + 145_000, agent),
        CallPart("wrap_up", start + 145_000, start + 160_000, agent),
    )


def _recordings(call: CallId, start: int, agent: AgentId) -> tuple[RecordingView, ...]:
    name = RecordingId(f"{call}-1")
    return (RecordingView(name, f"2026/11/22/{name}.wav", start + 40_000, 840_000, agent),)
