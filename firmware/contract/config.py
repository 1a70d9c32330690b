"""The configuration: typed, bounded, whole.  The form of a page is made from these fields.

`check(document)` returns the configuration or every problem at once; unknown keys are
problems.  References between parts (a route to a queue) are checked here too.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from firmware.contract.analog import AnalogTrunk
from firmware.contract.flow import Flow, Hangup, Queue, targets
from firmware.contract.model import Language
from firmware.contract.part import Clock, Digits, Id, Part, Pattern
from firmware.contract.views import Problem


class Site(Part):
    """Where the box stands."""

    name: str = Field(default="Callbox", min_length=1, max_length=80)
    country: Literal["CN", "US", "GB", "TW", "HK", "SG", "MY", "DE", "FR", "JP", "AU", "IN"] = "CN"
    """Decides tones, emergency numbers and number formats."""
    area_code: str = Field(default="010", pattern=r"^[0-9]{0,6}$")
    """With the trunk prefix 0 where the country has one."""
    language: Language = Language.ZH_CN
    """First language of prompts."""
    timezone: str = Field(default="Asia/Shanghai", max_length=40)


class Trunk(Part):
    """An E1 line with ISDN PRI."""

    name: str = Field(default="E1", min_length=1, max_length=80)
    kind: Literal["isdn"] = "isdn"
    board: str = Field(default="", max_length=200)
    """Serial port or USB serial number of the board; empty takes the first one found."""
    crc4: bool = True
    channels: tuple[int, ...] = tuple(n for n in range(1, 32) if n != 16)
    """B-channels in use."""
    hunt: Literal["up", "down"] = "down"
    """Outgoing calls take channels from this end; the exchange should use the other."""
    numbers: tuple[Digits, ...] = ("01088886666",)
    """Numbers allotted to this trunk; only these may be sent as calling number."""
    overlap_digits: int = Field(default=0, ge=0, le=32)
    """Digits of a called number when the exchange sends them one by one; 0 = en bloc."""
    overlap_s: float = Field(default=4.0, ge=1, le=15)


class Hours(Part):
    """One weekday's opening."""

    opens: Clock = "09:00"
    closes: Clock = "18:00"


