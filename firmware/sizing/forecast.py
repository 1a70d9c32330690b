"""A day to come, half hour by half hour, from the same weekdays before it.

The mean of the last weeks, each week worth FADE of the one after it, scaled by how the last weeks
have been against those before them.  Days that were no usual ones (holidays) are left out by the
caller.  Counts scatter at least as those of a Poisson process, often more: the range is the wider
of the two.
"""

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from firmware.sizing.agents import Goal, Load, Staff, agents_for

HALF_HOURS = 48
HALF_HOUR_S = 1800.0
WEEKS = 8
FADE = 0.8
TREND_WEEKS = 4
TREND_MOST = 1.5
LEAST_S = 1.0
"""A call takes an agent so long, where nobody has answered one so far."""
NINE_IN_TEN = 1.645
"""Of a normal distribution within so many deviations."""


@dataclass(frozen=True)
class Past:
    """One half hour that was: `half_hour` 0 to 47 of local time."""

    day: datetime.date
    half_hour: int
    offered: int
    handle_s: float  # mean of the answered calls; 0: none was answered


@dataclass(frozen=True)
class HalfHour:
    """One half hour to come; the staff is for the expected calls."""

    half_hour: int
    low: float
    expected: float
    high: float
    handle_s: float
    staff: Staff


class TooLittle(ValueError):
    """No record of that weekday in the last weeks."""


def forecast(past: Iterable[Past], day: datetime.date, goal: Goal) -> list[HalfHour]:
    """All 48 half hours of `day`; what lies WEEKS weeks back or more is not looked at."""
    known = [p for p in past if 0 < (day - p.day).days <= 7 * WEEKS]
    same = [p for p in known if p.day.weekday() == day.weekday()]
    if not same:
        raise TooLittle(f"nothing is known of a {day:%A} within {WEEKS} weeks")
    days = {p.day: FADE ** ((day - p.day).days / 7 - 1) for p in same}
    trend, usual_s = _trend(known, day), _mean_handle(known)
    by_half_hour = [[p for p in same if p.half_hour == i] for i in range(HALF_HOURS)]
    return [_one(i, rows, days, trend, usual_s, goal) for i, rows in enumerate(by_half_hour)]


def _one(
    half_hour: int,
    rows: list[Past],
    days: Mapping[datetime.date, float],
    trend: float,
    usual_s: float,
    goal: Goal,
) -> HalfHour:
    all_weights = sum(days.values())  # a day without a row had no calls then
    mean = sum(days[p.day] * p.offered for p in rows) / all_weights
    square = sum(days[p.day] * p.offered**2 for p in rows) / all_weights
    deviation = max(math.sqrt(mean), math.sqrt(max(0.0, square - mean**2))) * trend
    expected = mean * trend
    handle_s = max(LEAST_S, _mean_handle(rows) or usual_s)
    return HalfHour(
        half_hour,
        max(0.0, expected - NINE_IN_TEN * deviation),
        expected,
        expected + NINE_IN_TEN * deviation,
        handle_s,
        agents_for(Load(expected, HALF_HOUR_S, handle_s), goal),
    )


def _mean_handle(rows: Iterable[Past]) -> float:
    """Of a call, in seconds, weighted by calls; 0 where none was answered."""
    answered = [p for p in rows if p.handle_s > 0]
    calls = sum(p.offered for p in answered)
    return sum(p.offered * p.handle_s for p in answered) / calls if calls else 0.0


def _trend(known: list[Past], day: datetime.date) -> float:
    """Calls of a day in the last weeks against those of the weeks before; 1 when not known."""
    recent: dict[bool, dict[datetime.date, int]] = {True: {}, False: {}}
    for p in known:
        days = recent[(day - p.day).days <= 7 * TREND_WEEKS]
        days[p.day] = days.get(p.day, 0) + p.offered
    if any(len(days) < 7 for days in recent.values()):
        return 1.0
    now, before = (sum(days.values()) / len(days) for days in (recent[True], recent[False]))
    if before == 0:
        return 1.0
    # The weights above already follow half of a change.
    return min(TREND_MOST, max(1 / TREND_MOST, math.sqrt(now / before)))
