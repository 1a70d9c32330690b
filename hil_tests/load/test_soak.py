"""The soak's arithmetic; two hours of it are `make soak`."""

import pytest

from hil_tests.load.plan import Plan
from hil_tests.load.soak import Soak, growth


def test_growth_is_of_the_last_minutes_over_those_after_the_first():
    filling = [50.0 + minute for minute in range(10)]
    assert growth([*filling, *[100.0] * 5, *[100.5] * 100, *[102.0] * 5]) == pytest.approx(0.02)
    assert growth([*filling, *[100.0] * 20]) == 0


def test_one_strange_minute_is_no_growth():
    assert growth([60.0] * 19 + [90.0] + [60.0] * 2 + [55.0] + [60.0] * 2) == 0


def test_a_day_too_short_to_tell_is_refused():
    with pytest.raises(ValueError, match="20 minutes"):
        Soak(Plan(spans=1, minutes=19), 1)
