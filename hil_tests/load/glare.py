"""E1 call attempts from both sides at once, often for the same channel: is one ever stuck?

`python -m hil_tests.load.glare --attempts 10000 --seed 1`.  Exchange and agents call in bursts
that fill the line; the exchange often asks for the channel that the box takes next (Q.931 5.7).
All are short: they end before, while and after they are answered, by either side.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from board.sim.call import Call
from board.sim.script import HangUp, Script, Wait, WaitConnect, answers, busy, no_answer, rejected
from hil_tests.load import box_side
from hil_tests.load.dialler import staff
from hil_tests.load.exchange_side import NUMBER
from hil_tests.world import World

CHANNELS = tuple(channel for channel in range(1, 32) if channel != 16)
DIALLERS = 24
BURST, PAUSE_S = 6, 0.35
"""Most attempts of one side at once, and the mean of the time to the next burst."""
LAST_S = 45.0
GLARE_S = 0.02
"""Two SETUP for a channel so near to one another crossed."""
_OTHER = {"box": "network", "network": "box"}
ANSWERS: dict[str, Callable[[float], Script]] = {
    "1": lambda s: answers(s / 4, [Wait(s), HangUp()]),
    "2": lambda s: answers(0.0, [Wait(60)]),
    "3": lambda _: busy(),
    "4": no_answer,
    "5": lambda _: rejected(),
    "6": lambda _: [HangUp(34)],
    "7": lambda _: [Wait(60)],
}
"""What becomes of calls of the box, by the last digit of the number."""


@dataclass
class Figures:
    """Counts; `violations` are sentences."""

    attempts: int = 0
    by_exchange: int = 0
    by_box: int = 0
    no_channel: int = 0
    connected: int = 0
    glares: int = 0
    stuck: int = 0
    violations: list[str] = field(default_factory=list)


class Crossings:
    """SETUP messages of both sides for one channel, one while the other was on its way."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._asked: dict[tuple[str, int], float] = {}
        self.count = 0

    def frame(self, octets: bytes, sender: str) -> None:
        """A D-channel frame."""
        channel = setup_channel(octets)
        if channel is None:
            return
        now = self._now_s()
        self._asked[sender, channel] = now
        self.count += now - self._asked.get((_OTHER[sender], channel), -1.0) <= GLARE_S


def setup_channel(octets: bytes) -> int | None:
    """The time slot that a SETUP in an I-frame asks for (Q.931 4.5.13); None: no such."""
    if len(octets) < 10 or octets[2] & 1 or octets[4:6] != b"\x08\x02" or octets[8] != 0x05:
        return None
    at = 9
    while at + 2 <= len(octets):
        if octets[at] & 0x80:  # one octet
            at += 1
            continue
        element, length = octets[at], octets[at + 1]
        if element == 0x18 and length >= 3 and at + 4 < len(octets):
            return octets[at + 4] & 0x7F
        at += 2 + length
    return None


