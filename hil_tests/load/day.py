"""A load from the first caller to the last, on virtual time, and its figures."""

import resource
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from firmware.contract.model import Outcome, Role
from hil_tests.load import audit, box_side, callers
from hil_tests.load.agents import Robot
from hil_tests.load.audit import Kept, Offered, People
from hil_tests.load.exchange_side import Lines, Placed, offered
from hil_tests.load.marks import AGENTS, CALLERS
from hil_tests.load.plan import Plan
from hil_tests.world import World

FIRST_AGENT = 8001
LOOKS_S = 1.0
SETTLES_MS = 5_000
"""A call is looked at so long after its end: its recording is sealed then."""
LAST_CALLS_S = 1500.0
WRAP_UPS_S = 35.0


@dataclass
class Figures:
    """Counts; see `Day.result`."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    blocked: int = 0
    rejected: int = 0
    answered_s: float = 0.0
    recorded_s: float = 0.0
    violations: list[str] = field(default_factory=list)


class Day:
    """`run` it once."""

    def __init__(self, plan: Plan, seed: int, told: Any = lambda _words: None) -> None:
        """`told` takes a line of progress."""
        self._plan, self._seed, self._told = plan, seed, told
        self._dice = Random(seed)
        self.figures = Figures()
        self._robots: list[Robot] = []
        self._placed: list[Placed] = []
        self._marks: list[int] = []
        self._due_s = self._simulated_s = 0.0
        self._password = secrets.token_urlsafe()

    def run(self) -> dict[str, Any]:
        """The figures, as they are printed."""
        began, before = time.monotonic(), _cpu_s()
        plan = self._plan
        with World(seed=self._seed, spans=plan.spans, lines=plan.lines, keep_calls=0) as world:
            self._come(world)
            self._traffic(world)
            self._go(world)
        return self.result() | {
            "wall_s": round(time.monotonic() - began, 1),
            "cpu_s": round(_cpu_s() - before, 1),
        }

    def result(self) -> dict[str, Any]:
        """All but what it cost; on virtual time no tick can be late."""
        figures = self.figures
        return {
            "offered": figures.offered,
            "answered": figures.answered,
            "abandoned": figures.abandoned,
            "blocked": figures.blocked,
            "rejected": figures.rejected,
            "answered_s": round(figures.answered_s, 2),
            "recorded_s": round(figures.recorded_s, 2),
            "simulated_s": round(self._simulated_s, 1),
            "late_ticks": 0,
            "bare_late_ticks": 0,
            "tick_p999_ms": 0.0,
            "violations": figures.violations,
        }

    # --- people ---

    def _come(self, world: World) -> None:
        names = [str(FIRST_AGENT + number) for number in range(self._plan.agents)]
        world.configure(lambda document: _staff(document, names))
        for name in names:
            world.await_(world.box.store.users.set_password(name, Role.AGENT, self._password))
        self._robots = [
            Robot(
                name,
                mark,
                Random(self._dice.random()),
                tuple(names),
                lambda: world.now_ms,
                lambda: world.office.tick,
                self._plan.talk_s,
            )
            for mark, name in zip(AGENTS, names, strict=False)
        ]
        self._marks = list(CALLERS)
        world.also.append(self._step_phones)
        for robot in self._robots:
            world.await_(robot.come(str(world.options.socket), self._password))
        world.run(20, lambda: all(robot.phone.connected for robot in self._robots))
        self._rest = box_side.Rest(world)
        self._days = [world.loop.create_task(robot.work()) for robot in self._robots]
        world.run(1)

    def _step_phones(self) -> None:
        for robot in self._robots:
            robot.step()

    def _leave(self, world: World) -> None:
        world.also.remove(self._step_phones)
        for task in self._days:
            if task.done():
                self.figures.violations.append(f"an agent stopped working: {task.exception()!r}")
            task.cancel()
        for robot in self._robots:
            world.await_(robot.leave())
            self.figures.violations += robot.complaints

    def _people(self, world: World) -> People:
        names = {robot.mark: robot.user for robot in self._robots}
        tracks = {robot.user: robot.tracks for robot in self._robots}
        return People(names, tracks, world.utc_of(0))

    # --- time ---

    def _traffic(self, world: World) -> None:
        self._lines = Lines([e1.office for e1 in world.e1s], world.fxo and world.fxo.office)
        seconds = self._plan.minutes * 60
        self._due_s = self._dice.expovariate(self._plan.calls_per_s)
        while self._simulated_s < seconds:
            self._second(world)
            if self._simulated_s % 60 < LOOKS_S:
                self._told(self._progress())

    def _second(self, world: World) -> None:
        """The callers of this second, and a look at the calls that are over."""
        end = self._simulated_s + LOOKS_S
        while self._due_s < min(end, self._plan.minutes * 60):
            world.run(self._due_s - self._simulated_s)
            self._simulated_s = self._due_s
            self._call()
            self._due_s += self._dice.expovariate(self._plan.calls_per_s)
        world.run(end - self._simulated_s)
        self._simulated_s = end
        self._look(world)

    def _call(self) -> None:
        figures, mark = self.figures, self._marks.pop(0)
        script = callers.script(self._dice, mark, self._plan.talk_s)
        calling = f"138{figures.offered + figures.blocked:08d}"
        placed = self._lines.place(self._dice, calling, mark, script)
        if placed is None:
            figures.blocked += 1
            self._marks.append(mark)
        else:
            figures.offered += 1
            self._placed.append(placed)

    def _go(self, world: World) -> None:
        """The last calls end, the agents finish, nothing is left over."""
        end = self._simulated_s + LAST_CALLS_S
        while self._placed and self._simulated_s < end:
            self._second(world)
        world.run(WRAP_UPS_S)
        for placed in list(self._placed):
            self._check(world, placed)
        self.figures.violations += self._leftovers(world)
        self._leave(world)

    def _leftovers(self, world: World) -> list[str]:
        left = self._rest.leftovers()
        if self._lines.open_calls:
            left.append(f"{self._lines.open_calls} calls are left over at the exchange")
        records = box_side.records(world)
        if len(records) > self.figures.offered:
            strange = len(records) - self.figures.offered
            left.append(f"the box has {strange} records of calls that never were")
        for record in records:
            if any(part.end_ms is None for part in record.parts):
                left.append(f"{record.calling}: a part of its record never ended")
        return left

    # --- what became of the calls ---

    def _look(self, world: World) -> None:
        for placed in list(self._placed):
            released = placed.call.times.released
            if released is not None and world.now_ms - world.utc_of(released) > SETTLES_MS:
                self._check(world, placed)

    def _check(self, world: World, placed: Placed) -> None:
        self._placed.remove(placed)
        self._marks.append(placed.mark)
        seen = offered(placed, world.utc_of)
        kept = box_side.kept(world, seen.calling)
        people = self._people(world)
        self.figures.violations += audit.violations(seen, kept, people)
        self._count(seen, kept, people)

    def _count(self, seen: Offered, kept: Iterable[Kept], people: People) -> None:
        figures = self.figures
        talked_s = audit.answered_s(seen, people)
        figures.answered_s += talked_s
        figures.recorded_s += sum(audit.recorded_s(one) for one in kept)
        if seen.connect_ms is None and seen.cleared_by == "box":
            figures.rejected += 1
        elif talked_s > 0 or any(one.record.outcome is Outcome.ANSWERED for one in kept):
            figures.answered += 1
        else:
            figures.abandoned += 1

    def _progress(self) -> str:
        figures = self.figures
        return (
            f"{self._simulated_s / 60:.0f} of {self._plan.minutes:g} min: {figures.offered} calls, "
            f"{figures.answered} answered, {len(self._placed)} now, "
            f"{len(figures.violations)} violations"
        )


def _staff(document: dict[str, Any], names: list[str]) -> None:
    """Agents for both queues, and for either; a free day for nobody."""
    kinds = (["sales"], ["service"], ["sales", "service"])
    document["agents"] = {
        name: {"name": f"Agent {name}", "queues": kinds[number % len(kinds)]}
        for number, name in enumerate(names)
    }


def _cpu_s() -> float:
    """CPU seconds of this process and of the children that were waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
