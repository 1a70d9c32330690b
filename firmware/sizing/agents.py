"""The agents of one interval: the least who reach the goal without being worn out."""

import math
from dataclasses import dataclass

from firmware.sizing.erlang import MOST, Waiting, erlang_a, erlang_c


@dataclass(frozen=True)
class Goal:
    """What callers are promised, and what agents are spared."""

    share: float = 0.8  # of the callers ...
    within_s: float = 20.0  # ... answered within so long
    max_occupancy: float = 0.85  # more wears people out, and the next small peak breaks the goal
    shrinkage: float = 0.3  # part of the paid time that is holiday, illness, breaks, training
    patience_s: float = 120.0  # mean time after which a caller goes away


@dataclass(frozen=True)
class Load:
    """Calls for agents in one interval."""

    calls: float
    interval_s: float
    handle_s: float  # talk, hold and wrap-up of one call

    @property
    def erlang(self) -> float:
        """The traffic."""
        return self.calls * self.handle_s / self.interval_s


@dataclass(frozen=True)
class Staff:
    """`logged_in` at their desks in the interval; `paid` with those who are away."""

    logged_in: int
    paid: int
    callers: Waiting  # by Erlang C
    abandoned: float  # by Erlang A, a better guess than Erlang C's none


def agents_for(load: Load, goal: Goal) -> Staff:
    """The least who reach share and occupancy; none for no calls.  ValueError names what is odd."""
    _check(load, goal)
    a = load.erlang
    if a == 0:
        return Staff(0, 0, Waiting(0.0, 1.0, 0.0, 0.0), 0.0)
    n = max(1, math.floor(a) + 1, math.ceil(a / goal.max_occupancy - 1e-9))
    while (found := erlang_c(a, n, load.handle_s, goal.within_s)).answered_in_time < goal.share:
        n += 1
    abandoned = erlang_a(a, n, load.handle_s, goal.patience_s).abandoned
    return Staff(n, math.ceil(n / (1 - goal.shrinkage) - 1e-9), found, abandoned)


def _check(load: Load, goal: Goal) -> None:
    bounds = {
        "calls": 0 <= load.calls < math.inf,
        "interval_s": 0 < load.interval_s < math.inf,
        "handle_s": 0 < load.handle_s < math.inf,
        "share": 0 < goal.share < 1,
        "within_s": 0 <= goal.within_s < math.inf,
        "max_occupancy": 0 < goal.max_occupancy < 1,
        "shrinkage": 0 <= goal.shrinkage < 1,
        "patience_s": 0 < goal.patience_s < math.inf,
    }
    odd = [name for name, good in bounds.items() if not good]
    if odd:
        raise ValueError(f"out of bounds: {', '.join(odd)}")
    if load.erlang > MOST / 2:
        raise ValueError(f"more than {MOST // 2} erlang")
