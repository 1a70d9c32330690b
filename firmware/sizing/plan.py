"""Answers to advice: agents, lines, menu, disk, bandwidth, each as a range and with its reason."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from firmware.sizing.agents import Goal, Load, Staff, agents_for
from firmware.sizing.erlang import lines_for
from firmware.sizing.questions import ABOVE_MEAN, CUSTOMS, Answers, calls_a_day, problems

SPREAD = 0.25
"""Calls may be so much fewer or more than was said: the ends of each range."""
BLOCKING, MENU_BLOCKING = 0.01, 0.001
HOUR_S = 3600.0
RING_S = 8.0
"""Until an agent answers; a caller holds his line for it."""
FXO_SIZES = (4, 8, 16)
E1_CHANNELS = 30
RECORDED_BYTES_S = 16_000
"""Two channels of A-law."""
MOST_CALLS_AN_HOUR = 50_000
AUDIO_KBIT_S = 93.6
"""One way of a conversation: 50 packets a second of 160 bytes of speech, 12 of RTP, 16 of SRTP's
tag, 8 of UDP, 20 of IP and 18 of Ethernet."""


@dataclass(frozen=True)
class Range:
    """`expected` is the advice; low and high are the ends for fewer and for more calls."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class Reason:
    """A sentence of `words`, and the figures in it."""

    key: str
    values: dict[str, float]


@dataclass(frozen=True)
class Plan:
    """The advice.  `reasons` are in the order of the figures."""

    calls_peak_hour: Range
    agents: Range  # logged in, in the busiest hour
    paid: Range
    lines: Range
    fxo_lines: int  # board size that is enough; 0: too many for analogue lines
    e1_spans: int
    menu_ports: Range
    disk_gb: Range
    bandwidth_kbit_s: Range  # each way, browsers of agents
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class _Case:
    """One of the three ends of the ranges."""

    calls: float
    staff: Staff
    line_erlang: float
    lines: int
    menu_ports: int
    disk_gb: float


def advise(answers: Answers) -> Plan:
    """ValueError with the names of answers that are out of bounds."""
    odd = problems(answers)
    peak = peak_calls(answers) if not odd else 0.0
    if peak * (1 + SPREAD) > MOST_CALLS_AN_HOUR:
        odd = ["calls"]
    if odd:
        raise ValueError(", ".join(odd))
    low, expected, high = (_case(answers, factor) for factor in (1 - SPREAD, 1.0, 1 + SPREAD))
    cases = (low, expected, high)
    return Plan(
        calls_peak_hour=_range(round(case.calls, 1) for case in cases),
        agents=_range(case.staff.logged_in for case in cases),
        paid=_range(case.staff.paid for case in cases),
        lines=_range(case.lines for case in cases),
        fxo_lines=next((size for size in FXO_SIZES if size >= expected.lines), 0),
        e1_spans=math.ceil(expected.lines / E1_CHANNELS),
        menu_ports=_range(case.menu_ports for case in cases),
        disk_gb=_range(round(case.disk_gb, 1) for case in cases),
        bandwidth_kbit_s=_range(_bandwidth(answers, case.staff) for case in cases),
        reasons=_reasons(answers, expected),
    )


def _range(values: Iterable[float]) -> Range:
    """Of few, the expected and many calls: one agent more may even shorten the queue."""
    low, expected, high = values
    return Range(min(low, expected, high), expected, max(low, expected, high))


def peak_calls(answers: Answers) -> float:
    """Calls that come in the busiest hour."""
    day = calls_a_day(answers)
    return min(day, day / answers.hours * ABOVE_MEAN[answers.peak])


def _case(answers: Answers, factor: float) -> _Case:
    custom = CUSTOMS[answers.trade]
    calls, talk_s = peak_calls(answers) * factor, _talk_s(answers)
    for_agents = calls * (1 - custom.self_service)
    outgoing = _outgoing_peak(answers) * factor
    goal = Goal(answers.answered, answers.within_s)
    handle_s = talk_s + RING_S + custom.wrap_up_s
    staff = agents_for(Load(for_agents + outgoing, HOUR_S, handle_s), goal)
    menu = calls * custom.menu_s / HOUR_S
    waiting = for_agents * staff.callers.asa_s / HOUR_S
    talking = (for_agents + outgoing) * (RING_S + talk_s) / HOUR_S
    line_erlang = menu + waiting + talking * (1 + _remote_share(answers, staff))
    talks_a_day = (
        calls_a_day(answers) * (1 - custom.self_service) + answers.outgoing_a_day
    ) * factor
    return _Case(
        calls,
        staff,
        line_erlang,
        lines_for(line_erlang, BLOCKING),
        lines_for(menu + waiting, MENU_BLOCKING),
        talks_a_day * talk_s * RECORDED_BYTES_S * answers.kept_days / 1e9,
    )


def _talk_s(answers: Answers) -> float:
    return CUSTOMS[answers.trade].talk_s if answers.talk_s is None else answers.talk_s


def _outgoing_peak(answers: Answers) -> float:
    return answers.outgoing_a_day / answers.hours


def _remote_share(answers: Answers, staff: Staff) -> float:
    """Part of the conversations that take a second channel, to an agent outside."""
    return min(1.0, answers.remote / staff.logged_in) if staff.logged_in else 0.0


def _bandwidth(answers: Answers, staff: Staff) -> float:
    return round(max(0, staff.logged_in - answers.remote) * AUDIO_KBIT_S, 1)


def _reasons(answers: Answers, case: _Case) -> tuple[Reason, ...]:
    custom, staff, talk_s = CUSTOMS[answers.trade], case.staff, _talk_s(answers)
    lines = {"erlang": case.line_erlang, "lines": case.lines, "blocking": 100 * BLOCKING}
    found = [
        Reason(f"calls_by_{_known(answers)}", {"day": calls_a_day(answers), "hour": case.calls}),
        Reason(
            "agents",
            {
                "handle_s": talk_s + RING_S + custom.wrap_up_s, "agents": staff.logged_in,
                "in_time": 100 * staff.callers.answered_in_time, "within_s": answers.within_s,
                "occupancy": 100 * staff.callers.occupancy, "abandoned": 100 * staff.abandoned,
            },
        ),
        Reason("paid", {"paid": staff.paid, "shrinkage": 100 * Goal().shrinkage}),
        Reason("lines", lines),
        Reason("menu", {"ports": case.menu_ports, "self_service": 100 * custom.self_service}),
        Reason("disk", {"days": answers.kept_days, "gb": case.disk_gb}),
        Reason("bandwidth", {"kbit_s": AUDIO_KBIT_S}),
    ]  # fmt: skip
    if answers.remote:
        share = 100 * _remote_share(answers, staff)
        found.insert(4, Reason("remote", {"remote": answers.remote, "share": share}))
    return tuple(found)


def _known(answers: Answers) -> str:
    names = ("calls_a_day", "bills_a_month", "customers")
    return next(name for name in names if getattr(answers, name) is not None)
