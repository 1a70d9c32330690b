"""A load in real time: the same callers, agents and audit as `day`, and how late the ticks were.

The audit comes after the last call; nothing but the box, the exchange and the agents' telephones
runs while people call.
"""

import asyncio
import itertools
import pickle
import secrets
import time
from collections.abc import Callable
from random import Random
from typing import Any

from cython_dsp.engine.lateness import Lateness
from firmware.store.read import ReadModels
from hil_tests.load import audit, box_side
from hil_tests.load.agents import Robot
from hil_tests.load.audit import Offered, People
from hil_tests.load.exchange_side import Seen
from hil_tests.load.figures import FIRST_AGENT, Figures
from hil_tests.load.marks import AGENTS
from hil_tests.load.plan import Plan
from hil_tests.load.real_box import RealBox
from hil_tests.running import until

TICK_S = 0.005
WRAP_UPS_S = 35.0
LAST_CALLS_S = 300.0
PART = 0.999


class RealDay:
    """`run` it once."""

    def __init__(
        self,
        plan: Plan,
        seed: int,
        told: Callable[[str], None] = lambda _words: None,
        ramp_s: float = 0.0,
        last_s: float = LAST_CALLS_S,
    ) -> None:
        """`told` takes a line of progress; ticks are counted from `ramp_s` after the first caller
        came to the last; `last_s` is for the last calls, then all callers hang up."""
        self._plan, self._seed, self._told, self._ramp_s = plan, seed, told, ramp_s
        self._last_s = last_s
        self._dice = Random(seed)
        self.figures = Figures()
        self.ticks: dict[str, Any] = {}
        """How late the ticks were; see `_lateness`."""
        self._robots: list[Robot] = []
        self._password = secrets.token_urlsafe()
        self._zero_ms = time.time() * 1000

    def run(self) -> dict[str, Any]:
        """The figures, as they are printed.  Blocks."""
        began = time.monotonic()
        names = [str(FIRST_AGENT + number) for number in range(self._plan.agents)]
        box = RealBox(self._plan, self._seed, self._last_s)
        with box:
            box.configure(names, self._password)
            self._robots = self._make_robots(names)
            asyncio.run(self._people_come(box))
            self._audit(box)
        return self.figures.result(self._plan.minutes * 60) | {
            "late_ticks": self.ticks["late"],
            "bare_late_ticks": self.ticks["bare_late"],
            "tick_p999_ms": self.ticks["p999_ms"],
            "wall_s": round(time.monotonic() - began, 1),
            "cpu_s": round(box.cpu_s, 1),
        }

    # --- people ---

    def _make_robots(self, names: list[str]) -> list[Robot]:
        return [
            Robot(
                name,
                mark,
                Random(self._dice.random()),
                tuple(names),
                _utc_ms,
                lambda: int((_utc_ms() - self._zero_ms) * 8),
                self._plan.talk_s,
            )
            for mark, name in zip(AGENTS, names, strict=False)
        ]

    def _connected(self) -> bool:
        return all(robot.phone.connected for robot in self._robots)

    async def _people_come(self, box: RealBox) -> None:
        """Agents from before the first call until after the last."""
        steps: list[Callable[[], None]] = []
        phones = asyncio.create_task(_pace(steps))
        for robot in self._robots:
            await robot.come(str(box.socket), self._password)
            steps.append(robot.step)
        await asyncio.to_thread(until, self._connected, "the telephones")
        self._before = await asyncio.to_thread(box.rest)
        days = [asyncio.create_task(robot.work()) for robot in self._robots]
        await asyncio.sleep(1)
        await asyncio.to_thread(self._traffic, box)
        await asyncio.to_thread(self._wait_for_wrap_ups, box)
        left = await asyncio.to_thread(self._leftovers, box)
        self.figures.violations += left
        for day in days:
            if day.done():
                self.figures.violations.append(f"an agent stopped working: {day.exception()!r}")
            day.cancel()
        for robot in self._robots:
            await robot.leave()
            self.figures.violations += robot.complaints
        phones.cancel()

    # --- time ---

    def _traffic(self, box: RealBox) -> None:
        """Callers come and go; how late the ticks were meanwhile.  Blocks."""
        network = box.network
        assert network.stdin is not None
        network.stdin.write(b"go\n")
        network.stdin.flush()
        self._zero_ms = box.told(network)["zero_ms"]
        time.sleep(self._ramp_s)
        bare, before = box.start("hil_tests.load.bare"), box.look()
        self._told("measuring")
        time.sleep(max(0.0, self._plan.minutes * 60 - self._ramp_s))
        after = box.look()
        self.ticks = _lateness(before, after, _end_of(bare))
        self._told(f"{self.ticks}, waiting for the last calls")
        self._seen = box.told(network)
        self._told(f"the exchange: {self._seen}")
        self.figures.offered = self._seen["offered"]
        self.figures.blocked = self._seen["blocked"]

    # --- what became of the calls ---

    def _wait_for_wrap_ups(self, box: RealBox) -> None:
        """Until nobody has anything to do, or the time for it is over.  Blocks."""
        end = time.monotonic() + WRAP_UPS_S
        while self._leftovers(box) and time.monotonic() < end:
            time.sleep(0.5)

    def _leftovers(self, box: RealBox) -> list[str]:
        return box_side.leftovers(box.snapshot, self._before, box.rest())

    def _people(self) -> People:
        names = {robot.mark: robot.user for robot in self._robots}
        return People(names, {r.user: r.tracks for r in self._robots}, self._zero_ms)

    def _audit(self, box: RealBox) -> None:
        """Each call the exchange saw, and that the box has no other."""
        figures, reads, people = self.figures, ReadModels(box.data / "calls.db"), self._people()
        for path in sorted((box.run / "calls").iterdir(), key=lambda one: int(one.name)):
            seen: Seen = pickle.loads(path.read_bytes())
            offered: Offered = seen.offered()
            kept = box_side.kept_in(reads, box.data, offered.calling)
            figures.violations += audit.violations(offered, kept, people)
            figures.count(offered, kept, people)
        strange = len(box_side.records_in(reads)) - figures.offered
        if strange > 0:
            figures.violations.append(f"the box has {strange} records of calls that never were")
        figures.violations += box_side.chain_flaws(box.data)
        reads.close()


