"""A script's text as plain data with line numbers.  The text is hostile until it is read.

YAML without its traps: no anchors and aliases, no tags, no name twice in one mapping.  What is
written without quotation marks stays a word (`Plain`), so 22:30 is no number, 01088886666 keeps its
nought and "no" is a word.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LONGEST, DEEPEST, MOST_VALUES = 256_000, 16, 20_000
Where = tuple[str | int, ...]


class ScriptError(Exception):
    """What is wrong with a script: sentences, each with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Plain(str):
    """A word without quotation marks: a text, or a number where one is wanted."""


@dataclass(frozen=True)
class Source:
    """The data of a script, and where each part of it stands."""

    name: str
    value: Any
    lines: dict[Where, int] = field(repr=False)

    def line(self, where: Where) -> int:
        """The line of a part, or of what it is in."""
        while where not in self.lines and where:
            where = where[:-1]
        return self.lines.get(where, 1)

    def place(self, where: Where) -> str:
        """As it is put before a sentence."""
        return f"{self.name}, line {self.line(where)}"


def read(path: Path) -> Source:
    """Raises ScriptError, with the name of the file and the line."""
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
    except OSError as error:
        raise ScriptError([f"{path}: {error.strerror}"]) from None
    if len(data) > LONGEST:
        raise ScriptError([f"{path.name}: longer than {LONGEST // 1000} kB"])
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScriptError([f"{path.name}, line {line}: no UTF-8"]) from None
    return parse(text, path.name)


def parse(text: str, name: str) -> Source:
    """Raises ScriptError."""
    try:
        reader = _Reader(name, yaml.parse(text, Loader=yaml.SafeLoader))
        return Source(name, reader.document(), reader.lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ScriptError([f"{name}, line {line}: {error.problem or error.context}"]) from None
    except yaml.YAMLError as error:  # a character that no YAML has
        raise ScriptError([f"{name}: {' '.join(str(error).split())}"]) from None


def typed(value: Any) -> Any:
    """Words without quotation marks as JSON has them: numbers, true, false; else texts."""
    if isinstance(value, dict):
        return {str(key): typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [typed(one) for one in value]
    if not isinstance(value, Plain):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return str(value)
    whole = isinstance(found, bool | int) or (isinstance(found, float) and math.isfinite(found))
    return found if whole else str(value)


class _Reader:
    """Builds the data from YAML's events; nothing is ever built twice or by a tag."""

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self._name, self._events = name, events
        self.lines: dict[Where, int] = {}
        self._values = 0

    def document(self) -> Any:
        """The only one."""
        found: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document")
                found = self._value(next(self._events), (), 0)
        return found

    def _value(self, event: Any, where: Where, depth: int) -> Any:
        self._values += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, "anchors and aliases (& and *) are not allowed; quote such a text")
        if event.tag is not None:
            self._refuse(event, f"tags are not allowed: {event.tag}")
        if depth > DEEPEST or self._values > MOST_VALUES:
            self._refuse(event, "too much in one script")
        self.lines.setdefault(where, event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(where, depth)
        return self._mapping(where, depth)

    def _sequence(self, where: Where, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*where, len(found)), depth + 1))
        return found

    def _mapping(self, where: Where, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, found)
            self.lines[(*where, key)] = event.start_mark.line + 1
            found[key] = self._value(next(self._events), (*where, key), depth + 1)
        return found

    def _key(self, event: Any, found: dict[str, Any]) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
            self._refuse(event, "a plain word is wanted before the colon")
        if event.value in found:
            self._refuse(event, f"'{event.value}' is there twice")
        return str(event.value)

    def _refuse(self, event: Any, text: str) -> None:
        raise ScriptError([f"{self._name}, line {event.start_mark.line + 1}: {text}"])


def _scalar(event: Any) -> str | None:
    if event.style is not None:
        return str(event.value)
    return None if event.value in ("", "~", "null") else Plain(event.value)
