"""Opening hours: weekdays, closed days and public holidays with their make-up workdays."""

import datetime
import logging

import chinese_calendar

from firmware.contract.config import Calendar, Hours

_LOGGER = logging.getLogger(__name__)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MAKE_UP_DAY = 0
"""A make-up workday at a weekend has Monday's hours."""


def is_open(calendar: Calendar, now: datetime.datetime) -> bool:
    """Whether the company is open at the local time `now`."""
    if calendar.always:
        return True
    minute = now.hour * 60 + now.minute
    yesterday = now.date() - datetime.timedelta(days=1)
    today = any(_within(hours, minute) for hours in _hours(calendar, now.date()))
    overnight = any(_within(hours, minute + 1440) for hours in _hours(calendar, yesterday))
    return today or overnight


def _within(hours: Hours, minute: int) -> bool:
    opens, closes = _minutes(hours.opens), _minutes(hours.closes)
    return opens <= minute < (closes if closes > opens else closes + 1440)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _hours(calendar: Calendar, day: datetime.date) -> tuple[Hours, ...]:
    if day.isoformat() in calendar.closed:
        return ()
    weekday = _weekday(calendar, day)
    return () if weekday is None else calendar.week.get(_DAYS[weekday], ())  # type: ignore[call-overload]


def _weekday(calendar: Calendar, day: datetime.date) -> int | None:
    """0 for Monday, as whose day it counts; None for a public holiday."""
    if calendar.holidays != "CN":
        return day.weekday()
    try:
        works = chinese_calendar.is_workday(day)
    except NotImplementedError:  # the data ends with the year that is published
        _LOGGER.warning("no public holidays known for %d, weekdays apply", day.year)
        return day.weekday()
    if day.weekday() < 5:
        return day.weekday() if works else None
    if works:
        return _MAKE_UP_DAY
    # An ordinary weekend keeps its own hours; one inside a holiday is closed.
    _, holiday = chinese_calendar.get_holiday_detail(day)
    return day.weekday() if holiday is None else None
