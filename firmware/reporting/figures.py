"""Figures of queues since midnight, from visits (names and formulas: acd metrics).

Service level is definition V4: answered within T, of those and all answered later or
abandoned later than T.  An abandoned call that waited T or less counts nowhere in it.
"""

import zoneinfo
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from firmware.contract.events import Recorded
from firmware.contract.ids import QueueId
from firmware.contract.model import Outcome
from firmware.reporting.times import CallTimes
from firmware.reporting.visits import QueueVisits

_DAY_MS = 86_400_000
_OUTCOMES = (None, *Outcome)


@dataclass(frozen=True)
class Visit:
    """One stay in a queue; without an outcome the call still waits, or went elsewhere."""

    queue: QueueId
    start_ms: int
    waited_ms: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Figures:
    """Of one queue and one stretch of time."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    asa_s: float = 0.0  # average speed of answer
    service_level: float | None = None  # per cent


def figures(visits: Iterable[Visit], threshold_s: float) -> Figures:
    """The figures of these visits with the service level at `threshold_s`."""
    stays = list(visits)
    answered = _waits(stays, Outcome.ANSWERED)
    abandoned = _waits(stays, Outcome.ABANDONED)
    short = _waits(stays, Outcome.SHORT_ABANDONED)
    within = sum(wait <= threshold_s for wait in answered)
    base = len(answered) + sum(wait > threshold_s for wait in abandoned + short)
    return Figures(
        offered=len(stays),
        answered=len(answered),
        abandoned=len(abandoned),
        short_abandoned=len(short),
        asa_s=sum(answered) / len(answered) if answered else 0.0,
        service_level=100 * within / base if base else None,
    )


def _waits(visits: Iterable[Visit], outcome: Outcome) -> list[float]:
    return [(v.waited_ms or 0) / 1000 for v in visits if v.outcome is outcome]


def midnight_ms(now_ms: int, timezone: str) -> int:
    """UTC milliseconds at which the present day began there."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zoneinfo.ZoneInfo(timezone))
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(start.timestamp() * 1000)


class QueuesToday:
    """Today's visits, kept up to date by events.  Belongs to the loop."""

    def __init__(self, visits: Iterable[tuple[int, Visit]] = ()) -> None:
        """Begin with these: (number of the event, visit)."""
        self._waiting: dict[int, Visit] = {}
        self._over: defaultdict[QueueId, _Columns] = defaultdict(_Columns)
        self._swept_ms = 0
        self._times, self._projection = CallTimes(), QueueVisits()
        for seq, visit in visits:
            self._put(seq, visit)

    def take(self, recorded: Recorded) -> None:
        """Follow the ledger: `ledger.subscribe(today.take)`."""
        moment = self._times.moment(recorded)
        if moment is None:
            return
        for change in self._projection.apply(moment):
            seq = int(change.key)
            if change.insert:
                self._sweep(change.values["start_ms"])
                self._put(seq, Visit(change.values["queue"], change.values["start_ms"]))
            elif seq in self._waiting:
                self._put(seq, _finished(self._waiting.pop(seq), change.values))

    def of(self, queue: QueueId, threshold_s: float, since_ms: int) -> Figures:
        """Figures of a queue since `since_ms` (see `midnight_ms`)."""
        return figures((v for v in self._of(queue) if v.start_ms >= since_ms), threshold_s)

    def forget(self, before_ms: int) -> None:
        """Drop the visits of earlier days."""
        self._waiting = {k: v for k, v in self._waiting.items() if v.start_ms >= before_ms}
        for queue, columns in self._over.items():
            self._over[queue] = _Columns(v for v in columns.of(queue) if v.start_ms >= before_ms)

    def _sweep(self, now_ms: int) -> None:
        """Once a day.  Two days stay: today began less than 26 hours ago anywhere."""
        if abs(now_ms - self._swept_ms) >= _DAY_MS:
            self.forget(now_ms - 2 * _DAY_MS)
            self._swept_ms = now_ms

    def _put(self, seq: int, visit: Visit) -> None:
        if visit.waited_ms is None:
            self._waiting[seq] = visit
        else:
            self._over[visit.queue].append(visit)

    def _of(self, queue: QueueId) -> Iterator[Visit]:
        yield from (v for v in self._waiting.values() if v.queue == queue)
        if queue in self._over:
            yield from self._over[queue].of(queue)


class _Columns:
    """Visits of one queue that are over: 17 bytes each, where objects take 700."""

    def __init__(self, visits: Iterable[Visit] = ()) -> None:
        self._start_ms, self._waited_ms, self._outcome = array("q"), array("q"), array("b")
        for visit in visits:
            self.append(visit)

    def append(self, visit: Visit) -> None:
        self._start_ms.append(visit.start_ms)
        self._waited_ms.append(visit.waited_ms or 0)
        self._outcome.append(_OUTCOMES.index(visit.outcome))

    def of(self, queue: QueueId) -> Iterator[Visit]:
        columns = zip(self._start_ms, self._waited_ms, self._outcome, strict=True)
        return (Visit(queue, start, wait, _OUTCOMES[outcome]) for start, wait, outcome in columns)


def _finished(visit: Visit, values: dict[str, Any]) -> Visit:
    outcome = values["outcome"]
    return Visit(
        visit.queue, visit.start_ms, values["waited_ms"], Outcome(outcome) if outcome else None
    )
