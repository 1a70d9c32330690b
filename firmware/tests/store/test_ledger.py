import asyncio
import contextlib
import sqlite3
import time

import pytest

from firmware.contract.events import (
    AlarmChanged,
    BoxStarted,
    CallDequeued,
    CallOffered,
    DigitReceived,
)
from firmware.contract.ids import QueueId
from firmware.contract.model import Cause, Direction, Outcome
from firmware.errors import StoreError
from firmware.reporting.projector import Projector
from firmware.store import writer
from firmware.store.database import open_database
from firmware.store.ledger import SEQ_SKIP, TAIL, Ledger
from firmware.store.read import CallFilter, ReadModels
from firmware.tests.calls import ABANDONED_CALL, ANSWERED_CALL, CALL, append_all


def rows(database, query):
    connection = sqlite3.connect(database)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def digit(n):
    return DigitReceived(CALL, str(n % 10))


def test_events_are_numbered_and_stamped(ledger, clock):
    first = ledger.append(digit(1))
    clock.advance(2.5)
    second = ledger.append(digit(2))
    assert (first.seq, second.seq, ledger.seq) == (1, 2, 2)
    assert second.at_ms - first.at_ms == second.mono_ms - first.mono_ms == 2500


def test_a_step_of_the_wall_clock_changes_no_duration(ledger, clock):
    first = ledger.append(digit(1))
    clock.utc_step_ms += 3_600_000
    assert ledger.append(digit(2)).mono_ms == first.mono_ms


def test_subscribers_get_events_in_order_though_one_of_them_appends_more(ledger):
    seen = []

    def answering(recorded):
        if recorded.seq == 1:
            ledger.append(digit(2))

    ledger.subscribe(answering)
    end = ledger.subscribe(lambda recorded: seen.append(recorded.seq))
    ledger.append(digit(1))
    end()
    end()
    ledger.append(digit(3))
    assert seen == [1, 2]


def test_a_subscriber_that_fails_does_not_silence_the_ledger(ledger):
    seen = []

    def failing(recorded):
        if recorded.seq == 1:
            raise ZeroDivisionError

    ledger.subscribe(failing)
    ledger.subscribe(lambda recorded: seen.append(recorded.seq))
    with pytest.raises(ZeroDivisionError):
        ledger.append(digit(1))
    ledger.append(digit(2))
    assert seen == [2]


