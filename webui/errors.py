"""Refusals and HTTP errors in words."""

from flask import Flask, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from firmware.contract.views import Problem
from webui.daemon import Forbidden, NotFound, NotLoggedIn, Refused, Unavailable
from webui.translate import _, _l
from webui.words import PROBLEMS, REFUSALS

PAGES = {
    400: _l("The page was too old or the request incomplete. Open the page again and repeat."),
    401: _l("You are no longer logged in. Log in and repeat."),
    403: _l("Your role does not permit this."),
    404: _l("There is no such page or it has been removed."),
    405: _l("This address cannot be used that way."),
    409: _l("Somebody else changed this first, or the state is another now."),
    413: _l("What you sent is too large."),
    422: _l("What you sent cannot be used."),
    429: _l("Too many requests. Wait a moment."),
    500: _l("Something went wrong in the web pages. Calls are not affected."),
    503: _l("The call control does not answer. It is restarting or stopped; try again shortly."),
}


def init_app(app: Flask) -> None:
    """Every error gets a page in the person's language, never a traceback."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotLoggedIn, _not_logged_in)
    app.register_error_handler(Forbidden, lambda _error: page(403))
    app.register_error_handler(NotFound, lambda _error: page(404))
    app.register_error_handler(Refused, lambda error: page(422, refusal(error)))
    app.register_error_handler(Unavailable, lambda _error: page(503))


def page(status: int, text: str = "") -> ResponseReturnValue:
    """The error page of `status`; scripts get the bare status."""
    g.setdefault("session", None)
    if request.headers.get("Accept") == "application/json":
        return {"status": status, "text": text or str(PAGES.get(status, ""))}, status
    words = text or PAGES.get(status) or PAGES[500]
    return render_template("error.html", status=status, text=words), status


def refusal(error: Refused) -> str:
    """Why the daemon said no, in the person's language; unknown codes in English."""
    params = error.problems[0].params if error.problems else {}
    if error.code not in REFUSALS:
        return error.text
    try:
        return str(REFUSALS[error.code]) % params
    except (KeyError, ValueError, TypeError):
        return error.text


def problem_text(problem: Problem) -> str:
    """What is wrong at one place, in the person's language."""
    if problem.code not in PROBLEMS:
        return problem.text
    try:
        return str(PROBLEMS[problem.code]) % problem.params
    except (KeyError, ValueError, TypeError):
        return problem.text


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 400 and error.description == "form_token":
        return page(400, _("This form is out of date. Open the page again and repeat."))
    return page(error.code)


def _not_logged_in(_error: NotLoggedIn) -> ResponseReturnValue:
    if request.method == "GET" and request.headers.get("Accept") != "application/json":
        return redirect(url_for("auth.log_in", next=request.full_path.rstrip("?")))
    return page(401)