class Calendar(Part):
    """When the company is open."""

    week: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], tuple[Hours, ...]] = Field(
        default_factory=dict
    )
    """A missing day is closed."""
    holidays: Literal["none", "CN"] = "none"
    """Public holidays with make-up workdays."""
    closed: tuple[Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")], ...] = ()
    always: bool = False
    """Open around the clock."""


class Route(Part):
    """What happens with calls to a number."""

    called: Pattern
    calendar: Id
    flow: Id
    """Flow while open."""
    closed_flow: Id
    """Flow while closed."""
    emergency: bool = False
    """Calls to this number are taken even while the box waits for a restart."""


class SkillNeed(Part):
    """A skill that a call needs."""

    level: int = Field(default=1, ge=1, le=10)
    weight: float = Field(default=1.0, ge=0, le=10)


class CallQueue(Part):
    """A queue: one kind so far, longest idle agent first."""

    name: str = Field(min_length=1, max_length=80)
    strategy: Literal["longest_idle"] = "longest_idle"
    ring_s: float = Field(default=20.0, ge=3, le=120)
    """How long a call alerts at one agent."""
    retry_s: float = Field(default=20.0, ge=0, le=600)
    """How long this call skips an agent who did not answer."""
    max_misses: int = Field(default=2, ge=1, le=10)
    """Calls missed in a row before the agent is made not ready."""
    wrap_up_s: float = Field(default=30.0, ge=0, le=3600)
    max_wait_s: float = Field(default=1800.0, ge=10, le=7200)
    max_length: int = Field(default=100, ge=0, le=1000)
    position_s: float = Field(default=30.0, ge=10, le=600)
    """The caller hears his position this often."""
    short_abandon_s: float = Field(default=5.0, ge=0, le=60)
    service_level_s: float = Field(default=20.0, ge=1, le=600)
    skills: dict[str, SkillNeed] = Field(default_factory=dict)
    record: bool = True
    announce_agent: bool = True
    """Tell the caller the agent's number on connect."""
    dispositions: tuple[Id, ...] = ()
    """Choices at wrap-up; empty offers all."""


class Agent(Part):
    """A person who answers."""

    name: str = Field(min_length=1, max_length=80)
    queues: tuple[Id, ...] = ()
    skills: dict[str, int] = Field(default_factory=dict)
    auto_answer: bool = False
    """Connect at once, with a beep."""
    level_voice: bool = False
    """Bring his voice to the usual level and weaken his room between the words; in browsers."""


class Labelled(Part):
    """A word for people, by language."""

    label: dict[Language, str]


class Outbound(Part):
    """What may be dialled, checked before anything leaves the box."""

    allowed: tuple[Pattern, ...] = ("*",)
    """National numbers permitted, by prefix; `*` is every national number."""
    international: tuple[Pattern, ...] = ()
    """Country prefixes permitted with `+`, as "+852*"; empty closes international calls."""
    calls_per_hour: int = Field(default=200, ge=0, le=100000)
    minutes_per_hour: int = Field(default=600, ge=0, le=100000)
    answer_s: float = Field(default=60.0, ge=5, le=180)
    """How long the far end may ring."""
    agents_record: bool = True


class BlackEntry(Part):
    """A caller who is rejected with cause 17 before answer."""

    number: Pattern
    note: str = Field(default="", max_length=200)


class Config(Part):
    """Everything."""

    site: Site = Site()
    trunks: dict[Id, Trunk] = Field(default_factory=dict, max_length=2)
    analog: dict[Id, AnalogTrunk] = Field(default_factory=dict, max_length=4)
    calendars: dict[Id, Calendar] = Field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    """The longest matching number wins."""
    flows: dict[Id, Flow] = Field(default_factory=dict)
    queues: dict[Id, CallQueue] = Field(default_factory=dict)
    agents: dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{2,8}$")], Agent] = Field(
        default_factory=dict
    )
    pause_reasons: dict[Id, Labelled] = Field(default_factory=dict)
    dispositions: dict[Id, Labelled] = Field(default_factory=dict)
    outbound: Outbound = Outbound()
    blacklist: tuple[BlackEntry, ...] = ()
    recording_days: int = Field(default=90, ge=1, le=3650)


Check = Callable[[Config], list[Problem]]
"""A check that needs more than the contract knows: names of prompts, time zones."""


def check(document: Any, more: Sequence[Check] = ()) -> Config | list[Problem]:
    """The whole configuration, or every problem of it with its place.

    Structural problems hide those of references, as both cannot be told at once.
    """
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        return [_problem(e) for e in error.errors(include_url=False)]
    problems = [
        *_flow_problems(config),
        *_route_problems(config),
        *_agent_problems(config),
        *_queue_problems(config),
        *_calendar_problems(config),
        *_trunk_problems(config),
        *_analog_problems(config),
        *(problem for other in more for problem in other(config)),
    ]
    return problems or config


def _problem(error: Any) -> Problem:
    path = ".".join(str(step) for step in error["loc"])
    params = {k: v for k, v in error.get("ctx", {}).items() if isinstance(v, str | int | float)}
    return Problem(path, str(error["type"]), str(error["msg"]), params)


def _missing(path: str, kind: str, name: str) -> Problem:
    return Problem(path, f"unknown_{kind}", f"there is no {kind} '{name}'", {"name": name})


def _route_problems(config: Config) -> list[Problem]:
    problems = []
    for n, route in enumerate(config.routes):
        if route.calendar not in config.calendars:
            problems.append(_missing(f"routes.{n}.calendar", "calendar", route.calendar))
        problems += [
            _missing(f"routes.{n}.{key}", "flow", name)
            for key, name in (("flow", route.flow), ("closed_flow", route.closed_flow))
            if name not in config.flows
        ]
    return problems


