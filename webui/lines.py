"""Analogue lines: voltage, faults and what to do, the line test, learning how a call ends."""

from dataclasses import asdict

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from firmware.contract.model import Role
from webui.auth import needs
from webui.daemon import daemon
from webui.script_words import LINES, line_words

bp = Blueprint("lines", __name__, url_prefix="/lines")


@bp.get("/")
@needs(Role.SUPERVISOR)
def index() -> ResponseReturnValue:
    """The page; its content comes over the live connection."""
    return render_template("lines/index.html", script_words=line_words(LINES), facts={})


@bp.get("/<trunk>/<int:line>/job")
@needs(Role.SUPERVISOR)
def job(trunk: str, line: int) -> ResponseReturnValue:
    """The latest test or learning of a line, as JSON for the page's script."""
    return jsonify(asdict(daemon().line_job(trunk, line)))
