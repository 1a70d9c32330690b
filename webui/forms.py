"""Forms from the configuration models: type and bounds make the field, the docstring its help."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from pydantic import BaseModel

from firmware.contract.model import Language
from webui import codecs, docstrings
from webui.codecs import Form
from webui.language import NAMES
from webui.sections import CHOICES, ELSEWHERE, LABELS, REFERENCES, WEEKDAYS
from webui.translate import _

References = Mapping[str, Mapping[str, str]]
"""Section -> id -> name: what a field may refer to."""


@dataclass(frozen=True)
class Field:
    """One field of a form, with what stands in it."""

    name: str
    kind: str  # text, number, check, choice, choices, lines, parts
    label: str
    help: str = ""
    value: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    bounds: Mapping[str, Any] = field(default_factory=dict)
    """HTML attributes: min, max, step, maxlength, required."""
    problems: tuple[str, ...] = ()
    other: str = ""
    """What somebody else has saved here meanwhile."""


@dataclass(frozen=True)
class _Kind:
    """How values of a JSON schema become a field."""

    name: str
    show: Callable[[Any], Any]
    read: Callable[[Form, str], Any]


def _parts(words: Mapping[str, str], show: Callable[[Any], str]) -> Callable[[Any], Any]:
    """Several inputs under one label: (key, word, text)."""
    return lambda value: [(key, str(word), show(value.get(key))) for key, word in words.items()]


def _read_parts(words: Mapping[str, str], read: Callable[[str], Any]) -> Callable[..., Any]:
    def collect(form: Form, name: str) -> dict[str, Any]:
        typed = {key: form.get(f"{name}.{key}", "").strip() for key in words}
        return {key: read(text) for key, text in typed.items() if text}

    return collect


_LANGUAGES = {language.value: NAMES[language] for language in Language}
_TEXT = _Kind("text", lambda v: v, lambda form, name: form.get(name, "").strip())
_NUMBER = _Kind("number", codecs.show_number, lambda form, name: codecs.number(form.get(name, "")))
_CHECK = _Kind("check", bool, lambda form, name: name in form)
_CHOICE = _Kind("choice", lambda v: v, lambda form, name: form.get(name, ""))
_CHOICES = _Kind("choices", list, lambda form, name: form.getlist(name))
_LINES = _Kind("lines", codecs.show_lines, lambda form, name: codecs.read_lines(form.get(name, "")))

_SPECIAL = {
    "Trunk.channels": _Kind(
        "text", codecs.show_ranges, lambda form, name: codecs.read_ranges(form.get(name, ""))
    ),
    "Calendar.week": _Kind(
        "parts",
        _parts(WEEKDAYS, lambda hours: codecs.show_hours(hours or [])),
        _read_parts(WEEKDAYS, codecs.read_hours),
    ),
    "Labelled.label": _Kind(
        "parts", _parts(_LANGUAGES, lambda word: word or ""), _read_parts(_LANGUAGES, str)
    ),
    "HangUp.tones": _Kind(
        "lines", codecs.show_tones, lambda form, name: codecs.read_tones(form.get(name, ""))
    ),
    "CallQueue.skills": _Kind(
        "lines",
        codecs.show_skills,
        lambda form, name: codecs.read_skills(form.get(name, ""), weighted=True),
    ),
    "Agent.skills": _Kind(
        "lines",
        codecs.show_skills,
        lambda form, name: codecs.read_skills(form.get(name, ""), weighted=False),
    ),
}
_BY_TYPE = {"boolean": _CHECK, "integer": _NUMBER, "number": _NUMBER, "array": _LINES}


def fields(
    model: type[BaseModel], values: Mapping[str, Any], references: References, only: str = ""
) -> list[Field]:
    """The form of `model` with `values` in it; `only` one field of it.

    Fields of a part inside are named "<part>.<field>".
    """
    form: list[Field] = []
    for name, schema in _edited(model, only).items():
        if inner := _inner(model, name):
            inside = fields(inner, values.get(name) or {}, references)
            form += [replace(one, name=f"{name}.{one.name}") for one in inside]
        else:
            form.append(_field(model, name, schema, values, references))
    return form


def read(model: type[BaseModel], form: Form, only: str = "") -> dict[str, Any]:
    """What was typed, as JSON for the daemon."""
    return {
        name: read(inner, codecs.below(form, name))
        if (inner := _inner(model, name))
        else _kind(model, name, schema).read(form, name)
        for name, schema in _edited(model, only).items()
    }


def shown(model: type[BaseModel], name: str, value: Any) -> str:
    """A value as one line of text, for lists and comparisons."""
    part, dot, rest = name.partition(".")
    if dot and (inner := _inner(model, part)):
        return shown(inner, rest, value)
    kind = _kind(model, name, _properties(model)[name])
    text = kind.show(value)
    if kind.name == "parts":
        return ", ".join(f"{word} {part}" for _key, word, part in text if part)
    if kind.name == "check":
        return _("yes") if text else _("no")
    if isinstance(text, list):
        return ", ".join(text)
    return str(CHOICES.get(str(text), text)).replace("\n", ", ")


def with_others(form: list[Field], model: type[BaseModel], saved: Mapping[str, Any]) -> list[Field]:
    """Each field that somebody else saved differently says so."""
    theirs = {name: field.value for name, field in _by_name(fields(model, saved, {})).items()}
    return [
        replace(one, other=shown(model, one.name, _at(saved, one.name)) or _("nothing"))
        if _at(saved, one.name) is not None and theirs[one.name] != one.value
        else one
        for one in form
    ]


def _at(saved: Mapping[str, Any], name: str) -> Any:
    """The saved value of a field, None without one."""
    value: Any = saved
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _edited(model: type[BaseModel], only: str) -> dict[str, dict[str, Any]]:
    """The fields of a form: neither fixed nor edited on pages of their own."""
    return {
        name: schema
        for name, schema in _properties(model).items()
        if only in ("", name)
        and "const" not in schema
        and f"{model.__name__}.{name}" not in ELSEWHERE
    }


def _inner(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of a field that is a part of its own."""
    kind = model.model_fields[name].annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _by_name(form: list[Field]) -> dict[str, Field]:
    return {one.name: one for one in form}


