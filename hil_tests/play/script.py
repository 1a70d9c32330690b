"""A whole script, checked before anything is played: every problem at once, each with its line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from firmware.contract.commands import COMMANDS
from firmware.contract.events import EVENTS
from firmware.contract.queries import QUERIES
from hil_tests.play.cast import Person
from hil_tests.play.deeds import DEEDS, LOGGED_IN, Call, Command, Deed
from hil_tests.play.expectations import EXPECTATIONS, EventSeen, Expectation, Listener
from hil_tests.play.faults import FAULTS, Fault
from hil_tests.play.source import ScriptError, Source, Where, read
from hil_tests.play.words import ClockTime, Seconds, Word, nearest

MOST_PEOPLE, MOST_STEPS = 100, 500
RESERVED = ("wait", "at", "expect", "fault")
_NAME = "constrained-str"
_SIGNS = (_NAME, "Sound", "Sound]")
"""Of pydantic, for the halves of "a name or a sound"."""
W = TypeVar("W", bound=Word)


class Configuration(Word):
    """What of the box's configuration is not as it comes: a whole document (JSON), or changes."""

    word = "configuration"
    example = """configuration:
  file: our-shop.json
  changes:
    queues.sales.wrap_up_s: 5
    agents.8005: {name: Lin, queues: [sales]}"""
    file: str | None = Field(default=None, max_length=200)
    changes: dict[str, Any] = Field(default_factory=dict)


class Lines(Word):
    """What the box is connected to: E1 lines (0 to 2) and analogue ones (0, 4, 8 or 16)."""

    word, example = "lines", "lines: {e1: 1, analog: 4}"
    e1: int = Field(default=1, ge=0, le=2)
    analog: int = 0

    @field_validator("analog")
    @classmethod
    def _board(cls, value: int) -> int:
        if value not in (0, 4, 8, 16):
            raise ValueError("a board has 4, 8 or 16 lines")
        return value

    @model_validator(mode="after")
    def _some(self) -> "Lines":
        if self.e1 == self.analog == 0:
            raise ValueError("no lines at all")
        return self


class Head(Word):
    """What a script begins with; `date` and `time` are those of the box's `time zone`."""

    word = "story"
    example = """story: Friday evening
about: After six nobody is there, and the box says so.
date: 2026-09-25
time: "18:30"
time zone: Asia/Shanghai"""
    story: str = Field(min_length=1, max_length=80)
    about: str = Field(default="", max_length=2000)
    date: str = Field(default="2026-09-21", pattern=r"^20[2-9]\d-\d\d-\d\d$")
    time: ClockTime = "10:00"
    zone: str = Field(default="Asia/Shanghai", alias="time zone", max_length=40)
    lines: Lines = Lines()
    configuration: Configuration = Configuration()
    people: dict[str, Any] = Field(max_length=MOST_PEOPLE)
    steps: list[Any] = Field(min_length=1, max_length=MOST_STEPS)

    @model_validator(mode="after")
    def _begins(self) -> "Head":
        try:
            zone = ZoneInfo(self.zone)
        except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError of no known zone
            raise ValueError(f"no time zone: {self.zone}") from None
        except KeyError:
            raise ValueError(f"no time zone: {self.zone}") from None
        self.begins(zone)
        return self

    def begins(self, zone: ZoneInfo) -> datetime:
        """When.  ValueError for a day that is none."""
        return datetime.fromisoformat(f"{self.date}T{padded(self.time)}").replace(tzinfo=zone)


class Wait(Word):
    """Let so many seconds pass."""

    word, example = "wait", "wait: 5"
    seconds: Seconds = Field(alias="wait")


class At(Word):
    """Wait until this time of the day."""

    word, example = "at", 'at: "09:05:30"'
    time: ClockTime = Field(alias="at")


@dataclass(frozen=True)
class Step:
    """One step of the story; `who`: whose it is, "" for nobody's."""

    number: int
    line: int
    what: Wait | At | Expectation | Fault | Deed
    who: str = ""


