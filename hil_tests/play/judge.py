"""Whether an expectation holds, and a sentence about what is there instead."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from board.sim.call import CallState, Party
from hil_tests.play import expectations as ex
from hil_tests.play.cast import Person
from hil_tests.play.desk import Desk
from hil_tests.play.ears import Ears, Samples
from hil_tests.play.exchange import ExchangeWatch
from hil_tests.play.observer import Observer
from hil_tests.play.on_lines import OnLine
from hil_tests.play.page import GoneError, RefusedError
from hil_tests.play.source import typed
from hil_tests.play.stage import Stage, StepError
from hil_tests.play.words import Span

_LOOKS_S = 0.25
_MOST_RECORDS = 500
_AT_REST = ("ready", "not_ready", "null")
Checks = Iterator[tuple[str, Any, Any]]
"""(what, as it is, as it should be); None should be: not asked for."""


@dataclass(frozen=True)
class Cast:
    """Everybody there is; a crowd's name stands for several on lines."""

    people: Mapping[str, Person]
    on_lines: Mapping[str, list[OnLine]]
    desks: Mapping[str, Desk]


class Judge:
    """Looks from outside, again and again until it holds or the time is over."""

    def __init__(
        self, stage: Stage, cast: Cast, observer: Observer, exchange: ExchangeWatch, ears: Ears
    ) -> None:
        self._stage, self._cast, self._observer = stage, cast, observer
        self._exchange, self.ears = exchange, ears
        self._kinds: dict[type[ex.Expectation], Callable[[Any], Iterator[str]]] = {
            ex.Exchange: self._at_exchange,
            ex.Record: self._record,
            ex.EventSeen: self._event,
            ex.AgentIs: self._agent,
            ex.QueueIs: self._queue,
            ex.TrunkIs: self._trunk,
            ex.BoxIs: self._box,
        }

    def wrong(self, expected: ex.Expectation) -> list[str]:
        """What does not agree, when the time is over; empty when all does.  The world goes on."""
        if isinstance(expected, ex.Listener):
            return self._listens(expected)
        kind = self._kinds[type(expected)]
        end = self._stage.tick + expected.within * 8000
        while (found := list(kind(expected))) and self._stage.tick < end:
            self._stage.world.run(_LOOKS_S)
        return found

    # --- the exchange ---

    def _at_exchange(self, expected: ex.Exchange) -> Iterator[str]:
        for person in self._on_lines(expected.exchange):
            calls = person.calls
            if expected.calls is not None and len(calls) not in expected.calls:
                yield f"{person.name} has {len(calls)} calls at the exchange, not {expected.calls}"
            number = expected.call or len(calls)
            if len(calls) < number or not calls:
                if expected.calls is None:
                    yield f"the exchange has no call {number or ''} of {person.name}".replace(
                        "  ", " "
                    )
                continue
            call = calls[number - 1]
            yield from _differences(f"{person.name}'s call", _of_call(call, expected))

    def _on_lines(self, name: str) -> list[OnLine]:
        found = self._cast.on_lines.get(name)
        if found is None:
            raise StepError(f"{name} is not on a telephone line")
        return found

    # --- the box's records ---

    def _record(self, expected: ex.Record) -> Iterator[str]:
        for person in self._on_lines(expected.record):
            records = self._records(person.number)
            wanted = expected.records
            if wanted is not None and len(records) not in wanted:
                yield f"the box has {len(records)} records of {person.name}, not {wanted}"
            if records:
                checks = self._of_record(records[0], expected)
                yield from _differences(f"{person.name}'s record", checks)
            elif wanted is None:
                yield f"the box has no record of {person.name}"

    def _records(self, number: str) -> list[Any]:
        page = self._ask("Calls", number=number, limit=_MOST_RECORDS)
        calls = page["calls"] if page else []
        return [one for one in calls if number in (one["calling"], one["called"])]

    def records(self) -> list[Any]:
        """All that there are, the earliest first."""
        page = self._ask("Calls", limit=_MOST_RECORDS)
        return list(reversed(page["calls"])) if page else []

    def _ask(self, name: str, **fields: Any) -> Any:
        try:
            return self._stage.do(self._observer.page.query(name, **fields))
        except (GoneError, RefusedError, StepError):
            return None

    def _of_record(self, record: Any, expected: ex.Record) -> Checks:
        agent = self._cast.people[expected.agent].agent if expected.agent else None
        frames = [one["frames"] or 0 for one in record["recordings"]]
        yield "direction", record["direction"], expected.direction
        yield "outcome", record["outcome"], expected.outcome
        yield "cause", record["cause"], expected.cause
        yield "ended by", record["by"], expected.ended_by
        yield "queue", record["queue"], expected.queue
        yield "agent", record["agent"], agent
        yield "waited", record["waited_s"], expected.waited
        yield "talked", record["talk_s"], expected.talked
        yield "held", record["hold_s"], expected.held
        yield "about", record["disposition"], expected.about
        yield "note", record["note"], expected.note
        yield "path", tuple(record["path"]), expected.path
        yield "recordings", len(frames), expected.recordings
        yield "recorded", sum(frames) / 8000, expected.recorded

    def _event(self, expected: ex.EventSeen) -> Iterator[str]:
        calls: list[str] | None = None
        if expected.about:
            people = self._on_lines(expected.about)
            calls = self._observer.calls_of([person.number for person in people])
        of_kind = [
            seen.event
            for seen in self._observer.events
            if seen.kind == expected.event and (calls is None or seen.event.get("call") in calls)
        ]
        fitting = [event for event in of_kind if _fits(event, expected.with_)]
        enough = expected.count or Span("at least 1")
        if len(fitting) not in enough:
            about = f" about {expected.about}" if expected.about else ""
            last = _short(of_kind[-1]) if of_kind else "none"
            yield (
                f"there were {len(fitting)} such {expected.event}{about}, not {enough}; "
                f"of this kind {len(of_kind)}, the last: {last}"
            )

    # --- the live picture ---

    def _view(self, name: str) -> dict[str, Any]:
        """Empty when there is none."""
        found: dict[str, Any] = self._observer.picture.get(name, {})
        return found

    def _agent(self, expected: ex.AgentIs) -> Iterator[str]:
        person = self._cast.people[expected.agent]
        view = self._view(f"agent.{person.agent}")
        if not view:
            yield f"the box shows no agent {expected.agent}"
            return
        call = self._view(f"call.{view['call']}")
        numbers = self._cast.people[expected.caller].numbers() if expected.caller else []
        there = {call.get("calling"), call.get("called")}
        met = expected.caller if there & {*numbers} else self._observer.who(view["call"])
        yield from _differences(
            expected.agent,
            iter(
                [
                    ("state", view["state"], expected.state),
                    ("reason", view["reason"], expected.reason),
                    ("caller", met, expected.caller),
                ]
            ),
        )

    def _queue(self, expected: ex.QueueIs) -> Iterator[str]:
        view = self._view(f"queue.{expected.queue}")
        if not view:
            yield f"the box shows no queue {expected.queue}"
            return
        now = ((name, view[name], getattr(expected, name)) for name in ("waiting", "ready", "busy"))
        today = (
            (name, view[f"{name}_today"], getattr(expected, name))
            for name in ("offered", "answered", "abandoned")
        )
        yield from _differences(f"the queue {expected.queue}", iter([*now, *today]))

    def _trunk(self, expected: ex.TrunkIs) -> Iterator[str]:
        kind = "analog" if expected.trunk == "analog" else "span"
        view = self._view(f"{kind}.{expected.trunk}")
        if not view:
            yield f"the box shows no {expected.trunk}"
            return
        lines = {one["line"]: one["state"] for one in view.get("lines", ())}
        serves = all(state != "out_of_service" for state in lines.values())
        checks = [
            ("in service", view["board"] and view.get("link", serves), expected.in_service),
            ("alarms", tuple(view.get("alarms", ())), expected.alarms),
            ("board", view["board"], expected.board),
            (f"line {expected.line}", lines.get(expected.line or 0), expected.state),
        ]
        yield from _differences(expected.trunk, iter(checks))

    def _box(self, expected: ex.BoxIs) -> Iterator[str]:
        here = self._observer.page.open
        if expected.box == "is off":
            if here:
                yield "the box answers"
            return
        if not here:
            yield "the box does not answer"
            return
        calls = [name for name in self._observer.picture if name.startswith("call.")]
        if expected.calls is not None and len(calls) not in expected.calls:
            yield f"the box has {len(calls)} calls, not {expected.calls}"
        if expected.box == "at rest":
            yield from self._unrest(calls)

    def _unrest(self, calls: list[str]) -> Iterator[str]:
        picture = self._observer.picture
        for name in calls:
            yield f"the call of {self._observer.who(name.removeprefix('call.'))} is not over"
        for name, view in picture.items():
            if name.startswith("agent.") and view["state"] not in _AT_REST:
                yield f"agent {view['agent']} is {view['state']}"
            if name.startswith("span."):
                busy = [c["channel"] for c in view["channels"] if c["state"] != "idle"]
                if busy:
                    yield f"{view['trunk']}: channels {busy} are not idle"
        if self._exchange.open_calls():
            yield f"the exchange has {self._exchange.open_calls()} calls that are not over"

    # --- sound ---

    def _listens(self, expected: ex.Listener) -> list[str]:
        found: list[str] = []
        since = self._stage.tick
        if expected.does_not_hear is not None or (_is_text(expected) and not expected.has_heard):
            self._stage.world.run(expected.within)
        for listener in self._listeners(expected.listener):
            found += self._hears(expected, listener, since)
        return found

    def _listeners(self, name: str) -> list[Any]:
        desk = self._cast.desks.get(name)
        return [desk] if desk is not None else self._on_lines(name)

    def _hears(self, expected: ex.Listener, listener: Any, since: int) -> Iterator[str]:
        begin = 0 if expected.has_heard is not None else since
        end = since + expected.within * 8000
        while True:
            there, seen = self._heard(expected, listener, begin)
            over = (
                self._stage.tick >= end or _is_text(expected) or expected.does_not_hear is not None
            )
            if there or over:
                break
            self._stage.world.run(_LOOKS_S)
        if there is (expected.does_not_hear is not None):
            what = expected.sound if isinstance(expected.sound, str) else expected.sound.told()
            verb = "heard it" if there else "did not hear it"
            yield f"{what}: {listener.name} {verb}; there was {seen}"

    def _heard(self, expected: ex.Listener, listener: Any, begin: int) -> tuple[bool, str]:
        hearing = listener.hearing()
        if hearing is None:
            return False, "no call"
        samples: Samples = hearing.between(begin, self._stage.tick)
        if not isinstance(expected.sound, str):
            return self.ears.finds(expected.sound, samples)
        marks = [one.mark for one in self._listeners(expected.sound)]
        seconds = sum(self.ears.seconds_of(mark, samples) for mark in marks)
        return seconds >= expected.seconds, self.ears.describes(samples)