def _agent_problems(config: Config) -> list[Problem]:
    return [
        _missing(f"agents.{agent}.queues.{n}", "queue", queue)
        for agent, settings in config.agents.items()
        for n, queue in enumerate(settings.queues)
        if queue not in config.queues
    ]


def _queue_problems(config: Config) -> list[Problem]:
    return [
        _missing(f"queues.{queue}.dispositions.{n}", "disposition", name)
        for queue, settings in config.queues.items()
        for n, name in enumerate(settings.dispositions)
        if name not in config.dispositions
    ]


def _calendar_problems(config: Config) -> list[Problem]:
    problems = []
    for name, calendar in config.calendars.items():
        at = f"calendars.{name}"
        for n, day in enumerate(calendar.closed):
            try:
                date.fromisoformat(day)
            except ValueError:
                problems.append(Problem(f"{at}.closed.{n}", "no_such_day", f"'{day}' is no day"))
        problems += [
            Problem(f"{at}.week.{day}.{n}", "closes_first", "closes before it opens")
            for day, opening in calendar.week.items()
            for n, hours in enumerate(opening)
            if hours.closes <= hours.opens
        ]
    return problems


def _trunk_problems(config: Config) -> list[Problem]:
    """Slot 0 carries the frame alignment, slot 16 the D-channel."""
    return [
        Problem(f"trunks.{name}.channels.{n}", "no_channel", f"{channel} is no free B-channel")
        for name, trunk in config.trunks.items()
        for n, channel in enumerate(trunk.channels)
        if channel not in range(1, 32) or channel == 16 or channel in trunk.channels[:n]
    ]


def _analog_problems(config: Config) -> list[Problem]:
    """A name stands for one trunk only, a number for one line."""
    problems = [
        Problem(f"analog.{name}", "name_taken", f"there is an E1 trunk '{name}'", {"name": name})
        for name in config.analog
        if name in config.trunks
    ]
    seen: set[str] = set()
    for name, trunk in config.analog.items():
        for key, line in trunk.lines.items():
            if line.number in seen:
                at = f"analog.{name}.lines.{key}.number"
                text = f"another line has number '{line.number}'"
                problems.append(Problem(at, "number_taken", text, {"name": line.number}))
            seen |= {line.number} - {""}
    return problems


def _flow_problems(config: Config) -> list[Problem]:
    problems: list[Problem] = []
    for name, flow in config.flows.items():
        at = f"flows.{name}"
        problems += flow_problems(at, flow)
        problems += [
            _missing(f"{at}.nodes.{key}.queue", "queue", node.queue)
            for key, node in flow.nodes.items()
            if isinstance(node, Queue) and node.queue not in config.queues
        ]
    return problems


def flow_problems(at: str, flow: Flow) -> list[Problem]:
    """Unknown targets, unreachable nodes and nodes from which no call can end."""
    links = {name: targets(node) for name, node in flow.nodes.items()}
    problems = [
        _missing(f"{at}.nodes.{name}.{place}", "node", to)
        for name, places in links.items()
        for place, to in places.items()
        if to not in flow.nodes
    ]
    if flow.start not in flow.nodes:
        return [*problems, _missing(f"{at}.start", "node", flow.start)]
    edges = {name: set(places.values()) & set(flow.nodes) for name, places in links.items()}
    reached = _closure({flow.start}, edges)
    ends = {n for n, node in flow.nodes.items() if isinstance(node, Hangup | Queue)}
    back: dict[str, set[str]] = {name: set() for name in flow.nodes}
    for name, nexts in edges.items():
        for to in nexts:
            back[to].add(name)
    ending = _closure(ends, back)
    for name in flow.nodes:
        where = f"{at}.nodes.{name}"
        if name not in reached:
            problems.append(Problem(where, "unreachable_node", f"nothing leads to '{name}'"))
        elif name not in ending:
            problems.append(Problem(where, "dead_end", f"no call can end after '{name}'"))
    return problems


def _closure(start: set[str], edges: dict[str, set[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        fresh = edges[todo.pop()] - seen
        seen |= fresh
        todo += fresh
    return seen
