"""The agent's desk: one page; everything on it lives over the daemon's connection."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from firmware.contract.model import Role
from firmware.contract.views import Choice, DeskView
from webui.auth import needs
from webui.daemon import daemon
from webui.language import selected
from webui.records import figures
from webui.script_words import DESK, page_words
from webui.translate import timezone

bp = Blueprint("desk", __name__)


@bp.get("/desk")
@needs(Role.AGENT)
def show() -> ResponseReturnValue:
    """The desk of whoever is logged in."""
    offered = offered_now()
    if g.session.user not in {one.id for one in offered.colleagues}:
        return render_template("desk/none.html")
    return render_template(
        "desk/show.html",
        script_words=page_words(DESK),
        pause_reasons=labels(offered.pause_reasons),
        facts=_facts(offered),
    )


@bp.get("/desk/figures")
@needs(Role.AGENT)
def own_figures() -> ResponseReturnValue:
    """The agent's own figures since midnight; htmx puts them into the desk."""
    offered_now()
    day = figures(g.session.user, timezone())
    return render_template("desk/figures.html", figures=day)


def offered_now() -> DeskView:
    """What there is to choose from; from here on this request is in the site's time zone."""
    offered = daemon().desk()
    g.timezone = offered.timezone
    return offered


def labels(choices: Iterable[Choice]) -> dict[str, str]:
    """Id -> word in the language of this page."""
    return {choice.id: label(choice.label, choice.id) for choice in choices}


def label(spoken: dict[str, str], fallback: str) -> str:
    """The word in this page's language, else in any, else the fallback."""
    return spoken.get(selected()) or next((word for word in spoken.values() if word), fallback)


def _facts(offered: DeskView) -> dict[str, Any]:
    """What the script needs to know besides the live views."""
    return {
        "user": g.session.user,
        "colleagues": labels(offered.colleagues),
        "pauseReasons": labels(offered.pause_reasons),
        "dispositions": [
            {"id": key, "label": word} for key, word in labels(offered.dispositions).items()
        ],
        "queues": {queue.queue: queue.name for queue in offered.queues},
        "dispositionsOf": {queue.queue: queue.dispositions for queue in offered.queues},
    }
