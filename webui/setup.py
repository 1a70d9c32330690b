"""The set-up of a new box: the label's password, the company, its people; once."""

from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from firmware.contract.commands import FinishSetup
from firmware.contract.model import Language
from firmware.contract.setup_views import SetupDone, SetupView
from webui import auth
from webui.daemon import DaemonError, NotLoggedIn, Refused, Unavailable, daemon
from webui.errors import page, refusal
from webui.language import NAMES
from webui.sections import CHOICES
from webui.setup_form import HOME, MOST_AGENTS, Typed, command_of, offered, present, tell, typed_in
from webui.translate import _, _l
from webui.words import plain

COOKIE = "callbox_setup"
"""Holds the key that stands for the label's password."""
_OPEN = ("static", "language.switch", "auth.alive")

_UI = {
    "differ": _l("The two passwords differ."),
    "copied": _l("Copied"),
    "not_copied": _l("Not copied: mark the table and copy it by hand"),
}

bp = Blueprint("setup", __name__, url_prefix="/setup")


def init_app(app: Flask) -> None:
    """Until the box is set up every page leads here."""
    app.before_request(_lead_here)


def _lead_here() -> ResponseReturnValue | None:
    if g.session is not None or current_app.extensions.get("set_up"):
        return None
    if request.blueprint == "setup" or request.endpoint in (None, *_OPEN):
        return None
    try:
        pending = daemon().setup().pending
    except DaemonError:
        return None  # the page asked for says it
    if not pending:
        current_app.extensions["set_up"] = True  # a box is set up once
        return None
    return redirect(url_for("setup.show")) if request.method == "GET" else page(409)


@bp.get("/")
def show() -> ResponseReturnValue:
    """The first step, or the second for whoever has the key."""
    setup = daemon().setup()
    if not setup.pending:
        return redirect(url_for("auth.log_in"))
    if COOKIE not in request.cookies:
        return render_template("setup/label.html")
    return _form(setup, Typed(offered(), {line.place: "" for line in present(setup)}))


@bp.post("/label")
def label() -> ResponseReturnValue:
    """Check the label's password; the key goes into a cookie."""
    typed = request.form.get("label_password", "").strip()
    try:
        key = daemon().open_setup(typed, request.remote_addr or "")
    except NotLoggedIn:
        return _label(_("This is not the password on the label."))
    except Refused as error:
        return _label(refusal(error))
    response = redirect(url_for(".show"), 303)
    response.set_cookie(
        COOKIE, key, secure=True, httponly=True, samesite="Strict", path="/setup", max_age=3600
    )
    return response


@bp.post("/")
def finish() -> ResponseReturnValue:
    """Set the box up; what is wrong is said at its field, and what was typed stays."""
    setup = daemon().setup()
    if not setup.pending:
        return render_template("setup/already.html"), 409
    typed = typed_in(setup, request.form)
    command = command_of(
        typed, request.form, request.cookies.get(COOKIE, "-"), request.remote_addr or ""
    )
    if typed.problems:
        return _form(setup, typed), 422
    try:
        done = daemon().finish_setup(command)
    except NotLoggedIn:  # the key is too old, or callboxd was restarted
        return _without_key(_label(_("Too much time has passed. Type the label’s password again.")))
    except Refused as error:
        tell(typed, error)
        return _form(setup, typed), 422
    return _done(done, command)


def _label(problem: str) -> Response:
    return make_response(render_template("setup/label.html", problem_words=problem), 401)


def _without_key(response: Response) -> Response:
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict", path="/setup")
    return response


def _done(done: SetupDone, command: FinishSetup) -> Response:
    """The agents' log-ins, this once; the administrator is logged in at once."""
    try:
        session = daemon().log_in(done.administrator, command.password, request.remote_addr or "")
    except (Refused, Unavailable):  # he can do it himself
        session = None
    g.session = session
    page_of = {"done": done, "company": command.company, "script_words": _script_words()}
    response = make_response(render_template("setup/done.html", **page_of, facts={}))
    if session is not None:
        response.set_cookie(
            auth.COOKIE, session.token, secure=True, httponly=True, samesite="Strict"
        )
    return _without_key(response)


def _form(setup: SetupView, typed: Typed) -> str:
    countries = sorted((str(CHOICES.get(code, code)), code) for code in setup.countries)
    facts: dict[str, Any] = {"home": HOME}
    return render_template(
        "setup/form.html",
        setup=setup,
        lines=present(setup),
        typed=typed,
        countries=countries,
        languages={language.value: NAMES[language] for language in Language},
        minimum=auth.MIN_PASSWORD,
        most=MOST_AGENTS,
        facts=facts,
        script_words=_script_words(),
    )


def _script_words() -> dict[str, dict[str, str]]:
    return {"ui": plain(_UI)}
