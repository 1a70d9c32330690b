"""A load from the first caller to the last, on virtual time, and its figures."""

import resource
import secrets
import time
from random import Random
from typing import Any

from firmware.contract.model import Role
from firmware.store.read import ReadModels
from hil_tests.apart import Apart
from hil_tests.load import audit, box_side
from hil_tests.load.agents import Robot
from hil_tests.load.arrivals import Arrivals
from hil_tests.load.audit import People
from hil_tests.load.exchange_side import Lines, Placed, offered
from hil_tests.load.figures import FIRST_AGENT, Figures, staff
from hil_tests.load.marks import AGENTS
from hil_tests.load.plan import Plan

LOOKS_S = 1.0
SETTLES_MS = 5_000
"""A call is looked at so long after its end: its recording is sealed then."""
LAST_CALLS_S = 1500.0
WRAP_UPS_S = 35.0


class Day:
    """`run` it once."""

    def __init__(self, plan: Plan, seed: int, told: Any = lambda _words: None) -> None:
        """`told` takes a line of progress."""
        self._plan, self._seed, self._told = plan, seed, told
        self._dice = Random(seed)
        self.figures = Figures()
        self._robots: list[Robot] = []
        self._placed: list[Placed] = []
        self._due_s = self._simulated_s = 0.0
        self._password = secrets.token_urlsafe()

    def run(self) -> dict[str, Any]:
        """The figures, as they are printed."""
        began, before = time.monotonic(), _cpu_s()
        plan = self._plan
        with Apart(
            seed=self._seed, spans=plan.spans, lines=plan.lines, keep_calls=0, hurried=True
        ) as world:
            self._data = world.options.data
            self._reads = ReadModels(self._data / "calls.db")
            self._come(world)
            self._traffic(world)
            self._go(world)
            self._reads.close()
        return self.result() | {
            "wall_s": round(time.monotonic() - began, 1),
            "cpu_s": round(_cpu_s() - before, 1),
        }

    def result(self) -> dict[str, Any]:
        """All but what it cost; on virtual time no tick can be late."""
        return self.figures.result(self._simulated_s)

    # --- people ---

    def _come(self, world: Apart) -> None:
        names = [str(FIRST_AGENT + number) for number in range(self._plan.agents)]
        world.configure(lambda document: staff(document, names))
        for name in names:
            log_in = {"user": name, "user_role": Role.AGENT, "password": self._password}
            world.ask(world.clerk.order("SetUserPassword", **log_in))
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
        for robot in self._robots:
            world.await_(robot.come(str(world.options.socket), self._password))
            world.also.append(robot.step)
        world.run(20, lambda: all(robot.phone.connected for robot in self._robots))
        self._rest = box_side.Rest(world)
        self._days = [world.loop.create_task(robot.work()) for robot in self._robots]
        world.run(1)

    def _leave(self, world: Apart) -> None:
        world.also.clear()
        for task in self._days:
            if task.done():
                self.figures.violations.append(f"an agent stopped working: {task.exception()!r}")
            task.cancel()
        for robot in self._robots:
            world.await_(robot.leave())
            self.figures.violations += robot.complaints

    def _people(self, world: Apart) -> People:
        names = {robot.mark: robot.user for robot in self._robots}
        tracks = {robot.user: robot.tracks for robot in self._robots}
        return People(names, tracks, world.utc_of(0))

    # --- time ---

    def _traffic(self, world: Apart) -> None:
        self._lines = Lines([e1.office for e1 in world.e1s], world.analog if world.lines else None)
        self._arrivals = Arrivals(self._plan, self._dice, self._lines)
        seconds = self._plan.minutes * 60
        self._due_s = self._arrivals.between_s()
        while self._simulated_s < seconds:
            self._second(world)
            if self._simulated_s % 60 < LOOKS_S:
                self._minute(world)

    def _minute(self, _world: Apart) -> None:
        self._told(self._progress())

    def _second(self, world: Apart) -> None:
        """The callers of this second, and a look at the calls that are over."""
        end = self._simulated_s + LOOKS_S
        while self._due_s < min(end, self._plan.minutes * 60):
            world.run(self._due_s - self._simulated_s)
            self._simulated_s = self._due_s
            self._call()
            self._due_s += self._arrivals.between_s()
        world.run(end - self._simulated_s)
        self._simulated_s = end
        self._look(world)

    def _call(self) -> None:
        placed = self._arrivals.call()
        self.figures.offered, self.figures.blocked = self._arrivals.offered, self._arrivals.blocked
        if placed is not None:
            self._placed.append(placed)

    def _go(self, world: Apart) -> None:
        """The last calls end, the agents finish, nothing is left over."""
        end = self._simulated_s + LAST_CALLS_S
        while self._placed and self._simulated_s < end:
            self._second(world)
        world.run(WRAP_UPS_S)
        for placed in list(self._placed):
            self._check(world, placed)
        self.figures.violations += self._leftovers(world)
        self._leave(world)

    def _leftovers(self, world: Apart) -> list[str]:
        left = self._rest.leftovers()
        if self._lines.open_calls:
            left.append(f"{self._lines.open_calls} calls are left over at the exchange")
        records = box_side.records_in(self._reads)
        if len(records) > self.figures.offered:
            strange = len(records) - self.figures.offered
            left.append(f"the box has {strange} records of calls that never were")
        for record in records:
            if any(part.end_ms is None for part in record.parts):
                left.append(f"{record.calling}: a part of its record never ended")
        return left + box_side.chain_flaws(self._data)

    # --- what became of the calls ---

    def _look(self, world: Apart) -> None:
        for placed in list(self._placed):
            released = placed.call.times.released
            if released is not None and world.now_ms - world.utc_of(released) > SETTLES_MS:
                self._check(world, placed)

    def _check(self, world: Apart, placed: Placed) -> None:
        self._placed.remove(placed)
        self._arrivals.over(placed)
        seen = offered(placed, world.utc_of)
        kept = box_side.kept_in(self._reads, self._data, seen.calling)
        people = self._people(world)
        self.figures.violations += audit.violations(seen, kept, people)
        self.figures.count(seen, kept, people)

    def _progress(self) -> str:
        figures = self.figures
        return (
            f"{self._simulated_s / 60:.0f} of {self._plan.minutes:g} min: {figures.offered} calls, "
            f"{figures.answered} answered, {len(self._placed)} now, "
            f"{len(figures.violations)} violations"
        )


def _cpu_s() -> float:
    """CPU seconds of this process and of the children that were waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