@dataclass(frozen=True)
class Script:
    """A script that can be played."""

    source: Source
    head: Head
    begins: datetime
    people: dict[str, Person]
    steps: tuple[Step, ...]
    folder: Path

    @property
    def apart(self) -> bool:
        """Whether the box must be processes of its own for it."""
        return any(isinstance(step.what, Fault) and step.what.apart for step in self.steps)


def load(path: Path) -> Script:
    """Read and check a script.  Raises ScriptError with all that is wrong."""
    return checked(read(path), path.parent)


def checked(source: Source, folder: Path) -> Script:
    """Raises ScriptError with all that is wrong."""
    return _Checker(source).script(folder)


def padded(time: str) -> str:
    """9:05 as 09:05:00."""
    hours, *rest = time.split(":")
    return ":".join([f"{int(hours):02}", *rest, *["00"][len(rest) - 1 :]])


class _Checker:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._problems: list[tuple[int, str]] = []
        self._people: dict[str, Person] = {}

    def script(self, folder: Path) -> Script:
        head = self._model(Head, self._source.value, ())
        whole = self._source.value if isinstance(self._source.value, dict) else {}
        people, steps = whole.get("people"), whole.get("steps")
        for name, spec in people.items() if isinstance(people, dict) else ():
            self._person(name, spec)
        self._same_person_twice()
        played = tuple(self._steps(steps if isinstance(steps, list) else []))
        if head is None or self._problems:
            raise self._error()
        begins = head.begins(ZoneInfo(head.zone))
        return Script(self._source, head, begins, self._people, played, folder)

    def _error(self) -> ScriptError:
        name = self._source.name
        found = sorted(set(self._problems))
        return ScriptError([f"{name}, line {line}: {text}" for line, text in found])

    def _wrong(self, where: Where, text: str) -> None:
        self._problems.append((self._source.line(where), text))

    # --- people ---

    def _person(self, name: str, spec: Any) -> None:
        where = ("people", name)
        if not 1 <= len(name) <= 40 or name in RESERVED:
            self._wrong(where, f"'{name}' cannot be a name here")
            return
        person = self._model(Person, spec, where)
        if person is not None:
            then = tuple(self._then(person.then, person.kind, (*where, "then")))
            self._people[name] = person.model_copy(update={"then": then})

    def _same_person_twice(self) -> None:
        seen: dict[str, str] = {}
        for name, person in self._people.items():
            for sign in [*person.numbers(), *([person.login] if person.login else [])]:
                if sign in seen:
                    text = f"'{name}' and '{seen[sign]}' are both {sign}"
                    self._wrong(("people", name), text)
                seen.setdefault(sign, name)

    # --- steps ---

    def _steps(self, steps: list[Any]) -> Iterator[Step]:
        for at, value in enumerate(steps):
            where: Where = ("steps", at)
            if not isinstance(value, dict) or not value:
                self._wrong(where, 'a step is "Somebody: what he does", or wait, at, expect, fault')
                continue
            who = next(iter(value))
            known = {"wait": Wait, "at": At}.get(who)
            if known is not None:
                what: Any = self._model(known, value, where)
            else:
                what = self._other(who, value, where)
            if what is not None:
                name = "" if who in RESERVED else who
                yield Step(at + 1, self._source.line(where), what, name)

    def _other(self, who: str, value: dict[str, Any], where: Where) -> Any:
        if who not in RESERVED and who not in self._people:
            self._wrong((*where, who), nearest(who, [*RESERVED, *self._people]))
            return None
        if len(value) > 1:
            extra = list(value)[1]
            text = f"'{extra}' does not belong to '{who}'; each step begins with a dash"
            self._wrong((*where, extra), text)
            return None
        if who == "expect":
            return self._expectation(value[who], (*where, who))
        if who == "fault":
            return self._word(FAULTS, value[who], (*where, who))
        return self._deed(value[who], self._people[who].kind, (*where, who))

    def _deed(self, value: Any, kind: str, where: Where) -> Deed | None:
        value = self._as_mapping(value, where)
        if not value:
            return None
        first = next(iter(value))
        if kind in LOGGED_IN and (first in COMMANDS or first in QUERIES):
            return self._command(first, value, where)
        allowed = [deed for deed in DEEDS if kind in deed.who and deed is not Command]
        names = [*COMMANDS, *QUERIES] if kind in LOGGED_IN else []
        deed = self._word(allowed, value, where, names)
        if isinstance(deed, Call):
            then = tuple(self._then(deed.then, kind, (*where, "then")))
            return deed.model_copy(update={"then": then})
        return deed

    def _command(self, name: str, value: dict[str, Any], where: Where) -> Command | None:
        rest = {key: one for key, one in value.items() if key != name}
        content = {**rest, "name": name, "parameters": value[name] or {}}
        return self._model(Command, content, where)

    def _then(self, deeds: Any, kind: str, where: Where) -> Iterator[Deed]:
        for at, value in enumerate(deeds):
            deed = self._deed(value, kind, (*where, at))
            if isinstance(deed, Call):
                self._wrong((*where, at), "nobody calls in the middle of a call")
            elif deed is not None:
                yield deed

    def _expectation(self, value: Any, where: Where) -> Expectation | None:
        found = self._word(EXPECTATIONS, value, where)
        if found is None:
            return None
        for field in found.people:
            name = getattr(found, field)
            if name is not None and name not in self._people:
                self._wrong((*where, field), nearest(name, self._people))
        if isinstance(found, EventSeen) and found.event not in EVENTS:
            self._wrong((*where, "event"), nearest(found.event, EVENTS))
        sound = found.sound if isinstance(found, Listener) else None
        if isinstance(sound, str) and sound not in self._people:
            self._wrong(where, nearest(sound, self._people))
        return found

    # --- words ---

    def _as_mapping(self, value: Any, where: Where) -> dict[str, Any] | None:
        if isinstance(value, str):
            return {str(value): None}
        if not isinstance(value, dict) or not value:
            self._wrong(where, "a word, or {word: value}, is wanted")
            return None
        return value

    def _word(self, kinds: Any, value: Any, where: Where, also: Any = ()) -> Any:
        """The model whose word leads the mapping."""
        value = self._as_mapping(value, where)
        if not value:
            return None
        first = next(iter(value))
        kind = next((kind for kind in kinds if kind.word == first), None)
        if kind is None:
            self._wrong((*where, first), nearest(first, [*(k.word for k in kinds), *also]))
            return None
        return self._model(kind, value, where)

    def _model(self, kind: type[W], value: Any, where: Where) -> W | None:
        if not isinstance(value, dict):
            self._wrong(where, f"a mapping is wanted: {', '.join(kind.fields())}")
            return None
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            for one in _errors(error):
                self._wrong((*where, *one["loc"]), _sentence(one, kind))
            return None


