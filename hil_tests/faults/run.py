"""One run: a small load, one fault in the middle of it, and what the exchange says of the box."""

import itertools
import secrets
import time
from dataclasses import dataclass, field, replace
from random import Random

from board.sim.script import HangUp, Wait, WaitConnect
from firmware.contract.model import Cause, Role
from firmware.contract.views import CallRecord
from hil_tests.apart import Apart
from hil_tests.faults.agents import Sturdy
from hil_tests.faults.looking import BoxClock, kept, records, serving
from hil_tests.faults.table import FAULTS, Fault, chosen, duration
from hil_tests.load import audit, callers
from hil_tests.load.audit import Offered, People
from hil_tests.load.box_side import Rest, chain_flaws
from hil_tests.load.exchange_side import NUMBER, Lines, Placed, offered
from hil_tests.load.excuse import Excuse
from hil_tests.load.figures import FIRST_AGENT, staff
from hil_tests.load.marks import AGENTS, CALLERS

LINES, ROBOTS, TALK_S, CALLS_PER_S = 4, 5, 6.0, 0.4
EARLIEST_S, LATEST_S, AFTER_S = 6.0, 13.0, 3.0
LAST_CALLS_S, WRAP_UPS_S, COME_S, SETTLES_S = 150.0, 60.0, 30.0, 3.0
LOOKS_S, AT_LAST_S = 0.1, 60.0
PROBE_S = {"e1": 1.0, "analog": 4.0}
"""A call is answered so soon: an analogue line is let ring until the caller's number has come."""
CHANNELS_TRIED = 3
ASKS = (WaitConnect(), Wait(1.0), HangUp())
_RINGS_MS = 6000.0


