"""Test values: tables of traffic theory, every digit of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sizing.erlang import erlang_a, erlang_b, erlang_c, lines_for, traffic_at

TRAFFIC = st.floats(0.01, 300)


@pytest.mark.parametrize(
    ("a", "n", "b"),
    [
        (1, 1, 0.5), (1, 2, 0.2), (5, 10, 0.018385), (10, 15, 0.036497),
        (20, 30, 0.008457), (25, 30, 0.052603), (44, 60, 0.003818),
    ],
)  # fmt: skip
def test_erlang_b(a, n, b):
    assert erlang_b(a, n) == pytest.approx(b, abs=5e-7)


@pytest.mark.parametrize(
    ("calls", "interval_s", "aht_s", "n", "wanted"),
    [
        (100, 1800, 180, 14, (0.174132, 0.888350, 7.836, 0.7143)),
        (100, 1800, 180, 13, (0.285270, 0.795595, 17.116, 0.7692)),
        (100, 1800, 180, 12, (0.449388, 0.640158, 40.445, 0.8333)),
        (360, 3600, 240, 28, (0.333139, 0.761296, 19.988, 0.8571)),
        (360, 3600, 240, 27, (0.449763, 0.649724, 35.981, 0.8889)),
        (120, 3600, 300, 14, (0.174132, 0.866627, 13.060, 0.7143)),
        (60, 1800, 240, 11, (0.244958, 0.809227, 19.597, 0.7273)),
    ],
)
def test_erlang_c(calls, interval_s, aht_s, n, wanted):
    waits, in_time, asa_s, occupancy = wanted
    found = erlang_c(calls * aht_s / interval_s, n, aht_s, 20)
    assert found.waits == pytest.approx(waits, abs=5e-7)
    assert found.answered_in_time == pytest.approx(in_time, abs=5e-7)
    assert found.asa_s == pytest.approx(asa_s, abs=5e-4)
    assert found.occupancy == pytest.approx(occupancy, abs=5e-5)


@pytest.mark.parametrize(
    ("a", "n", "aht_s", "patience_s", "wanted"),
    [
        (10, 10, 180, 180, (0.542070, 0.125110, 0.874890, 22.520)),
        (10, 14, 180, 180, (0.135536, 0.018694, 0.700933, 3.365)),
        (24, 24, 240, 120, (0.446883, 0.094927, 0.905073, 11.391)),
        (28, 24, 240, 120, (0.693374, 0.178101, 0.958882, 21.372)),
    ],
)
def test_erlang_a(a, n, aht_s, patience_s, wanted):
    waits, abandoned, occupancy, queue_s = wanted
    found = erlang_a(a, n, aht_s, patience_s)
    assert found.waits == pytest.approx(waits, abs=5e-7)
    assert found.abandoned == pytest.approx(abandoned, abs=5e-7)
    assert found.occupancy == pytest.approx(occupancy, abs=5e-7)
    assert found.asa_s == pytest.approx(queue_s, abs=5e-4)


TRAFFIC_AT = {
    4: (0.4393, 0.8694, 1.5246), 8: (2.0513, 3.1276, 4.5430), 16: (6.7215, 8.8750, 11.5436),
    30: (16.6839, 20.3373, 24.8018), 32: (18.2047, 22.0483, 26.7457),
    60: (40.7950, 46.9497, 54.5656), 64: (44.1557, 50.6026, 58.5989),
}  # fmt: skip


@pytest.mark.parametrize("n", TRAFFIC_AT)
def test_traffic_of_lines(n):
    found = [traffic_at(n, blocking) for blocking in (0.001, 0.01, 0.05)]
    assert found == pytest.approx(TRAFFIC_AT[n], abs=5e-5)


@given(TRAFFIC, st.integers(1, 300))
def test_erlang_b_is_the_sum_of_its_definition(a, n):
    logs = [k * math.log(a) - math.lgamma(k + 1) for k in range(n + 1)]
    most = max(logs)
    wanted = math.exp(logs[n] - most) / sum(math.exp(log - most) for log in logs)
    assert erlang_b(a, n) == pytest.approx(wanted, rel=1e-9, abs=1e-300)


@given(TRAFFIC, st.floats(0.0005, 0.5))
def test_as_many_lines_as_are_needed_and_not_one_more(a, blocking):
    n = lines_for(a, blocking)
    assert erlang_b(a, n) <= blocking < erlang_b(a, n - 1)


@given(TRAFFIC, st.integers(1, 60))
def test_endless_patience_is_erlang_c(a, more):
    n = int(a) + more
    patient, endless = erlang_a(a, n, 180, 1e9), erlang_c(a, n, 180, 20)
    assert patient.waits == pytest.approx(endless.waits, rel=1e-3, abs=1e-12)
    assert patient.abandoned == pytest.approx(0, abs=1e-3)


@given(TRAFFIC, st.integers(1, 300), st.floats(1, 3600))
def test_who_is_not_served_has_gone_away(a, n, patience_s):
    found = erlang_a(a, n, 180, patience_s)
    assert 0 <= found.waits <= 1
    assert found.occupancy * n == pytest.approx(a * (1 - found.abandoned))
    assert found.occupancy <= 1 + 1e-9


def test_no_calls_no_waiting():
    assert (erlang_b(0, 3), lines_for(0, 0.01)) == (0.0, 1)
    assert erlang_a(0, 3, 180, 60).waits == erlang_c(0, 3, 180, 20).waits == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: erlang_b(-1, 3), lambda: erlang_b(math.nan, 3), lambda: erlang_b(1, -1),
        lambda: erlang_b(1e9, 3), lambda: lines_for(1, 0), lambda: lines_for(1, 1),
        lambda: traffic_at(0, 0.1), lambda: traffic_at(3, 1), lambda: erlang_c(5, 5, 180, 20),
        lambda: erlang_c(5, 6, 0, 20), lambda: erlang_c(5, 6, 180, -1),
        lambda: erlang_a(5, 0, 180, 60), lambda: erlang_a(5, 6, 180, 0),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(ask):
    with pytest.raises(ValueError, match=r"\w"):
        ask()
