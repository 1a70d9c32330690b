import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sizing.agents import Goal, Load, agents_for
from firmware.sizing.forecast import FADE, Past, TooLittle, forecast

MONDAY = datetime.date(2026, 11, 23)


def back(weeks, days=0):
    return MONDAY - datetime.timedelta(weeks=weeks, days=days)


def test_steady_weeks_go_on():
    past = [Past(back(w), i, 30, 200) for w in range(1, 9) for i in range(18, 36)]
    found = forecast(past, MONDAY, Goal())
    assert [h.expected for h in found] == pytest.approx(
        [30.0 if 18 <= i < 36 else 0 for i in range(48)]
    )
    assert found[20].staff == agents_for(Load(found[20].expected, 1800, 200), Goal())
    assert found[20].low == pytest.approx(30 - 1.645 * 30**0.5)
    assert found[0].staff.logged_in == 0


def test_a_later_week_counts_more():
    found = forecast([Past(back(1), 20, 10, 100), Past(back(2), 20, 40, 200)], MONDAY, Goal())
    assert found[20].expected == pytest.approx((10 + FADE * 40) / (1 + FADE))
    assert found[20].handle_s == pytest.approx((10 * 100 + 40 * 200) / 50)


def test_a_half_hour_without_a_row_had_no_calls():
    past = [Past(back(1), 20, 10, 100), Past(back(2), 21, 10, 100)]
    assert forecast(past, MONDAY, Goal())[21].expected == pytest.approx(10 * FADE / (1 + FADE))


def test_weeks_that_grow_are_followed():
    past = [
        Past(back(w, d), 20, 20 if w <= 3 else 10, 100)
        for w, d in itertools.product(range(8), range(1, 8))
    ]
    found = forecast(past, MONDAY, Goal())
    assert 20 < found[20].expected <= 1.5 * 20


def test_other_days_old_days_and_the_day_itself_are_not_looked_at():
    past = [Past(back(1), 20, 10, 100)]
    more = [Past(back(1, 1), 20, 500, 100), Past(back(9), 20, 500, 100), Past(MONDAY, 20, 500, 100)]
    assert forecast(past + more, MONDAY, Goal())[20].expected == pytest.approx(10)


def test_where_nobody_ever_answered_one_agent_is_asked_for():
    found = forecast([Past(back(1), 20, 3, 0)], MONDAY, Goal())
    assert (found[20].handle_s, found[20].staff.logged_in) == (1.0, 1)


def test_without_that_weekday_nothing_is_foretold():
    with pytest.raises(TooLittle, match="Monday"):
        forecast([Past(back(1, 1), 20, 10, 100)], MONDAY, Goal())


ROWS = st.builds(
    Past,
    st.integers(0, 80).map(lambda d: MONDAY - datetime.timedelta(days=d)),
    st.integers(0, 47),
    st.integers(0, 500),
    st.floats(0, 900),
)


@given(st.lists(ROWS, max_size=60))
def test_whatever_was_the_range_holds_the_mean(past):
    found = forecast([*past, Past(back(1), 0, 1, 60)], MONDAY, Goal())
    assert [h.half_hour for h in found] == list(range(48))
    assert all(0 <= h.low <= h.expected <= h.high for h in found)
    assert all(bool(h.staff.logged_in) == (h.expected > 0) for h in found)