async def _pace(steps: list[Callable[[], None]]) -> None:
    """Each step every 5 ms; what was late is made good."""
    due = time.monotonic()
    for _ in itertools.count():
        for step in steps:
            step()
        due += TICK_S
        await asyncio.sleep(max(0.0, due - time.monotonic()))


def _lateness(before: Any, after: Any, bare: Any) -> dict[str, Any]:
    """Of the engine's ticks between two looks, and of the bare timer's."""
    due, awake = (
        Lateness(tuple(after[name])).since(Lateness(tuple(before[name])))
        for name in ("due", "awake")
    )
    late = [seen["statistics"]["late_ticks"] for seen in (before, after)]
    skipped = [seen["statistics"]["skipped_ticks"] for seen in (before, after)]
    alone = Lateness(tuple(bare["counts"]))
    return {
        "ticks": due.total,
        "late": late[1] - late[0] + skipped[1] - skipped[0],
        "p999_ms": due.quantile_ms(PART),
        "work_p999_ms": awake.quantile_ms(PART),
        "bare_ticks": alone.total,
        "bare_late": bare["late"],
        "bare_p999_ms": alone.quantile_ms(PART),
        "realtime": bool(after["statistics"]["realtime"]) and bare["realtime"],
    }


def _end_of(bare: Any) -> Any:
    bare.stdin.close()
    told = RealBox.told(bare)
    bare.stdin = None
    return told


def _utc_ms() -> int:
    return round(time.time() * 1000)
