"""When the server is asked again."""

from datetime import UTC, datetime

import pytest

from firmware.ota.ddi.pace import Pace, retry_after_s


def pace(chance: float = 0.5) -> Pace:
    return Pace(lambda: chance)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 270.0), (0.5, 300.0), (1.0, 330.0)])
def test_a_fleet_does_not_ask_in_step(chance: float, seconds: float) -> None:
    assert pace(chance).answered(300, 3600) == pytest.approx(seconds)


def test_the_servers_word_goes_before_ours() -> None:
    assert pace().answered(None, 3600) == 3600
    assert pace().answered(5, 3600) == 5, "a server may ask for less than ten seconds"
    assert pace(0.0).answered(None, 10) == 10, "of our own will never less"
    assert pace(0.0).answered(10, 3600) == 10


def test_while_an_action_runs_a_cancel_is_noticed_in_a_minute() -> None:
    assert pace().answered(43200, 3600, busy=True) == 60
    assert pace().answered(30, 3600, busy=True) == 30


def test_errors_back_off_to_an_hour_and_an_answer_forgets_them() -> None:
    one = pace()
    waits = [one.failed() for _ in range(12)]
    assert waits[:4] == [10, 20, 40, 80]
    assert waits[-1] == 3600
    one.answered(300, 3600)
    assert one.failed() == 10
    assert max(Pace(lambda: 1.0).failed() for _ in range(3)) == 11


def test_a_long_time_without_a_server_overflows_nothing() -> None:
    one = pace()
    assert [one.failed() for _ in range(2000)][-1] == 3600


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_retry_after_is_the_least(chance: float) -> None:
    assert 900 <= pace(chance).failed(900) <= 990.1
    assert pace(chance).failed(1) >= 10


def test_retry_after_in_seconds_as_a_date_and_as_nonsense() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert retry_after_s("120") == 120
    assert retry_after_s("Sun, 22 Nov 2026 12:02:00 GMT", now) == 120
    assert retry_after_s("Sun, 22 Nov 2026 11:02:00 GMT", now) == 0
    assert retry_after_s("9" * 50) == 86400
    assert retry_after_s("Sun, 22 Nov 9999 12:02:00 GMT", now) == 86400
    for nonsense in (None, "", "soon", "-5", "²", "Sun, 99 Nov 2026 12:02:00 GMT"):
        assert retry_after_s(nonsense, now) is None
