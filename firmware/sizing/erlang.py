"""Erlang B, C and A: the formulas of traffic theory, by recursions that do not overflow.

A is the traffic in erlang (calls a second times seconds a call), n the servers: lines or agents.
Source of formulas and test values: Erlang 1917 (B, C), Palm 1946 and Garnett, Mandelbaum and
Reiman 2002 (A, impatient callers).
"""

import math
from dataclasses import dataclass

MOST = 100_000
"""Servers at most; more is no call centre."""
_SETTLED, _NEVER, _HUGE = 1e-12, 1e-200, 1e100


def erlang_b(a: float, n: int) -> float:
    """Part of the calls that find all `n` lines taken and go away."""
    _check(a, n)
    b = 1.0
    for k in range(1, n + 1):
        b = a * b / (k + a * b)
    return b


def lines_for(a: float, blocking: float) -> int:
    """The least lines of which at most a part `blocking` of the calls finds all taken."""
    _check(a, 0)
    if not 0 < blocking < 1:
        raise ValueError("blocking: above 0 and below 1")
    b, n = 1.0, 0
    while b > blocking:
        n += 1
        if n > MOST:
            raise ValueError(f"more than {MOST} lines")
        b = a * b / (n + a * b)
    return n


def traffic_at(n: int, blocking: float) -> float:
    """Erlang that `n` lines carry when a part `blocking` of the calls finds all taken."""
    _check(0.0, n)
    if n < 1 or not 0 < blocking < 1:
        raise ValueError("one line or more; blocking above 0 and below 1")
    low, high = 0.0, n / (1 - blocking)
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if erlang_b(middle, n) < blocking else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class Waiting:
    """What callers find; all callers, those who need not wait included."""

    waits: float  # part that has to wait
    answered_in_time: float  # part answered within T
    asa_s: float  # mean wait of all
    occupancy: float  # part of the agents' time that is taken
    abandoned: float = 0.0  # part that goes away


def erlang_c(a: float, n: int, handle_s: float, within_s: float) -> Waiting:
    """Callers of endless patience; ValueError when `n` agents cannot do the work (n <= A)."""
    _check(a, n)
    _check_times(handle_s, within_s)
    if n <= a:
        raise ValueError(f"{n} agents never get through {a:g} erlang")
    b = erlang_b(a, n)
    waits = n * b / (n - a * (1 - b))
    spare = n - a
    in_time = 1 - waits * math.exp(-spare * within_s / handle_s)
    return Waiting(waits, in_time, waits * handle_s / spare, a / n)


def erlang_a(a: float, n: int, handle_s: float, patience_s: float) -> Waiting:
    """Callers who go away after an exponential patience with this mean (M/M/n+M).

    `asa_s` is the mean time in the queue of all, those who went away included; in
    `answered_in_time` are those who are answered at once.
    """
    _check(a, n)
    _check_times(handle_s, 0.0)
    if n < 1 or patience_s <= 0:
        raise ValueError("one agent or more; patience above 0 s")
    if a == 0:
        return Waiting(0.0, 1.0, 0.0, 0.0)
    waits, queued = _waiting(a, n, handle_s / patience_s)
    abandoned = queued / a * handle_s / patience_s
    served = a * (1 - abandoned)
    return Waiting(waits, 1 - waits, queued / a * handle_s, served / n, abandoned)


def _waiting(a: float, n: int, impatience: float) -> tuple[float, float]:
    """Probability of finding all taken, and mean number in the queue.

    Of the chain of births and deaths with state k: up by A, down by min(k, n) plus what of the
    queue goes away.  Against state n, the states up to n weigh 1 / B together.
    """
    b = erlang_b(a, n)
    if b < _NEVER:
        return 0.0, 0.0
    weight, above, queued, k, below = 1.0, 1.0, 0.0, 0, 1 / b - 1
    while weight > _SETTLED * above or n + k * impatience < a:
        k += 1
        weight *= a / (n + k * impatience)
        above += weight
        queued += k * weight
        if queued > _HUGE:  # only the relations count
            weight, above, queued, below = (x / _HUGE for x in (weight, above, queued, below))
    return above / (above + below), queued / (above + below)


def _check(a: float, n: int) -> None:
    if not (0 <= a <= MOST and 0 <= n <= MOST):
        raise ValueError(f"traffic and servers: 0 to {MOST}")


def _check_times(handle_s: float, within_s: float) -> None:
    if not (0 < handle_s < math.inf and 0 <= within_s < math.inf):
        raise ValueError("seconds: handling above 0, waiting 0 or more")
