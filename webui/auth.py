"""Log-in, log-out, own password, and `needs(role)` for views.

The cookie holds the daemon's token and nothing else; callboxd checks every command again.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Flask, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.contract.commands import ChangePassword, LogOut
from firmware.contract.model import Role
from webui.daemon import DaemonError, NotLoggedIn, Refused, daemon
from webui.errors import refusal
from webui.translate import _

P = ParamSpec("P")
COOKIE = "callbox_token"
ROLES = (Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR)  # each has the rights of those before
MIN_PASSWORD = 10

bp = Blueprint("auth", __name__)


def init_app(app: Flask) -> None:
    """Know who asks before any view runs."""
    app.before_request(_identify)
    app.jinja_env.globals["may"] = may


def _identify() -> None:
    g.token = request.cookies.get(COOKIE, "")
    g.session = None
    if g.token and request.endpoint not in (None, "static", "auth.health"):
        try:
            g.session = daemon().session()
        except NotLoggedIn:
            return


def may(role: str) -> bool:
    """Whether this person has at least `role`."""
    return g.session is not None and ROLES.index(g.session.role) >= ROLES.index(Role(role))


def needs(
    role: Role,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let a view run for `role` and above; others get the log-in page or 403."""

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if g.session is None:
                # A form or a script cannot be sent to the log-in page and lose what it holds.
                if request.method != "GET" or request.headers.get("Accept") == "application/json":
                    abort(401)
                return redirect(url_for("auth.log_in", next=request.full_path.rstrip("?")))
            if not may(role):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


@bp.get("/")
def start() -> ResponseReturnValue:
    """Everybody's first page: agents sit at the desk, others look at the live page."""
    if g.session is None:
        return redirect(url_for("auth.log_in"))
    page = "desk.show" if g.session.role is Role.AGENT else "monitor.show"
    return redirect(url_for(page))


@bp.get("/session")
def alive() -> ResponseReturnValue:
    """204 while logged in, else 401; a desktop asks when its live connection is refused."""
    return ("", 204) if g.session is not None else ("", 401)


@bp.route("/login", methods=["GET", "POST"])
def log_in() -> ResponseReturnValue:
    """Ask for name and password; keep the token in the cookie."""
    if request.method == "GET":
        return render_template("auth/login.html")
    user = request.form.get("user", "").strip()
    try:
        session = daemon().log_in(user, request.form.get("password", ""), request.remote_addr or "")
    except Refused as error:
        return render_template("auth/login.html", user=user, problem_words=refusal(error)), 401
    response = redirect(_next(), 303)
    response.set_cookie(COOKIE, session.token, secure=True, httponly=True, samesite="Strict")
    return response


def _next() -> str:
    path = request.args.get("next", "")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


@bp.post("/logout")
def log_out() -> ResponseReturnValue:
    """End the session here and in the daemon."""
    if g.session is not None:
        try:
            daemon().command(LogOut())
        except DaemonError:
            flash(_("The box could not be told. The session ends there by itself."), "warning")
    response = redirect(url_for("auth.log_in"), 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    return response


@bp.route("/account", methods=["GET", "POST"])
@needs(Role.AGENT)
def account() -> ResponseReturnValue:
    """Own password and language."""
    if request.method == "GET":
        return render_template("auth/account.html")
    problem = _change_password()
    if problem:
        return render_template("auth/account.html", problem_words=problem), 422
    flash(_("The password was changed."))
    return redirect(url_for(".account"), 303)


def _change_password() -> str:
    """What is wrong, in words, or "" after the change."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if len(new) < MIN_PASSWORD:
        return _("The new password needs at least %(n)s characters.", n=MIN_PASSWORD)
    if new != request.form.get("again", ""):
        return _("The two new passwords differ.")
    try:
        daemon().command(ChangePassword(old, new))
    except Refused as error:
        return refusal(error)
    return ""
