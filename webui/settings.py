"""Every configuration page: one form, one POST.  The daemon decides; we show."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.contract.model import Role
from firmware.contract.views import ConfigView, Problem
from webui import forms
from webui.auth import needs
from webui.daemon import Conflict, Rejected, daemon
from webui.desk import label
from webui.errors import problem_text
from webui.forms import Field
from webui.sections import LABELS, SECTIONS, Section, Shape
from webui.translate import _

NEW = "new"
_IDS = {
    Shape.NAMED: re.compile(r"[A-Za-z0-9_-]{1,40}"),
    Shape.NESTED: re.compile(r"[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}"),
}
_JSON = "document"

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.app_context_processor
def _frame() -> dict[str, Any]:
    """What the frame of all administration pages needs."""
    return {"all_sections": SECTIONS, "labels": LABELS}


@dataclass(frozen=True)
class Place:
    """One part of the configuration that a form changes."""

    section: Section
    name: str  # id, index, "new", or "" for a section of one part
    path: str  # dotted, for ProposeConfig
    value: Any  # as saved; None when it is new

    @property
    def only(self) -> str:
        """The one field of the model that is edited; "" for all."""
        return self.section.key if self.section.shape is Shape.VALUE else ""

    @property
    def values(self) -> dict[str, Any]:
        """Saved values by field name."""
        if self.section.shape is Shape.VALUE:
            return {self.section.key: self.value}
        return dict(self.value or {})


@bp.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """All sections."""
    config = daemon().config()
    keys = ("trunks", "analog_lines", "queues", "agents", "flows", "blacklist")
    counts = [(SECTIONS[key], len(_parts(config.document, SECTIONS[key]))) for key in keys]
    return render_template("settings/index.html", counts=counts, config=config.document)


@bp.get("/<section>")
@needs(Role.ADMINISTRATOR)
def show(section: str) -> ResponseReturnValue:
    """A section's list, or its form when it is one part."""
    found = SECTIONS.get(section) or abort(404)
    if found.shape in (Shape.ONE, Shape.VALUE):
        return edit(section, "")
    parts = _parts(daemon().config().document, found)
    rows = list(enumerate(parts) if found.shape is Shape.LIST else parts.items())
    return render_template("settings/list.html", section=found, rows=rows, shown=_cell)


@bp.get("/<section>/<name>")
@needs(Role.ADMINISTRATOR)
def edit(section: str, name: str) -> ResponseReturnValue:
    """The form of one part."""
    config = daemon().config()
    place = _place(config, section, name)
    return _page(place, config.revision, _fields(place, config))


@bp.post("/<section>/", defaults={"name": ""})
@bp.post("/<section>/<name>")
@needs(Role.ADMINISTRATOR)
def update(section: str, name: str) -> ResponseReturnValue:
    """Propose what was typed at the revision it was typed on; refusals keep what was typed."""
    config = daemon().config()
    place = _place(config, section, name)
    base = request.form.get("revision", config.revision, type=int)
    try:
        value = _typed(place)
        daemon().propose(base, place.path, value)
    except Rejected as error:
        return _page(place, base, _refused(place, config), error.problems), 422
    except Conflict as error:  # someone else saved first: show both, lose neither
        now = daemon().config()
        return _page(place, now.revision, _both(place, now), error.problems, conflict=True), 409
    flash(_("Saved."))
    return redirect(url_for(".show", section=section), 303)


@bp.post("/<section>/<name>/remove")
@needs(Role.ADMINISTRATOR)
def remove(section: str, name: str) -> ResponseReturnValue:
    """Take a part away, unless something else needs it."""
    config = daemon().config()
    place = _place(config, section, name)
    base = request.form.get("revision", config.revision, type=int)
    try:
        daemon().propose(base, place.path, None)
    except Rejected as error:
        return _page(place, base, _fields(place, config), error.problems), 422
    except Conflict as error:
        now = daemon().config()
        return _page(place, now.revision, _fields(place, now), error.problems), 409
    flash(_("Removed."))
    return redirect(url_for(".show", section=section), 303)


def _place(config: ConfigView, section: str, name: str) -> Place:
    """Where a form's part lies; 404 for what is not there."""
    found = SECTIONS.get(section) or abort(404)
    inside = _parts(config.document, found)
    if found.shape in (Shape.ONE, Shape.VALUE):
        return Place(found, "", section, inside) if name == "" else abort(404)
    if found.shape is Shape.LIST:
        at = len(inside) if name == NEW else int(name) if name.isdecimal() else -1
        if not 0 <= at <= len(inside) or (at == len(inside) and name != NEW):
            abort(404)
        return Place(found, name, f"{section}.{at}", None if name == NEW else inside[at])
    if name == NEW:
        return Place(found, name, _path(found, request.form.get("id", "").strip()), None)
    return Place(found, name, _path(found, name), inside.get(name) or abort(404))