class Rush:
    """`run` it once."""

    def __init__(self, attempts: int, seed: int, told: Callable[[str], None] = print) -> None:
        self._most, self._seed, self._told = attempts, seed, told
        self._dice = Random(seed)
        self.figures = Figures()
        self._next = 500
        self._ends: Counter[str] = Counter()
        self._open: list[Call] = []
        self._wanted: dict[int, int] = {}  # channel that a call of the exchange asked for
        self._tried: dict[str, bool] = {}  # number of an attempt, whether the box has to know it

    def run(self) -> dict[str, Any]:
        """The figures, as they are printed."""
        began = time.monotonic()
        with World(seed=self._seed, keep_calls=0) as world:
            self._diallers = staff(world, DIALLERS, self._dice)
            world.also.append(self._step_phones)
            self._rest = box_side.Rest(world)
            self._watch(world)
            while self.figures.attempts < self._most:
                self._burst(world)
                world.run(self._dice.expovariate(1 / PAUSE_S))
            self._finish(world)
            simulated_s = world.office.tick / 8000
        return asdict(self.figures) | {
            "causes": dict(sorted(self._ends.items())),
            "simulated_s": round(simulated_s, 1),
            "wall_s": round(time.monotonic() - began, 1),
        }

    def _watch(self, world: World) -> None:
        office = world.office
        crossings = self._crossings = Crossings(lambda: office.tick / 8000)
        office.on_frame = crossings.frame
        office.on_call = self._open.append
        for digit, script in ANSWERS.items():
            office.answer_rule(f"*{digit}", script(self._dice.uniform(0.2, 2.0)))
        world.each_tick.append(self._collect)

    def _step_phones(self) -> None:
        for dialler in self._diallers:
            dialler.step()

    # --- attempts ---

    def _burst(self, world: World) -> None:
        """Both sides begin within two ticks of each other."""
        dice = self._dice
        for _ in range(dice.randint(0, BURST)):
            self._by_box(world)
        for _ in range(dice.randint(0, 2)):
            world.tick()
        for _ in range(dice.randint(0, BURST)):
            self._by_exchange(world)
        if self.figures.attempts >= self._next:
            self._next += 500
            self._told(f"{self.figures.attempts} attempts, {self._crossings.count} crossed")

    def _by_exchange(self, world: World) -> None:
        figures, dice = self.figures, self._dice
        calling = f"138{figures.attempts:08d}"
        figures.attempts += 1
        figures.by_exchange += 1
        script: Script = [WaitConnect(), Wait(dice.uniform(0, 2)), HangUp()]
        if dice.random() < 0.3:
            script = [Wait(dice.uniform(0, 0.1)), HangUp()]
        channel = dice.choice((0, dice.choice(CHANNELS), *([self._likely()] * 3)))
        exclusive = channel > 0 and dice.random() < 0.3
        call = world.office.place_call(
            NUMBER, calling, script, channel=channel, exclusive=exclusive
        )
        self._wanted[call.number] = channel

    def _by_box(self, world: World) -> None:
        free = [dialler for dialler in self._diallers if dialler.free]
        if not free:
            return
        figures, dice = self.figures, self._dice
        number = f"139{figures.attempts:07d}{dice.choice(tuple(ANSWERS))}"
        figures.attempts += 1
        figures.by_box += 1
        self._tried[number] = True
        dice.choice(free).dial(world.loop, number, dice.uniform(0, 2.5))

    def _likely(self) -> int:
        """The channel that the box takes next: it hunts down."""
        taken = {call.channel or self._wanted.get(call.number, 0) for call in self._open}
        return max((c for c in CHANNELS if c not in taken), default=0)

    # --- what became of them ---

    def _collect(self) -> None:
        for call in [call for call in self._open if call.ended]:
            self._open.remove(call)
            times = call.times
            self._ends[f"{call.cause} by {call.cleared_by}"] += 1
            self.figures.connected += times.connect is not None
            reached = times.proceeding or times.alerting or times.connect
            if not call.incoming:
                self._tried[call.calling] = reached is not None

    def _finish(self, world: World) -> None:
        figures = self.figures
        world.run(LAST_S, lambda: not self._open and all(d.free for d in self._diallers))
        world.run(35)  # the last wrap-up
        world.office.ask_held()
        world.run(0.1)
        figures.glares = self._crossings.count
        figures.no_channel = sum(dialler.refused for dialler in self._diallers)
        left = self._rest.leftovers()
        left += [f"the exchange holds a call on channel {call.channel}" for call in self._open]
        left += [f"callbox-isdn of the network: {one}" for one in world.office.held.calls]
        held = world.await_(next(iter(world.box.spans.spans.values())).client.snapshot())
        left += [f"callbox-isdn of the box: {one}" for one in held.calls]
        figures.stuck = sum("channel" in one for one in left)
        figures.violations += left + self._unlike(world)
        world.also.remove(self._step_phones)
        for dialler in self._diallers:
            figures.violations += dialler.complaints
            world.await_(dialler.leave())

    def _unlike(self, world: World) -> list[str]:
        """Attempts whose records are not as many as they should be, or never ended."""
        world.box.store.ledger.flush()
        records = box_side.records_in(world.box.store.reads)
        seen = Counter(r.calling if r.calling.startswith("138") else r.called for r in records)
        found = [
            f"{number}: no record" for number, due in self._tried.items() if due > seen[number]
        ]
        found += [f"{number}: {count} records" for number, count in seen.items() if count > 1]
        found += [f"{r.calling} to {r.called}: no end" for r in records if r.end_ms is None]
        return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when there are violations."""
    parser = argparse.ArgumentParser(prog="python -m hil_tests.load.glare", description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="the same seed is the same rush")
    chosen = parser.parse_args(arguments)
    result = Rush(chosen.attempts, chosen.seed, _tell).run()
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    return 1 if result["violations"] else 0


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