def _field(
    model: type[BaseModel],
    name: str,
    schema: Mapping[str, Any],
    values: Mapping[str, Any],
    references: References,
) -> Field:
    key = f"{model.__name__}.{name}"
    kind = _kind(model, name, schema)
    text = docstrings.of(model).get(name, "")
    value = values.get(name, schema.get("default"))
    empty: Any = {"parts": {}, "lines": [], "choices": []}.get(kind.name, "")
    if key.endswith(".skills"):
        empty = {}
    return Field(
        name,
        kind.name,
        str(LABELS[key]),
        _(text) if text else "",
        kind.show(empty if value is None else value),
        _choices(key, schema, references),
        _bounds(schema, required=name in _required(model)),
    )


def _kind(model: type[BaseModel], name: str, schema: Mapping[str, Any]) -> _Kind:
    key = f"{model.__name__}.{name}"
    if key in _SPECIAL:
        return _SPECIAL[key]
    if key in REFERENCES:
        return _CHOICES if schema.get("type") == "array" else _CHOICE
    return _CHOICE if "enum" in schema else _BY_TYPE.get(schema.get("type", ""), _TEXT)


def _choices(
    key: str, schema: Mapping[str, Any], references: References
) -> tuple[tuple[str, str], ...]:
    if key in REFERENCES:
        return tuple(references.get(REFERENCES[key], {}).items())
    return tuple((value, str(CHOICES.get(value, value))) for value in schema.get("enum", ()))


_ATTRIBUTES = {"minimum": "min", "maximum": "max", "maxLength": "maxlength"}


def _bounds(schema: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
    bounds = {html: schema[name] for name, html in _ATTRIBUTES.items() if name in schema}
    if schema.get("type") == "number":
        bounds["step"] = "any"
    if required or schema.get("minLength"):
        bounds["required"] = True
    return bounds


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _required(model: type[BaseModel]) -> list[str]:
    names: list[str] = _schema(model).get("required", [])
    return names


@cache
def _properties(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Field name -> JSON schema, with references to definitions followed."""
    schema = _schema(model)
    definitions = schema.get("$defs", {})

    def resolve(part: dict[str, Any]) -> dict[str, Any]:
        name = part.get("$ref", "").rpartition("/")[2]
        return definitions[name] | part if name else part

    return {name: resolve(part) for name, part in schema["properties"].items()}
