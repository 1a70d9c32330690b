import datetime

import pytest

from firmware.contract.config import Calendar
from firmware.switching.calendar import is_open

DAY = {"opens": "09:00", "closes": "18:00"}
WEEK = {day: [DAY] for day in ("mon", "tue", "wed", "thu", "fri")}


def at(text):
    return datetime.datetime.fromisoformat(text + ":00+08:00")


def calendar(**fields):
    return Calendar.model_validate(fields)


@pytest.mark.parametrize(("moment", "is_it"), [
    ("2026-11-19T08:59", False), ("2026-11-19T09:00", True), ("2026-11-19T17:59", True),
    ("2026-11-19T18:00", False), ("2026-11-21T10:00", False),
])  # fmt: skip
def test_weekday_hours(moment, is_it):
    assert is_open(calendar(week=WEEK), at(moment)) is is_it


def test_lunch_break_and_midnight():
    split = calendar(week={"thu": [
        {"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "24:00"},
    ]})  # fmt: skip
    assert not is_open(split, at("2026-11-19T12:30"))
    assert is_open(split, at("2026-11-19T23:59"))
    assert not is_open(split, at("2026-11-20T00:00"))


def test_hours_over_midnight():
    night = calendar(week={"thu": [{"opens": "22:00", "closes": "06:00"}]})
    assert is_open(night, at("2026-11-19T23:00"))
    assert is_open(night, at("2026-11-20T05:59"))
    assert not is_open(night, at("2026-11-20T06:00"))
    assert not is_open(night, at("2026-11-19T05:00"))


def test_closed_days_and_round_the_clock():
    assert not is_open(calendar(week=WEEK, closed=["2026-11-19"]), at("2026-11-19T10:00"))
    assert is_open(calendar(always=True), at("2026-11-21T03:00"))


@pytest.mark.parametrize(("day", "is_it"), [
    ("2026-10-01", False),  # National Day, a Thursday
    ("2026-10-10", True),  # a Saturday worked instead
    ("2026-10-17", False),  # an ordinary Saturday
    ("2026-10-08", True),
    ("2027-10-01", True),  # not published yet: weekdays apply
])  # fmt: skip
def test_public_holidays_with_make_up_workdays(day, is_it):
    assert is_open(calendar(week=WEEK, holidays="CN"), at(f"{day}T10:00")) is is_it