def _is_text(expected: ex.Listener) -> bool:
    """To be recognised once, not again and again."""
    return isinstance(expected.sound, ex.Sound) and expected.sound.text is not None


def _of_call(call: Party, expected: ex.Exchange) -> Checks:
    answered = call.times.connect is not None
    over = call.state in (CallState.CLEARING, CallState.ENDED)
    yield "state", str(call.state), expected.state
    yield "answered", answered, expected.answered
    yield "cause", call.cause if over else None, expected.cause
    yield "ended by", call.cleared_by or "nobody yet", expected.ended_by
    yield "pressed", call.pressed, expected.pressed


def _differences(whose: str, checks: Checks) -> Iterator[str]:
    for what, is_, should in checks:
        if should is None:
            continue
        fits = is_ in should if isinstance(should, Span) else is_ == should
        if not fits:
            yield f"{whose}: {what} is {_shown(what, is_)}, not {_shown(what, should)}"


def _shown(what: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if what == "cause" and isinstance(value, int):
        return ex.cause_words(value)
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(value if value not in (None, "") else "not there")


def _fits(event: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """A number is a number, and the same digits as a text: a script need not quote them."""
    return all(
        name in event and (event[name] == typed(value) or str(event[name]) == value)
        for name, value in wanted.items()
    )


def _short(event: dict[str, Any]) -> str:
    left_out = ("seq", "at_ms", "kind")
    return ", ".join(f"{key} {value}" for key, value in event.items() if key not in left_out)
