"""Eight plain questions about a business, and what is supposed where it does not know.

What is supposed about a trade is ours, from no survey: a first guess that the answer, and later
the box's own records, replace.  `Plan` says of each figure on what it rests.
"""

from dataclasses import dataclass, fields
from enum import StrEnum


class Trade(StrEnum):
    """What the business does."""

    SHOP = "shop"
    REPAIR = "repair"
    UTILITY = "utility"
    HEALTH = "health"
    BANK = "bank"
    HOTEL = "hotel"
    SERVICE = "service"


@dataclass(frozen=True)
class Custom:
    """What is supposed of a trade."""

    calls_a_customer: float  # a month
    talk_s: float
    wrap_up_s: float
    self_service: float  # part of the calls that the menu answers
    menu_s: float


CUSTOMS = {
    Trade.SHOP: Custom(0.10, 150, 30, 0.10, 15),
    Trade.REPAIR: Custom(0.15, 240, 60, 0.05, 15),
    Trade.UTILITY: Custom(0.08, 200, 60, 0.25, 25),
    Trade.HEALTH: Custom(0.20, 180, 30, 0.05, 15),
    Trade.BANK: Custom(0.10, 210, 45, 0.30, 30),
    Trade.HOTEL: Custom(0.30, 120, 15, 0.05, 10),
    Trade.SERVICE: Custom(0.10, 180, 45, 0.10, 20),
}


class Peak(StrEnum):
    """How the day's calls lie."""

    EVEN = "even"
    USUAL = "usual"
    SHARP = "sharp"


ABOVE_MEAN = {Peak.EVEN: 1.2, Peak.USUAL: 1.6, Peak.SHARP: 2.5}
"""The busiest hour against the mean of the hours that are open."""
WORKDAYS = 22
"""In a month."""


@dataclass(frozen=True)
class Answers:
    """What a business says; None is "I do not know".  One of the three counts is needed."""

    trade: Trade = Trade.SERVICE
    customers: int | None = None
    calls_a_day: float | None = None
    bills_a_month: int | None = None  # each brings questions: an eighth of them is supposed
    hours: float = 9.0  # open a day
    peak: Peak = Peak.USUAL
    talk_s: float | None = None
    answered: float = 0.8  # part that is to be answered ...
    within_s: float = 20.0  # ... within so long
    remote: int = 0  # agents at a telephone number outside, of the channels to the callers
    outgoing_a_day: float = 0.0  # calls that agents make
    kept_days: int = 180  # recordings


BOUNDS: dict[str, tuple[float, float]] = {
    "customers": (1, 50_000_000),
    "calls_a_day": (1, 200_000),
    "bills_a_month": (1, 50_000_000),
    "hours": (1, 24),
    "talk_s": (5, 3600),
    "answered": (0.5, 0.99),
    "within_s": (1, 600),
    "remote": (0, 1000),
    "outgoing_a_day": (0, 200_000),
    "kept_days": (0, 3650),
}
CALLS_A_BILL = 1 / 8


def problems(answers: Answers) -> list[str]:
    """Names of answers that are out of bounds; "calls" when all three counts are missing."""
    found = []
    for field in fields(answers):
        value, bounds = getattr(answers, field.name), BOUNDS.get(field.name)
        if bounds is not None and value is not None and not bounds[0] <= value <= bounds[1]:
            found.append(field.name)
    if answers.customers is answers.calls_a_day is answers.bills_a_month is None:
        found.append("calls")
    return found


def calls_a_day(answers: Answers) -> float:
    """What was said of calls goes before bills, and bills before customers."""
    if answers.calls_a_day is not None:
        return answers.calls_a_day
    if answers.bills_a_month is not None:
        return answers.bills_a_month * CALLS_A_BILL / WORKDAYS
    return (answers.customers or 0) * CUSTOMS[answers.trade].calls_a_customer / WORKDAYS
