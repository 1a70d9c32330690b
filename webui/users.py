"""Log-ins: create, give a new password, remove."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firmware.contract.commands import Command, RemoveUser, SetUserPassword
from firmware.contract.model import Role
from webui.auth import MIN_PASSWORD, ROLES, needs
from webui.daemon import Refused, daemon
from webui.errors import refusal
from webui.translate import _

bp = Blueprint("users", __name__, url_prefix="/users")


@bp.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Every log-in, and the form for a new one."""
    return _page()


@bp.post("/")
@needs(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    """Create a log-in or give it a new password."""
    user, password = request.form.get("user", "").strip(), request.form.get("password", "")
    role = request.form.get("role", "")
    if not user or role not in ROLES:
        return _page(_("Name and role must be given.")), 422
    if len(password) < MIN_PASSWORD:
        return _page(_("The new password needs at least %(n)s characters.", n=MIN_PASSWORD)), 422
    command = SetUserPassword(user, Role(role), password)
    return _carry_out(command, _("%(user)s can log in with the new password.", user=user))


@bp.post("/<user>/remove")
@needs(Role.ADMINISTRATOR)
def remove(user: str) -> ResponseReturnValue:
    """Delete a log-in; its sessions end."""
    return _carry_out(RemoveUser(user), _("%(user)s cannot log in any more.", user=user))


def _carry_out(command: Command, done: str) -> ResponseReturnValue:
    try:
        daemon().command(command)
    except Refused as error:
        return _page(refusal(error)), 422
    flash(done)
    return redirect(url_for(".index"), 303)


def _page(problem: str = "") -> str:
    return render_template(
        "users/index.html",
        users=daemon().users(),
        roles=ROLES,
        problem_words=problem,
        typed=request.form,
    )
