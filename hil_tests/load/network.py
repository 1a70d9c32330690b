"""The exchange of a real-time load, and everybody who calls: a process of its own.

`python -m hil_tests.load.network --run DIR --plan JSON --seed N` prints a JSON object when
boards may connect, one when it was told (by a line of input) to let callers come, and one when the
last call is over.  What was seen of each call is put into DIR/calls.
"""

import argparse
import contextlib
import json
import pickle
import sys
import time
from math import inf
from pathlib import Path
from random import Random
from typing import Any

from board.sim import line
from board.sim.alaw import RATE
from board.sim.analog.exchange import AnalogExchange
from board.sim.central_office import CentralOffice
from board.sim.pace import Pace
from board.sim.span import BLOCK_FRAMES, ListeningLine
from hil_tests.load.arrivals import Arrivals
from hil_tests.load.exchange_side import Lines, Placed, seen
from hil_tests.load.plan import Plan

_ENDS_S = 30.0
"""For the box to end its calls when all callers have hung up."""
_SWITCH_S = 0.0005
"""Writing a call must not keep the exchange from its next block."""


class Network:
    """All lines on one clock, and the UTC of each block."""

    def __init__(self, run: Path, plan: Plan, seed: int) -> None:
        self._closing = contextlib.ExitStack()
        self.e1s = [
            CentralOffice(
                self._line(run / f"line-{n}"), seed=seed + n, lockstep=False, keep_calls=0
            )
            for n in range(plan.spans)
        ]
        self.analog = self._analog(run, plan.lines, seed) if plan.lines else None
        for office in self._offices:
            self._closing.callback(office.close)
        self._utc_ms: list[float] = []

    def step(self) -> None:
        """A block of 5 ms."""
        self._utc_ms.append(time.time() * 1000)
        for office in self._offices:
            office.step()

    @property
    def tick(self) -> int:
        """Of all of them."""
        return self._offices[0].tick

    def utc_of(self, tick: int) -> float:
        """UTC in ms of a tick that was."""
        block, rest = divmod(tick, BLOCK_FRAMES)
        block = min(block, len(self._utc_ms) - 1)
        return self._utc_ms[block] + rest * 1000 / RATE

    def close(self) -> None:
        """End all of it."""
        self._closing.close()

    @property
    def _offices(self) -> list[CentralOffice | AnalogExchange]:
        # Analogue lines first: the E1 board gives the box its clock (board.sim.exchange.both).
        return [*([self.analog] if self.analog else []), *self.e1s]

    def _line(self, path: Path) -> ListeningLine:
        listener = line.listen(str(path))
        self._closing.callback(listener.close)
        return ListeningLine(listener)

    def _analog(self, run: Path, ports: int, seed: int) -> AnalogExchange:
        end = self._line(run / "pairs")
        return AnalogExchange(end, ports=ports, seed=seed, lockstep=False, keep_calls=0)


class Traffic:
    """Callers who come by the dice.  `step` is done in the exchange's thread."""

    def __init__(self, network: Network, plan: Plan, seed: int, last_s: float) -> None:
        """Whoever is there `last_s` after the last caller came hangs up."""
        self._last_s = last_s
        self._minutes = plan.minutes
        self.arrivals = Arrivals(plan, Random(seed), Lines(network.e1s, network.analog))
        self._due = self._end = inf
        self.placed: list[Placed] = []

    def begin(self, network: Network) -> None:
        """Callers come from now on."""
        self._due = network.tick + self._between()
        self._end = network.tick + self._minutes * 60 * RATE

    def step(self, network: Network) -> None:
        """Those who call now."""
        while self._due < min(self._end, network.tick):
            self._due += self._between()
            if (placed := self.arrivals.call()) is not None:
                self.placed.append(placed)
        if network.tick >= self._end + self._last_s * RATE:
            for placed in self.placed:
                placed.call.hang_up(network.tick)

    def over(self, network: Network) -> bool:
        """Nobody comes any more, and nobody is there."""
        return network.tick >= self._end and not self.placed

    def ended(self) -> list[Placed]:
        """Calls that are over since the last time; their marks may be used again."""
        over = [one for one in list(self.placed) if one.call.times.released is not None]
        for one in over:
            self.placed.remove(one)
            self.arrivals.over(one)
        return over

    def _between(self) -> float:
        return self.arrivals.between_s() * RATE


def main() -> None:
    """Run until the last call is over and the input ends."""
    parser = argparse.ArgumentParser(prog="python -m hil_tests.load.network", description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--plan", type=json.loads, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--last", type=float, required=True, help="seconds for the last calls")
    chosen = parser.parse_args()
    sys.setswitchinterval(_SWITCH_S)
    plan = Plan(**chosen.plan)
    network = Network(chosen.run, plan, chosen.seed)
    traffic = Traffic(network, plan, chosen.seed, chosen.last)
    pace = Pace(network, traffic.step)
    with contextlib.closing(network):
        pace.start()
        _tell(numbers=[one.number for one in network.analog.lines] if network.analog else [])
        sys.stdin.readline()
        pace.post(traffic.begin)
        _tell(zero_ms=network.utc_of(network.tick) - network.tick * 1000 / RATE)
        last = time.monotonic() + plan.minutes * 60 + chosen.last + _ENDS_S
        calls = _watch(network, traffic, pace, chosen.run / "calls", last)
        _tell(offered=traffic.arrivals.offered, blocked=traffic.arrivals.blocked, written=calls,
              latest_ms=pace.latest_s * 1000, blocks_skipped=pace.blocks_skipped)  # fmt: skip
        sys.stdin.read()
        pace.stop()


def _watch(
    network: Network, traffic: Traffic, pace: Pace[Network], folder: Path, last: float
) -> int:
    """Write down what was seen of each call, until all are over or `last`; return how many."""
    folder.mkdir()
    count = 0
    while pace.running and not traffic.over(network) and time.monotonic() < last:
        time.sleep(0.5)
        for placed in traffic.ended():
            (folder / f"{count}").write_bytes(pickle.dumps(seen(placed, network.utc_of)))
            count += 1
    for placed in list(traffic.placed):
        (folder / f"{count}").write_bytes(pickle.dumps(seen(placed, network.utc_of)))
        count += 1
    return count


def _tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
