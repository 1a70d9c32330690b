import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sizing.agents import Goal, Load, agents_for
from firmware.sizing.erlang import erlang_c


@pytest.mark.parametrize(
    ("max_occupancy", "logged_in", "paid", "in_time", "occupancy"),
    [(0.85, 14, 20, 0.888, 0.714), (0.70, 15, 22, 0.941, 0.667)],
)
def test_the_example_of_pyworkforce(max_occupancy, logged_in, paid, in_time, occupancy):
    """100 calls in 30 min of 3 min, 80 % in 20 s, shrinkage 0.3."""
    staff = agents_for(Load(100, 1800, 180), Goal(max_occupancy=max_occupancy))
    assert (staff.logged_in, staff.paid) == (logged_in, paid)
    assert staff.callers.answered_in_time == pytest.approx(in_time, abs=5e-4)
    assert staff.callers.occupancy == pytest.approx(occupancy, abs=5e-4)


@given(
    st.floats(0.1, 2000), st.floats(10, 900), st.floats(0.5, 0.98), st.floats(0, 300),
    st.floats(0.5, 0.95),
)  # fmt: skip
def test_the_least_who_reach_the_goal(calls, handle_s, share, within_s, max_occupancy):
    load = Load(calls, 1800, handle_s)
    goal = Goal(share=share, within_s=within_s, max_occupancy=max_occupancy)
    n = agents_for(load, goal).logged_in
    assert reaches(load, goal, n)
    assert n == 1 or not reaches(load, goal, n - 1)


def reaches(load, goal, n):
    if n <= load.erlang:
        return False
    found = erlang_c(load.erlang, n, load.handle_s, goal.within_s)
    return found.answered_in_time >= goal.share and found.occupancy <= goal.max_occupancy + 1e-9


def test_nobody_for_no_calls():
    assert agents_for(Load(0, 1800, 180), Goal()).logged_in == 0


@pytest.mark.parametrize(
    ("load", "goal", "odd"),
    [
        (Load(-1, 1800, 180), Goal(), "calls"),
        (Load(math.nan, 1800, 180), Goal(), "calls"),
        (Load(1, 0, 180), Goal(), "interval_s"),
        (Load(1, 1800, 0), Goal(), "handle_s"),
        (Load(1, 1800, 180), Goal(share=1), "share"),
        (Load(1, 1800, 180), Goal(max_occupancy=1), "max_occupancy"),
        (Load(1, 1800, 180), Goal(shrinkage=1), "shrinkage"),
        (Load(1e9, 1800, 180), Goal(), "erlang"),
    ],
)
def test_what_is_odd_is_named(load, goal, odd):
    with pytest.raises(ValueError, match=odd):
        agents_for(load, goal)