@dataclass
class Result:
    """Of one run; times in virtual seconds."""

    seed: int
    fault: str
    at_s: float = 0.0
    lasted_s: float = 0.0
    back_s: float = 0.0
    calls: int = 0
    touched: int = 0
    answered: int = 0
    simulated_s: float = 0.0
    wall_s: float = 0.0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line, and one for each violation."""
        head = (
            f"seed {self.seed}: {self.fault} at {self.at_s:.2f} s for {self.lasted_s:.2f} s, "
            f"back after {self.back_s:.2f} s; {self.calls} calls, {self.touched} touched, "
            f"{self.answered} answered; {self.simulated_s:.0f} s in {self.wall_s:.0f} s; "
            f"violations: {len(self.violations)}"
        )
        return "\n  ".join([head, *self.violations])


class Run:
    """`run` it once.  The same seed and fault are the same run, as far as threads allow."""

    def __init__(self, seed: int, fault: str = "") -> None:
        name, self._fault = (fault, FAULTS[fault]) if fault else chosen(seed)
        self.result = Result(seed, name)
        self._dice = Random(seed)
        self._marks = list(CALLERS)
        self._placed: list[Placed] = []
        self._numbers = itertools.count()
        self._robots: list[Sturdy] = []
        self._password = secrets.token_urlsafe()
        self._due_s, self._start_ms, self._until_ms = 0.0, 0.0, 0.0

    def run(self) -> Result:
        """The result."""
        began = time.monotonic()
        with Apart(seed=self.result.seed, lines=LINES, keep_calls=0) as world:
            self._world = world
            self._lines = Lines([e1.office for e1 in world.e1s], world.analog)
            self._come()
            self._clock, rest = BoxClock(world), Rest(world)
            self._zero = world.ticks
            self._traffic(self._dice.uniform(EARLIEST_S, LATEST_S))
            self._happen(self._fault)
            self._traffic(AFTER_S)
            self._until_all_is_over(rest)
            self._judge()
            self._go()
        self.result.wall_s = time.monotonic() - began
        return self.result

    # --- people ---

    def _come(self) -> None:
        world, names = self._world, [str(FIRST_AGENT + number) for number in range(ROBOTS)]
        world.configure(lambda document: staff(document, names))
        for name in names:
            log_in = {"user": name, "user_role": Role.AGENT, "password": self._password}
            world.ask(world.clerk.order("SetUserPassword", **log_in))
        for mark, name in zip(AGENTS, names, strict=False):
            dice, colleagues = Random(self._dice.random()), tuple(names)
            self._robots.append(
                Sturdy(
                    name, mark, dice, colleagues,
                    lambda: world.now_ms, lambda: world.office.tick, TALK_S,
                )
            )  # fmt: skip
        world.also.append(self._step_phones)
        socket = str(world.options.socket)
        self._days = [
            world.loop.create_task(robot.stay(socket, self._password)) for robot in self._robots
        ]
        if not world.run(COME_S, lambda: all(robot.connected for robot in self._robots)):
            self._says("the agents do not come in")
        world.run(1.0)

    def _step_phones(self) -> None:
        for robot in self._robots:
            robot.step()

    def _go(self) -> None:
        self._world.also.remove(self._step_phones)
        for task in self._days:
            if task.done():
                self._says(f"an agent stopped working: {task.exception()!r}")
            task.cancel()
        for robot in self._robots:
            self._world.await_(robot.leave())

    # --- time ---

    @property
    def _now_s(self) -> float:
        return (self._world.ticks - self._zero) * 0.005

    def _traffic(self, seconds: float) -> None:
        """Calls come while time passes."""
        end = self._now_s + seconds
        while self._due_s < end:
            self._world.run(max(0.0, self._due_s - self._now_s))
            self._call()
            self._due_s += self._dice.expovariate(CALLS_PER_S)
        self._world.run(end - self._now_s)

    def _call(self) -> None:
        mark = self._marks.pop(0)
        script = callers.script(self._dice, mark, TALK_S)
        placed = self._lines.place(self._dice, self._number(), mark, script)
        if placed is not None:
            self._placed.append(placed)

    def _number(self) -> str:
        return f"138{next(self._numbers):08d}"

    def _happen(self, fault: Fault) -> None:
        result, world = self.result, self._world
        result.at_s, self._start_ms = self._now_s, world.now_ms
        before = world.box_ms - world.now_ms
        fault.begins(world)
        self._clock.jumped(world.box_ms - world.now_ms - before)
        self._traffic(duration(fault, self._dice))
        result.lasted_s = self._now_s - result.at_s
        fault.ends(world)
        self._wait_until_back(fault)
        self._traffic(fault.settles_s)
        self._until_ms = world.now_ms
        self._probe()

    def _wait_until_back(self, fault: Fault) -> None:
        while not self._world.up:
            self._traffic(LOOKS_S)
        ended = self._now_s
        while not serving(self._world) and self._now_s - ended < AT_LAST_S:
            self._traffic(LOOKS_S)
        self.result.back_s = self._now_s - ended
        if self.result.back_s > fault.back_s:
            self._says(f"it was back after {self.result.back_s:.2f} s only")

    def _probe(self) -> None:
        """A new call on each kind of line is answered as ever."""
        for _ in range(CHANNELS_TRIED):
            probe = self._asks_on_e1()
            if probe.call.cause != Cause.REQUESTED_CHANNEL_UNAVAILABLE:
                break
            self._placed.remove(probe)  # being restarted (Q.931 5.5): an exchange takes another
        self._answered_in_time(probe)
        analog = self._world.analog
        free = next((line for line in analog.lines if line.idle), None)
        if free is not None:
            call = analog.place_call(free, self._number(), ASKS)
            self._answered_in_time(self._asks(Placed(call, 0, "analog", free)))

    def _asks_on_e1(self) -> Placed:
        return self._asks(
            Placed(self._world.office.place_call(NUMBER, self._number(), ASKS), 0, "e1")
        )

    def _asks(self, probe: Placed) -> Placed:
        self._placed.append(probe)
        self._traffic(PROBE_S[probe.kind])
        return probe

    def _answered_in_time(self, probe: Placed) -> None:
        times = probe.call.times
        if times.connect is None or times.connect - times.setup > PROBE_S[probe.kind] * 8000:
            self._says(f"a new call ({probe.kind}) after the fault was not answered in time")

    def _until_all_is_over(self, rest: Rest) -> None:
        world = self._world
        world.run(LAST_CALLS_S, lambda: not self._lines.open_calls)
        if self._lines.open_calls:
            self._says(f"{self._lines.open_calls} calls are left over at the exchange")
        world.run(SETTLES_S)
        end = self._now_s + WRAP_UPS_S
        while (left := rest.leftovers()) and self._now_s < end:
            world.run(1.0)
        self.result.violations += left
        self.result.simulated_s = self._now_s

    # --- what became of the calls ---

    def _says(self, sentence: str) -> None:
        self.result.violations.append(sentence)

    def _judge(self) -> None:
        for robot in self._robots:
            robot.rest()
            self.result.violations += robot.complaints
            if robot.losses > self._fault.box_dies:
                self._says(f"agent {robot.user}: the box hung up the live connection")
        left = records(self._world, self._clock)
        for placed in self._placed:
            seen = self._seen(placed)
            own = [record for record in left if self._is_of(record, seen)]
            left = [record for record in left if record not in own]
            self._check(seen, own)
        self.result.violations += [
            f"the box has a record of a call of {record.calling!r} that never was"
            for record in left
        ]
        self.result.violations += chain_flaws(self._world.options.data)

    def _check(self, seen: Offered, own: list[CallRecord]) -> None:
        if seen.excuse is not None and seen.kind == "analog":
            own = [replace(record, calling=record.calling or seen.calling) for record in own]
        files = [kept(self._world, record) for record in own]
        people = self._people()
        self.result.calls += 1
        self.result.touched += seen.excuse is not None
        self.result.answered += audit.answered_s(seen, people) > 0
        self.result.violations += audit.violations(seen, files, people)

    def _seen(self, placed: Placed) -> Offered:
        """What the exchange saw, and the fault's excuse if it touched the call."""
        seen, fault = offered(placed, self._world.utc_of), self._fault
        over = seen.free_ms if seen.free_ms is not None else self._until_ms
        touched = seen.setup_ms <= self._until_ms and over >= self._start_ms - fault.lost_ms
        if placed.kind not in fault.kinds or not touched:
            return seen
        excuse = Excuse(
            self._start_ms, self._until_ms, fault.lost_ms, fault.causes,
            sound=fault.sound, files=fault.files, signals=fault.signals,
        )  # fmt: skip
        return replace(seen, excuse=excuse)

    @staticmethod
    def _is_of(record: CallRecord, seen: Offered) -> bool:
        """By its number; that of an analogue line may have come while the box was away."""
        if record.calling or seen.kind == "e1" or seen.excuse is None:
            return record.calling == seen.calling
        latest = seen.excuse.until_ms + _RINGS_MS  # it rang while the box was away
        over = seen.free_ms if seen.free_ms is not None else latest
        begins = seen.setup_ms <= record.start_ms < min(latest, over)
        return record.called == seen.called and begins

    def _people(self) -> People:
        names = {robot.mark: robot.user for robot in self._robots}
        tracks = {robot.user: robot.tracks for robot in self._robots}
        return People(names, tracks, self._world.utc_of(0))