def test_without_its_thread_the_store_says_so_and_blocks_nobody(database, clock):
    ledger = Ledger(open_database(database), clock, Projector())
    with pytest.raises(StoreError):
        ledger.run(lambda connection: None)
    ledger.start()
    ledger.close()
    with pytest.raises(StoreError):
        ledger.run(lambda connection: None)
    ledger.post(lambda connection: None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_writer_that_ends_by_a_mistake_is_an_alarm(database, clock):
    class Broken(Projector):
        def apply(self, recorded):
            raise ZeroDivisionError

    alarms = asyncio.Queue()
    ledger = Ledger(open_database(database), clock, Broken())
    ledger.subscribe(lambda r: isinstance(r.event, AlarmChanged) and alarms.put_nowait(r.event))
    ledger.start(asyncio.get_running_loop())
    ledger.append(digit(1))
    assert (await alarms.get()).detail == "WriterEnded"
    with pytest.raises(StoreError):
        await asyncio.to_thread(ledger.run, lambda connection: None)
    ledger.close()


def test_flushed_events_are_on_the_disk_with_the_contracts_field_names(ledger, database):
    ledger.append(CallOffered(CALL, Direction.INBOUND, "139", "010"))
    ledger.flush()
    assert ledger.pending() == 0
    [(seq, kind, call, body)] = rows(database, "select seq, kind, call, body from events")
    assert (seq, kind, call) == (1, "CallOffered", CALL)
    assert '"calling":"139"' in body


def test_events_reach_the_disk_without_being_asked(ledger, database):
    ledger.append(digit(1))
    ledger.run(lambda connection: None)  # a job is done after the events before it
    assert rows(database, "select count(*) from events") == [(1,)]


def test_while_a_call_is_open_the_writer_notes_each_second_that_it_lives(
    ledger, database, clock, monkeypatch
):
    monkeypatch.setattr(writer, "CALL_MARK_S", 0.01)
    ledger.append(CallOffered(CALL, Direction.INBOUND, "139", "010"))
    ledger.flush()
    clock.advance(7.0)
    end = time.monotonic() + 5.0
    while (noted := rows(database, "select at_ms from mark")[0][0]) != clock.utc_ms():
        assert time.monotonic() < end, noted


def test_since_gives_what_came_after_a_number(ledger):
    for n in range(5):
        ledger.append(digit(n))
    assert [recorded.seq for recorded in ledger.since(3)] == [4, 5]
    assert ledger.complete_since(0)
    assert not ledger.complete_since(6)


def test_numbers_and_durations_go_on_after_an_orderly_stop(open_ledger, clock):
    before = open_ledger()
    last = before.append(digit(1))
    before.close()
    clock.advance(60)
    after = open_ledger()
    recorded = after.append(digit(2))
    assert recorded.seq == last.seq + 1
    assert recorded.mono_ms == last.mono_ms + 60_000
    assert [r.seq for r in after.since(0)] == [1, 2]


def test_numbers_that_may_have_been_seen_are_not_used_again_after_a_crash(open_ledger, database):
    before = open_ledger()
    before.append(digit(1))
    before.flush()
    after = open_ledger()  # the first one is still there, as far as the file says
    assert after.append(digit(2)).seq == 2 + SEQ_SKIP
    assert [r.seq for r in after.since(1)] == [2 + SEQ_SKIP]


@pytest.mark.parametrize("monotonic", [5.0, 2000.0], ids=["box started anew", "daemon only"])
def test_open_calls_are_closed_at_the_time_of_the_stop(open_ledger, clock, database, monotonic):
    before = open_ledger()
    append_all(before, clock, ANSWERED_CALL[:17])
    clock.advance(30)
    append_all(before, clock, [(0, digit(1))])
    before.close()
    clock.utc_step_ms += int(3_600_000 + (clock.seconds - monotonic) * 1000)
    clock.seconds = monotonic
    after = open_ledger()
    assert after.close_open_calls() == [CALL]
    assert after.close_open_calls() == []
    after.append(BoxStarted("0.1.0", closed_calls=1))
    after.flush()
    with contextlib.closing(ReadModels(database)) as models:
        record = models.call(CALL)
    assert (record.outcome, record.cause) == (Outcome.BOX_RESTART, Cause.BOX_RESTART)
    assert record.talk_s == 30.0
    assert rows(database, "select state from agent_states where end_ms is null") == [("null",)] * 2


def test_a_call_that_waited_at_the_stop_leaves_its_queue(open_ledger, clock, database):
    before = open_ledger()
    append_all(before, clock, ABANDONED_CALL[:4])
    before.close()
    clock.advance(3)
    after = open_ledger()
    after.close_open_calls()
    after.flush()
    assert rows(database, "select outcome from queue_visits") == [("box_restart",)]


def test_a_locked_database_stops_nobody_and_loses_nothing(open_ledger, database):
    ledger = open_ledger()
    ledger.flush()
    with sqlite3.connect(database, isolation_level=None) as other:
        other.execute("begin immediate")
        ledger.append(digit(1))
        with pytest.raises(StoreError):
            ledger.flush(timeout_s=0.05)
        assert ledger.pending() == 1
        other.execute("rollback")
    ledger.flush()
    assert rows(database, "select count(*) from events") == [(1,)]
    other.close()


def test_a_full_disk_stops_nobody_and_loses_nothing(ledger, database):
    def pages(connection, more):
        count = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count={count + more}")

    ledger.run(lambda connection: pages(connection, 0))
    for n in range(2000):
        ledger.append(digit(n))
    with pytest.raises(StoreError):
        ledger.flush(timeout_s=0.5)
    assert (ledger.pending(), len(ledger.since(0))) == (2000, TAIL)
    ledger.run(lambda connection: pages(connection, 10_000))  # somebody made room
    ledger.flush()
    assert rows(database, "select count(*) from events") == [(2000,)]


async def test_trouble_of_the_disk_becomes_an_alarm_and_ends(ledger, database):
    alarms = asyncio.Queue()
    ledger._loop = asyncio.get_running_loop()
    ledger.subscribe(lambda r: isinstance(r.event, AlarmChanged) and alarms.put_nowait(r.event))
    ledger.run(lambda connection: connection.exec_driver_sql("alter table events rename to gone"))
    ledger.append(digit(1))
    alarm = await alarms.get()
    assert (alarm.alarm, alarm.active) == ("store", True)
    await asyncio.to_thread(
        ledger.run,
        lambda connection: connection.exec_driver_sql("alter table gone rename to events"),
    )
    assert not (await alarms.get()).active
    await asyncio.to_thread(ledger.flush)
    assert rows(database, "select count(*) from events") == [(3,)]


def test_an_event_that_cannot_be_written_does_not_hold_up_the_others(ledger, database):
    ledger.append(DigitReceived(CALL, "\ud800"))
    ledger.append(CallOffered(CALL, Direction.INBOUND, "1", "\udcff"))
    ledger.append(digit(3))
    ledger.append(CallDequeued(CALL, QueueId("sales"), Outcome.TIMED_OUT, float("nan")))
    ledger.flush()
    assert rows(database, "select seq from events") == [(3,)]
    assert ledger.lost == 3


def test_beyond_the_bound_events_are_counted_as_lost(ledger, monkeypatch):
    monkeypatch.setattr("firmware.store.writer.MAX_PENDING", 0)
    ledger.append(digit(1))
    assert (ledger.lost, ledger.pending()) == (1, 0)
    assert [r.seq for r in ledger.since(0)] == [1]


def test_a_failing_job_tells_its_caller_and_the_writer_goes_on(ledger):
    with pytest.raises(StoreError):
        ledger.run(lambda connection: connection.exec_driver_sql("select nonsense"))
    with pytest.raises(ZeroDivisionError):
        ledger.run(lambda connection: 1 / 0)
    assert ledger.run(lambda connection: 7) == 7


def test_calls_are_found_by_what_a_person_knows(ledger, clock, database):
    append_all(ledger, clock, ANSWERED_CALL)
    ledger.flush()
    models = ReadModels(database)
    found = [
        CallFilter(number="5678"),
        CallFilter(agent="8001"),  # only rang
        CallFilter(agent="8002"),
        CallFilter(queue="sales", direction=Direction.INBOUND, outcome=Outcome.ANSWERED),
        CallFilter(since_ms=0, until_ms=clock.utc_ms(), open=False),
    ]
    missed = [
        CallFilter(number="%"),
        CallFilter(agent="8003"),
        CallFilter(queue="service"),
        CallFilter(outcome=Outcome.FAILED),
        CallFilter(until_ms=1),
    ]
    assert [models.calls(wanted).total for wanted in found] == [1] * 5
    assert [models.calls(wanted).total for wanted in missed] == [0] * 5
    models.close()


def test_pages_of_calls_do_not_overlap(ledger, database):
    for n in range(7):
        ledger.append(CallOffered(f"call-{n}", Direction.INBOUND, "1", "2"))
    ledger.flush()
    models = ReadModels(database)
    pages = [models.calls(CallFilter(), limit=3, offset=n) for n in (0, 3, 6)]
    assert {page.total for page in pages} == {7}
    assert [r.call for page in pages for r in page.calls] == [f"call-{n}" for n in range(6, -1, -1)]
    models.close()


def test_visits_of_queues_are_read_for_the_figures(ledger, clock, database):
    append_all(ledger, clock, ANSWERED_CALL)
    ledger.flush()
    models = ReadModels(database)
    [visit] = models.visits(0)
    assert (visit.queue, visit.waited_ms, visit.outcome) == ("sales", 25_000, Outcome.ANSWERED)
    assert models.visits(clock.utc_ms()) == []
    models.close()


def test_an_entry_that_cannot_be_read_stops_no_start(open_ledger, database, caplog):
    first = open_ledger()
    for n in range(3):
        first.append(digit(n))
    first.close()
    with contextlib.closing(sqlite3.connect(database)) as other, other:
        other.execute("UPDATE events SET body = '{' WHERE seq = 2")
    again = open_ledger()
    assert [recorded.seq for recorded in again.since(0)] == [1, 3]
    assert "ledger{2}: not readable" in caplog.text