def _parts(document: dict[str, Any], section: Section) -> Any:
    """The parts of a section; nested ones by "<outer id>.<inner id>"."""
    if section.shape is not Shape.NESTED:
        return document[section.key]
    top, below = section.inside
    return {
        f"{outer}.{inner}": part
        for outer, holder in document[top].items()
        for inner, part in holder[below].items()
    }


def _path(section: Section, name: str) -> str:
    """Where a named part lies, for ProposeConfig."""
    if section.shape is not Shape.NESTED:
        return f"{section.key}.{name}"
    outer, _dot, inner = name.partition(".")
    top, below = section.inside
    return f"{top}.{outer}.{below}.{inner}"


def _typed(place: Place) -> Any:
    """The proposed value.  Raises Rejected for what cannot be sent at all."""
    if place.section.shape in _IDS and place.name == NEW:
        _check_new_id(place)
    if place.section.as_json:
        return _document(request.form.get(_JSON, ""))
    typed = forms.read(place.section.model, request.form, place.only)
    return typed[place.only] if place.only else {**place.values, **typed}


def _check_new_id(place: Place) -> None:
    new = request.form.get("id", "").strip()
    if not _IDS[place.section.shape].fullmatch(new):
        problem = Problem("id", "string_pattern_mismatch", "is not of the right form")
        raise Rejected("config_rejected", "id", [problem])
    if new in _parts(daemon().config().document, place.section):
        raise Rejected("config_rejected", "id", [Problem("id", "exists", "exists already")])


def _document(text: str) -> Any:
    try:
        document = json.loads(text)
        # NaN and halves of characters are Python's, and nothing that can be sent.
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
        return document
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        where = {"line": line, "column": column}
        problem = Problem(_JSON, "not_json", f"no JSON at line {line}, column {column}", where)
        raise Rejected("config_rejected", "not JSON", [problem]) from error


def _fields(place: Place, config: ConfigView) -> list[Field]:
    """The form as saved."""
    if place.section.as_json:
        text = json.dumps(place.value or {}, ensure_ascii=False, indent=2)
        return [Field(_JSON, "json", _("Document (JSON)"), value=text)]
    return forms.fields(place.section.model, place.values, _references(config), place.only)


def _refused(place: Place, config: ConfigView) -> list[Field]:
    """The form as typed."""
    if place.section.as_json:
        text = request.form.get(_JSON, "")
        return [Field(_JSON, "json", _("Document (JSON)"), value=text)]
    typed = forms.read(place.section.model, request.form, place.only)
    return forms.fields(place.section.model, typed, _references(config), place.only)


def _both(place: Place, now: ConfigView) -> list[Field]:
    """The form as typed, and beside it what somebody else saved."""
    saved = _place(now, place.section.key, place.name)
    if place.section.as_json:
        theirs = json.dumps(saved.value, ensure_ascii=False, indent=2)
        return [replace(one, other=theirs) for one in _refused(place, now)]
    return forms.with_others(_refused(place, now), place.section.model, saved.values)


def _references(config: ConfigView) -> dict[str, dict[str, str]]:
    """What fields may refer to, by name."""
    return {
        section: {key: _name(part, key) for key, part in config.document[section].items()}
        for section in ("calendars", "flows", "queues", "dispositions")
    }


def _name(part: dict[str, Any], key: str) -> str:
    """The name of a part; a name by language where it has one."""
    spoken = part.get("label") or part.get("name") or key
    return label(spoken, key) if isinstance(spoken, dict) else str(spoken)


def _cell(section: Section, part: dict[str, Any], column: str) -> str:
    return forms.shown(section.model, column, part.get(column))


def _page(
    place: Place,
    revision: int,
    form: list[Field],
    problems: list[Problem] | None = None,
    *,
    conflict: bool = False,
) -> str:
    """The form, each problem at its field, the others above with their places."""
    at_fields, others = _sort(place, {one.name for one in form}, problems or [])
    with_problems = [replace(one, problems=tuple(at_fields.get(one.name, ()))) for one in form]
    return render_template(
        "settings/edit.html",
        place=place,
        revision=revision,
        fields=with_problems,
        problems=others,
        id_problems=at_fields.get("id", ()),
        conflict=conflict,
    )


def _sort(
    place: Place, names: set[str], problems: list[Problem]
) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Problems by field, and those of no field as (place, words)."""
    at_fields: dict[str, list[str]] = {}
    others: list[tuple[str, str]] = []
    for problem in problems:
        inside = problem.path.removeprefix(f"{place.path}.")
        fitting = [n for n in names | {"id"} if f"{inside}.".startswith(f"{n}.")]
        name = place.only or max(fitting, key=len, default="")
        rest = inside.removeprefix(name).removeprefix(".")
        if name:
            at_fields.setdefault(name, []).append(
                f"{rest}: {problem_text(problem)}" if rest else problem_text(problem)
            )
        else:
            others.append((inside, problem_text(problem)))
    return at_fields, others
