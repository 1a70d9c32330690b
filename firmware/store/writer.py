"""The one thread that writes calls.db: one transaction for all events of 200 ms.

A locked or full disk never stops anybody: batches are kept and tried again.  The thread
takes no decision; what a batch changes is computed once, by the projection it was given.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from firmware.contract.events import Recorded
from firmware.errors import StoreError
from firmware.store.changes import Change, Projection, merged
from firmware.store.encoding import encode
from firmware.store.tables import EVENTS, MARK, PROJECTED

T = TypeVar("T")
GATHER_S = 0.15  # with the commit itself below the 200 ms that a kill may cost
RETRY_S = 1.0
MARK_S, CALL_MARK_S = 10.0, 1.0
"""The writer notes that it lives; in a call more often: that is its end if nothing follows."""
MAX_PENDING = 200_000  # about 100 MB of events; a day of a busy box
_BATCH = 5_000
_BAD_ROW = (sa.exc.IntegrityError, sa.exc.DataError, ValueError, OverflowError)
_LOGGER = logging.getLogger(__name__)
Prepared = tuple[dict[str, Any], list[Change]]
"""An event's row and what it changes elsewhere."""
Trouble = Callable[[str, int], None]
"""Called from the writer's thread: what is wrong ("" = nothing any more), events lost so far."""


