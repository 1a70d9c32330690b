"""The append-only ledger: everything that happened, in order, and what follows from it.

All methods belong to the loop.  `append` never blocks and never fails: the event has its
number and its subscribers know it at once; the writer's thread puts it on the disk.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol, TypeVar

import sqlalchemy as sa

from firmware.contract.events import AlarmChanged, Event, Recorded
from firmware.contract.ids import CallId
from firmware.store.changes import Projection
from firmware.store.history import Past, load_past
from firmware.store.restart import closing_events
from firmware.store.writer import Writer
from firmware.timers import Clock

T = TypeVar("T")
Subscriber = Callable[[Recorded], None]
TAIL = 1024  # events kept in memory for clients that come back: three minutes of a full E1 line
SEQ_SKIP = 1_000  # numbers not used again after a crash: their events may have been seen
_LOGGER = logging.getLogger(__name__)


class RestorableProjection(Projection, Protocol):
    """A projection whose state is made again from the events of what is unfinished."""

    def restore(self, events: Sequence[Recorded]) -> None:
        """Take these events as already written."""


class Ledger:
    """One for the daemon; owns the writer's thread from `start` to `close`."""

    def __init__(self, engine: sa.Engine, clock: Clock, projection: RestorableProjection) -> None:
        """Read what was before; may block.  `engine` is from `open_database`."""
        past = load_past(engine, TAIL)
        projection.restore(past.unfinished)
        self._clock, self._past = clock, past
        self._tail = deque(past.tail, TAIL)
        self._seq = past.seq if past.clean else past.seq + SEQ_SKIP
        self._first = self._tail[0].seq if self._tail else self._seq + 1
        self._mono_base = _monotonic_base(past, clock)
        self._subscribers: list[Subscriber] = []
        self._undelivered: deque[Recorded] = deque()
        self._delivering = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer = Writer(engine, projection, self._stamp, self._trouble_in_thread)

    @property
    def seq(self) -> int:
        """Number of the last event."""
        return self._seq

    def start(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Begin to write; with a `loop`, trouble of the disk becomes an event there."""
        self._loop = loop
        self._writer.start()

    def append(self, event: Event) -> Recorded:
        """Give the event its number and stamp, tell the subscribers, have it written."""
        return self._append(event, *self._stamp())

    def since(self, seq: int) -> list[Recorded]:
        """Events after number `seq`, as far as they are in memory (see `complete_since`)."""
        return [recorded for recorded in self._tail if recorded.seq > seq]

    def complete_since(self, seq: int) -> bool:
        """Say whether `since(seq)` has every event after `seq`."""
        return self._tail_start() <= seq + 1 and seq <= self._seq

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` with each event from now on, in order; return what ends it."""
        self._subscribers.append(callback)

        def end() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return end

    def flush(self, timeout_s: float = 10.0) -> None:
        """Wait until all events so far are on the disk; blocks.  StoreError when it cannot be."""
        self._writer.flush(timeout_s)

    def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Do other writing in the writer's thread; blocks, so use `asyncio.to_thread`.

        Raises StoreError, also before `start` and after `close`.
        """
        return self._writer.submit(work).result()

    def post(self, work: Callable[[sa.Connection], object]) -> None:
        """The same without waiting; a failure is logged and costs nothing else."""
        self._writer.submit(work).add_done_callback(_log_failure)

    def close_open_calls(self) -> list[CallId]:
        """Close what was open when the daemon stopped, at the time it was last alive."""
        past = self._past
        self._past = Past()
        events, calls = closing_events(past.unfinished, past.alive_mono_ms)
        for event in events:
            self._append(event, past.alive_at_ms, past.alive_mono_ms)
        return calls

    def pending(self) -> int:
        """Events not on the disk yet."""
        return self._writer.pending()

    @property
    def lost(self) -> int:
        """Events that will never be on the disk: it was full for too long."""
        return self._writer.lost

    def close(self) -> None:
        """Write the rest and end the thread; blocks."""
        self._loop = None
        self._writer.close()

    def _append(self, event: Event, at_ms: int, mono_ms: int) -> Recorded:
        self._seq += 1
        recorded = Recorded(self._seq, at_ms, event, mono_ms)
        self._tail.append(recorded)
        self._writer.put(recorded)
        self._deliver(recorded)
        return recorded

    def _deliver(self, recorded: Recorded) -> None:
        """Everybody gets the events in order, though a subscriber may append more."""
        self._undelivered.append(recorded)
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._undelivered:
                following = self._undelivered.popleft()
                for subscriber in tuple(self._subscribers):
                    subscriber(following)
        finally:
            self._delivering = False

    def _tail_start(self) -> int:
        return self._tail[0].seq if len(self._tail) == TAIL else self._first

    def _stamp(self) -> tuple[int, int]:
        mono_ms = self._mono_base + int(self._clock.monotonic() * 1000)
        return self._clock.utc_ms(), mono_ms

    def _trouble_in_thread(self, what: str, lost: int) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(self._trouble, what, lost)
        except RuntimeError:  # the loop was closed first
            _LOGGER.warning("ledger{%s}: nobody to tell", what)

    def _trouble(self, what: str, lost: int) -> None:
        detail = f"{what}, {lost} events lost" if lost else what
        self.append(AlarmChanged("store", active=bool(what), detail=detail))


def _monotonic_base(past: Past, clock: Clock) -> int:
    """So that durations go on over a restart, by UTC but never backwards."""
    away_ms = max(0, clock.utc_ms() - past.alive_at_ms) if past.alive_at_ms else 0
    return past.alive_mono_ms + away_ms - int(clock.monotonic() * 1000)


def _log_failure(done: Future[object]) -> None:
    error = done.exception()
    if error is not None:
        _LOGGER.error("store: %s", error)
