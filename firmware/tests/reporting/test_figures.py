from dataclasses import replace

import pytest

from firmware.contract.events import CallQueued, Recorded
from firmware.contract.ids import CallId
from firmware.contract.model import Outcome
from firmware.reporting.figures import Figures, QueuesToday, Visit, figures, midnight_ms
from firmware.tests.calls import ABANDONED_CALL, ANSWERED_CALL, CALL

OFFERED = ANSWERED_CALL[0][1]


def visit(seconds, outcome=Outcome.ANSWERED):
    return Visit("sales", 0, round(seconds * 1000), outcome)


def test_average_speed_of_answer():
    assert figures([visit(5), visit(10), visit(45)], 20).asa_s == 20.0


def test_no_calls_have_no_service_level():
    assert figures([], 20) == Figures()


def test_service_level_v4_leaves_out_who_gave_up_in_time():
    stays = [
        *[visit(10)] * 43,
        *[visit(30)] * 5,
        *[visit(25, Outcome.ABANDONED)] * 4,
        *[visit(12, Outcome.ABANDONED)] * 3,
        *[visit(3, Outcome.SHORT_ABANDONED)] * 2,
        visit(1800, Outcome.TIMED_OUT),
        Visit("sales", 0),
    ]
    result = figures(stays, 20)
    assert result.service_level == pytest.approx(100 * 43 / 52)
    assert (result.offered, result.answered, result.abandoned) == (59, 48, 7)
    assert result.short_abandoned == 2


def test_a_day_begins_where_the_box_stands():
    noon_in_shanghai = 1_795_320_000_000 - 1_795_320_000_000 % 86_400_000 + 4 * 3_600_000
    assert midnight_ms(noon_in_shanghai, "Asia/Shanghai") == noon_in_shanghai - 12 * 3_600_000
    assert midnight_ms(noon_in_shanghai, "UTC") == noon_in_shanghai - 4 * 3_600_000


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (ANSWERED_CALL, Figures(1, 1, 0, 0, 25.0, 0.0)),
        (ABANDONED_CALL, Figures(1, 0, 1, 0, 0.0, 0.0)),
    ],
)
def test_today_follows_the_events(story, expected):
    today, seconds = QueuesToday(), 0.0
    for seq, (after, event) in enumerate(story, 1):
        seconds += after
        today.take(Recorded(seq, round(seconds * 1000), event, round(seconds * 1000)))
    assert today.of("sales", 20, 0) == expected
    assert today.of("service", 20, 0) == Figures()


def test_yesterday_is_not_today_and_can_be_forgotten():
    today = QueuesToday([(1, visit(5)), (2, Visit("sales", 100, 1000, Outcome.ANSWERED))])
    assert today.of("sales", 20, 50).offered == 1
    today.forget(50)
    assert today.of("sales", 20, 0).offered == 1


def test_a_call_that_was_not_seen_from_its_beginning_is_not_counted():
    today = QueuesToday()
    today.take(Recorded(7, 7, CallQueued(CALL, "sales", 0, 1), 7))
    assert today.of("sales", 20, 0) == Figures()


def queued(seq, at_ms, call):
    return Recorded(seq, at_ms, CallQueued(call, "sales", 0, 1), at_ms)


def test_visits_do_not_gather_from_day_to_day():
    today, day = QueuesToday(), 86_400_000
    for n, seq in enumerate(range(1, 400, 2), 100):
        call = CallId(f"2026-{n}")
        today.take(Recorded(seq, n * day, replace(OFFERED, call=call), n * day))
        today.take(queued(seq + 1, n * day + 1, call))
        assert today.of("sales", 20, 0).offered <= 3
    assert today.of("sales", 20, n * day).offered == 1


def test_a_clock_that_was_wrong_for_years_costs_no_later_visit():
    ten_years = 10 * 365 * 86_400_000
    today = QueuesToday([(1, Visit("sales", ten_years, 1000, Outcome.ANSWERED))])
    for seq, at_ms in ((2, 2 * ten_years), (4, ten_years + 1)):
        call = CallId(f"2026-{seq}")
        today.take(Recorded(seq, at_ms, replace(OFFERED, call=call), at_ms))
        today.take(queued(seq + 1, at_ms, call))
    assert today.of("sales", 20, ten_years + 1).offered == 2