def _errors(error: ValidationError) -> list[Any]:
    """Without pydantic's own signs in the places, and without the other half of "name or sound"."""
    found = [dict(one) for one in error.errors(include_url=False)]
    for one in found:
        one["sign"] = next((sign for sign in one["loc"] if str(sign).endswith(_SIGNS)), None)
        one["loc"] = tuple(step for step in one["loc"] if step not in (one["sign"], "[key]"))
    sounds = {one["loc"][0] for one in found if one["sign"] not in (None, _NAME)}
    return [
        one
        for one in found
        if one["sign"] is None
        or isinstance(one["input"], dict) is (one["sign"] != _NAME)
        or one["loc"][0] not in sounds
    ]


def _sentence(error: Any, kind: type[Word]) -> str:
    """What pydantic found, for somebody who does not know it."""
    field = ".".join(str(step) for step in error["loc"])
    if error["type"] == "extra_forbidden":
        last = str(error["loc"][-1])
        if len(error["loc"]) == 1:
            return nearest(last, kind.fields())
        return f"'{last}' is not known here"
    if error["type"] == "missing":
        return f"'{field}' is missing"
    text = error["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    given = error["input"]
    shown = f", not {str(given)[:60]!r}" if isinstance(given, str | int | float) else ""
    return f"{field}: {text}{shown}" if field else f"{text}"
