"""The live page: lines and channels, queues, agents, waiting callers."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from firmware.contract.model import AgentState, Role
from webui.auth import needs
from webui.daemon import daemon
from webui.desk import labels
from webui.script_words import MONITOR, page_words

bp = Blueprint("monitor", __name__)
FORCIBLE = (AgentState.READY, AgentState.NOT_READY, AgentState.NULL)


@bp.get("/monitor")
@needs(Role.SUPERVISOR)
def show() -> ResponseReturnValue:
    """The page; its content comes over the live connection."""
    return render_template(
        "monitor/show.html",
        script_words=page_words(MONITOR),
        facts={"pauseReasons": labels(daemon().desk().pause_reasons)},
        states=FORCIBLE,
    )
