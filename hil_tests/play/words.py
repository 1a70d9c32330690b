"""What a script may be made of: the base of all its models, and their fields' types."""

import difflib
import re
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

LONGEST_S = 3600.0
Seconds = Annotated[float, Field(ge=0, le=LONGEST_S)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9*#]{1,32}$")]
Keys = Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]{1,32}$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]


class Word(BaseModel):
    """Something that may be said in a script; its docstring and example are its documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    word: ClassVar[str] = ""
    """What it begins with in a script."""
    example: ClassVar[str] = ""

    @classmethod
    def fields(cls) -> list[str]:
        """Names of the fields as they are written in a script."""
        return [info.alias or name for name, info in cls.model_fields.items()]


def nearest(unknown: str, known: Iterable[str]) -> str:
    """Return what to tell about a word that is none."""
    known = list(known)
    close = difflib.get_close_matches(unknown.lower(), [k.lower() for k in known], 1, 0.5)
    if close:
        meant = next(k for k in known if k.lower() == close[0])
        return f"'{unknown}' is not known; did you mean '{meant}'?"
    return f"'{unknown}' is not known; there are: {', '.join(known)}"


class Span:
    """A number, or a stretch of numbers: 3, "2 to 5", "at least 2", "at most 5"."""

    _FORMS = (
        (re.compile(r"(\d+(?:\.\d+)?) to (\d+(?:\.\d+)?)"), lambda m: (m[1], m[2])),
        (re.compile(r"at least (\d+(?:\.\d+)?)"), lambda m: (m[1], "inf")),
        (re.compile(r"at most (\d+(?:\.\d+)?)"), lambda m: ("0", m[1])),
        (re.compile(r"(\d+(?:\.\d+)?)"), lambda m: (m[1], m[1])),
    )

    def __init__(self, text: str) -> None:
        """ValueError for what is none."""
        self.text = text
        for form, bounds in self._FORMS:
            found = form.fullmatch(text.strip())
            if found:
                self.low, self.high = map(float, bounds(found))
                return
        raise ValueError('a number, "2 to 5", "at least 2" or "at most 5" is wanted')

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return self.text


def _span(value: Any) -> Span:
    if not isinstance(value, str):
        raise ValueError('a number, "2 to 5", "at least 2" or "at most 5" is wanted')
    return Span(value)


Range = Annotated[Span, BeforeValidator(_span)]


def told(word: Word) -> str:
    """As it stands in the script, without what was left out there."""
    given = word.model_dump(by_alias=True, exclude_unset=True, mode="json", fallback=str)
    given = {**({word.word: given[word.word]} if word.word in given else {}), **given}
    if "within" in given:
        given["within"] = f"{given.pop('within'):g} s"
    parts = [f"{key} {_shown(value)}".rstrip() for key, value in given.items()]
    return ", ".join(parts) or word.word


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(f"{key} {_shown(one)}" for key, one in value.items() if one is not None)
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
