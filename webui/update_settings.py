"""The form of the update settings; secrets are written, never shown."""

import math
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import TypeAdapter, ValidationError

from firmware.contract.model import Role
from firmware.contract.update import ChangeUpdateSettings, UpdateSettings
from firmware.contract.views import Problem
from webui import update_words
from webui.auth import needs
from webui.codecs import number, show_number
from webui.daemon import Refused, Unavailable
from webui.errors import problem_text, refusal
from webui.ota import ota
from webui.translate import _

bp = Blueprint("update_settings", __name__, url_prefix="/update/settings")

_SETTINGS = TypeAdapter(UpdateSettings)
_MINUTES = ("longest_drain_s", "poll_s")  # typed in minutes, kept in seconds
_SECRETS = ("server_token", "client_key")
_MINUTE_S = 60


@bp.get("/")
@needs(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """The settings in force."""
    try:
        settings = ota().settings()
    except Unavailable:
        return render_template("update/settings.html", values=None)
    values = {name: getattr(settings, name) for name in update_words.SETTINGS}
    for name in _MINUTES:
        values[name] = show_number(values[name] / _MINUTE_S)
    return _page(values | dict.fromkeys(_SECRETS, ""))


@bp.post("/")
@needs(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    """Change them; what is wrong is said at its field, and what was typed stays."""
    typed: dict[str, Any] = {
        name: request.form.get(name, "").strip() for name in update_words.SETTINGS
    }
    typed["confirm"] = "confirm" in request.form
    shown = typed | dict.fromkeys(_SECRETS, "")
    try:
        settings = _SETTINGS.validate_python(_kept(typed))
    except ValidationError as error:
        return _page(shown, _problems(error)), 422
    try:
        ota().command(ChangeUpdateSettings(settings))
    except Refused as error:
        problems = error.problems or [Problem("", error.code, refusal(error))]
        return _page(shown, problems), 422
    except Unavailable:
        return _page(shown, [Problem("", "away", _("Updates are not possible now."))]), 503
    flash(_("Saved."))
    return redirect(url_for("update.index"), 303)


def _kept(typed: dict[str, Any]) -> dict[str, Any]:
    """As callbox-ota keeps it."""
    seconds = {name: _seconds(typed[name]) for name in _MINUTES}
    return {**typed, **seconds}


def _seconds(minutes: str) -> Any:
    """Whole seconds; what is no number stays as it is, to be refused."""
    value = number(minutes)
    whole = isinstance(value, int | float) and math.isfinite(value)
    return round(value * _MINUTE_S) if whole else minutes


def _problems(error: ValidationError) -> list[Problem]:
    return [
        Problem(
            ".".join(map(str, one["loc"])),
            one["type"],
            one["msg"],
            {k: v for k, v in one.get("ctx", {}).items() if isinstance(v, str | int | float)},
        )
        for one in error.errors(include_url=False, include_input=False)
    ]


def _page(values: dict[str, Any], problems: list[Problem] | None = None) -> str:
    """The form with each problem at its field, the others above."""
    at_fields: dict[str, list[str]] = {}
    others: list[str] = []
    for problem in problems or []:
        name = problem.path.removeprefix("settings.").partition(".")[0]
        words = problem_text(_in_minutes(name, problem))
        at_fields.setdefault(name, []).append(words) if name in values else others.append(words)
    return render_template(
        "update/settings.html",
        values=values,
        problems=at_fields,
        others=others,
        labels=update_words.SETTINGS,
        restarts=update_words.RESTARTS,
        tokens=update_words.TOKENS,
        own_name=_own_name(),
    )


def _own_name() -> str:
    try:
        return ota().update().own_name
    except Unavailable:
        return ""


def _in_minutes(name: str, problem: Problem) -> Problem:
    """Bounds in the unit of the field."""
    if name not in _MINUTES:
        return problem
    params = {
        key: show_number(value / _MINUTE_S) if isinstance(value, int | float) else value
        for key, value in problem.params.items()
    }
    return replace(problem, params=params)