class Writer:
    """Owns the connection.  `put` never blocks; the other methods may."""

    def __init__(
        self,
        engine: sa.Engine,
        projection: Projection,
        stamp: Callable[[], tuple[int, int]],
        trouble: Trouble,
    ) -> None:
        self._engine, self._projection = engine, projection
        self._stamp, self._trouble = stamp, trouble
        self._changed = threading.Condition()
        self._queue: deque[Recorded] = deque()
        self._prepared: deque[Prepared] = deque()
        self._jobs: deque[tuple[Future[Any], Callable[[sa.Connection], Any]]] = deque()
        self._hurry = self._closing = self._ended = False
        self._failing, self.lost = "", 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def pending(self) -> int:
        """Events not on the disk yet."""
        return len(self._queue) + len(self._prepared)

    def put(self, recorded: Recorded) -> None:
        """Write this event soon; beyond MAX_PENDING it is counted as lost."""
        with self._changed:
            if self.pending() >= MAX_PENDING:
                self.lost += 1
                return
            self._queue.append(recorded)
            self._changed.notify_all()

    def submit(self, work: Callable[[sa.Connection], T]) -> Future[T]:
        """Have `work` done in a transaction of its own, after the events so far."""
        done: Future[T] = Future()
        with self._changed:
            if self._ended or not self._thread.is_alive():
                done.set_exception(StoreError("the writer does not run"))
            else:
                self._jobs.append((done, work))
                self._changed.notify_all()
        return done

    def flush(self, timeout_s: float) -> None:
        """Return when all events put so far are on the disk; StoreError after `timeout_s`."""
        end = time.monotonic() + timeout_s
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            while self.pending():
                if not self._changed.wait(end - time.monotonic()):
                    raise StoreError(self._failing or "the database is too slow")

    def close(self) -> None:
        """Write the rest (one try), note that all is in order, end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        try:
            while not self._closing:
                self._work()
            self._run_jobs()
            if self._write():
                with contextlib.suppress(sa.exc.SQLAlchemyError), self._engine.begin() as last:
                    self._mark(last, clean=True)
        finally:
            self._end()

    def _work(self) -> None:
        self._gather()
        written = self._write()
        self._run_jobs()
        if not written:
            with self._changed:
                self._changed.wait_for(lambda: self._closing, RETRY_S)

    def _end(self) -> None:
        """Nobody waits for a thread that is gone; without `close` it is a mistake of ours."""
        with self._changed:
            self._ended = True
            while self._jobs:
                self._jobs.popleft()[0].set_exception(StoreError("the writer has ended"))
        if not self._closing:
            self._tell("WriterEnded", "by a mistake of the program")

    def _gather(self) -> None:
        """Wait for something to do, then a little longer for company."""
        with self._changed:
            longest_s = CALL_MARK_S if self._projection.calls_open else MARK_S
            if not self._changed.wait_for(self._is_work, longest_s):
                return
            self._changed.wait_for(self._is_urgent, GATHER_S)
            self._hurry = False

    def _is_work(self) -> bool:
        return bool(self._queue or self._prepared) or self._is_urgent()

    def _is_urgent(self) -> bool:
        return bool(self._jobs) or self._hurry or self._closing

    def _write(self) -> bool:
        """All that is pending, or tell the trouble and keep it."""
        try:
            self._prepare()
            while True:
                batch = [self._prepared[n] for n in range(min(_BATCH, len(self._prepared)))]
                self._write_batch(batch)
                self._settle(len(batch))
                if not self._prepared:
                    break
        except sa.exc.SQLAlchemyError as error:
            self._tell(type(getattr(error, "orig", None) or error).__name__, str(error))
            return False
        self._tell("", "")
        return True

    def _prepare(self) -> None:
        """Encode and project each event exactly once, however often its batch is tried."""
        while self._queue:
            recorded = self._queue[0]
            try:
                row = event_row(recorded)
                self._prepared.append((row, self._projection.apply(recorded)))
            except (ValueError, TypeError, LookupError, AttributeError):
                self._skip(type(recorded.event).__name__)
            self._queue.popleft()

    def _write_batch(self, batch: list[Prepared]) -> None:
        try:
            with self._engine.begin() as connection:
                _write_rows(connection, batch)
                self._mark(connection, clean=False)
        except _BAD_ROW:
            if len(batch) > 1:  # all but the bad one
                for one in batch:
                    self._write_batch([one])
            else:
                self._skip(batch[0][0]["kind"])

    def _skip(self, kind: str) -> None:
        """An event that cannot be written must not hold up the others."""
        self.lost += 1
        _LOGGER.exception("store: a %s cannot be written and is left out", kind)

    def _settle(self, count: int) -> None:
        with self._changed:
            for _ in range(count):
                self._prepared.popleft()
            self._changed.notify_all()

    def _run_jobs(self) -> None:
        while self._jobs:
            done, work = self._jobs.popleft()
            try:
                with self._engine.begin() as connection:
                    result = work(connection)
            except sa.exc.SQLAlchemyError as error:
                done.set_exception(StoreError(str(error)))
            except Exception as error:  # noqa: BLE001  a future carries any error to its waiter
                done.set_exception(error)
            else:
                done.set_result(result)

    def _mark(self, connection: sa.Connection, *, clean: bool) -> None:
        at_ms, mono_ms = self._stamp()
        values = {"at_ms": at_ms, "mono_ms": mono_ms, "clean": clean}
        connection.execute(
            insert(MARK).values(id=1, **values).on_conflict_do_update(["id"], set_=values)
        )

    def _tell(self, what: str, detail: str) -> None:
        if what != self._failing:
            self._failing = what
            _LOGGER.log(logging.ERROR if what else logging.INFO, "store{%s}: %s", what, detail)
            self._trouble(what, self.lost)


def _write_rows(connection: sa.Connection, batch: list[Prepared]) -> None:
    if batch:
        connection.execute(insert(EVENTS).on_conflict_do_nothing(), [row for row, _ in batch])
    write_changes(connection, [change for _, changes in batch for change in changes])


def write_changes(connection: sa.Connection, changes: list[Change]) -> None:
    """Bring the projected tables to what `changes` say."""
    for change in merged(changes):
        table = PROJECTED[change.table]
        key = table.primary_key.columns[0]
        if change.insert:
            connection.execute(
                insert(table)
                .values({key.name: change.key} | change.values)
                .on_conflict_do_update([key.name], set_=change.values)
            )
        else:
            connection.execute(table.update().where(key == change.key).values(change.values))


def event_row(recorded: Recorded) -> dict[str, Any]:
    """The ledger's row of an event."""
    event = recorded.event
    return {
        "seq": recorded.seq,
        "at_ms": recorded.at_ms,
        "mono_ms": recorded.mono_ms,
        "kind": type(event).__name__,
        "call": getattr(event, "call", None),
        "agent": getattr(event, "agent", None),
        "body": encode(event),
    }
