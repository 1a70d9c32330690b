"""Lateness of ticks: the histogram, its quantiles, when a board's block is due, the bare timer."""

import threading

import pytest

from cython_dsp.engine import kernels
from cython_dsp.engine.lateness import BUCKETS, Lateness, bucket_of, most_us

MS = 1_000_000
PERIOD = 5 * MS


def histogram(*late_us):
    """Counted in C."""
    late = kernels.Lateness()
    for us in late_us:
        late.add(us * 1000)
    return Lateness(tuple(late.counts()))


@pytest.mark.parametrize(
    "us", [-5, 0, 1, 15, 16, 17, 31, 32, 33, 999, 1000, 4999, 5000, 2**20, 2**24 - 1, 2**24, 2**40]
)
def test_the_kernel_counts_in_the_bucket_of_the_plain_definition(us):
    counts = histogram(us).counts
    assert len(counts) == BUCKETS
    assert [bucket for bucket, count in enumerate(counts) if count] == [bucket_of(us)]


def test_buckets_follow_each_other_without_a_gap_and_are_narrow():
    for bucket in range(BUCKETS - 1):
        most = most_us(bucket)
        assert (bucket_of(most), bucket_of(most + 1)) == (bucket, bucket + 1)
        least = most_us(bucket - 1) + 1 if bucket else 0
        assert most - least <= least / 16


@pytest.mark.parametrize(
    ("late_us", "part", "ms"),
    [
        ([], 0.999, 0.0),
        ([7], 0.999, 0.007),
        ([3] * 999 + [15], 0.999, 0.003),
        ([3] * 998 + [15] * 2, 0.999, 0.015),
        ([3] * 500 + [5000] * 500, 0.5, 0.003),
        ([3] * 499 + [5000] * 501, 0.5, 5.119),  # the longest time of its bucket
        ([3, 5000], 1.0, 5.119),
    ],
)
def test_a_quantile_is_the_time_within_which_so_many_were(late_us, part, ms):
    assert histogram(*late_us).quantile_ms(part) == ms


def test_what_was_counted_before_a_look_is_taken_off():
    late = histogram(3, 3, 80).since(histogram(3))
    assert (late.total, late.quantile_ms(0.5), late.quantile_ms(1.0)) == (2, 0.003, 0.083)


def due(*arrivals_ms):
    """How late each block came, in ms."""
    clock = kernels.Due()
    return [at - clock.next(round(at * MS), PERIOD) / MS for at in arrivals_ms]


def test_a_regular_board_is_never_late():
    assert due(100, 105, 110, 115) == [0, 0, 0, 0]


def test_a_block_is_late_against_the_earliest_before_it():
    assert due(102, 105, 112, 115, 120.5) == [0, 0, 2, 0, 0.5]


def test_blocks_that_come_together_were_due_one_after_the_other():
    assert due(100, 105, 125, 125, 125, 125) == [0, 0, 15, 10, 5, 0]


def test_a_board_whose_clock_is_slow_is_not_late_for_ever():
    slow = [100 + 5.001 * n for n in range(4000)]  # 200 ppm
    assert max(due(*slow)) < 0.001 * 401


def test_a_board_that_stood_still_is_on_time_two_windows_later():
    late = due(*(100 + 5 * n for n in range(300)), *(150 + 5 * n for n in range(300, 1000)))
    assert late[300] == 50
    assert set(late[600:]) == {0}


def test_blocks_that_were_dropped_have_had_their_time():
    clock = kernels.Due()
    first = clock.next(100 * MS, PERIOD)
    clock.skip(3)
    assert clock.next(120 * MS, PERIOD) - first == 20 * MS


def test_a_stepped_engine_is_never_late(engine):
    engine.step(10)
    assert engine.lateness().due.total == engine.lateness().awake.total == 0


@pytest.mark.realtime
def test_the_engine_counts_each_tick_of_its_thread(engine):
    engine.start()
    while engine.tick < 40:
        threading.Event().wait(0.005)
    engine.stop()
    late, seen = engine.lateness(), engine.statistics()
    assert late.due.total == late.awake.total == seen["ticks"] >= 40 - seen["skipped_ticks"]
    assert late.due.quantile_ms(1.0) >= late.awake.quantile_ms(1.0) > 0
    over = sum(late.due.counts[bucket_of(5120) :])
    assert over <= seen["late_ticks"] <= sum(late.due.counts[bucket_of(5000) :])


@pytest.mark.realtime
def test_the_bare_timer_counts_its_periods_until_it_is_stopped():
    bare = kernels.Bare()
    thread = threading.Thread(target=bare.run, args=(PERIOD,))
    thread.start()
    while sum(bare.counts()) < 20:
        threading.Event().wait(0.005)
    bare.stop()
    thread.join()
    counted = Lateness(tuple(bare.counts()))
    assert counted.total >= 20
    over = sum(counted.counts[bucket_of(5120) :])
    assert over <= bare.more_late() <= sum(counted.counts[bucket_of(5000) :])
