"""The calls page: what was, with its parts as a time line and its recordings."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from firmware.contract.ids import AgentId, CallId, QueueId, RecordingId
from firmware.contract.model import Direction, Outcome, Role
from firmware.contract.views import DeskView
from firmware.store.read import CallFilter
from webui.auth import needs
from webui.desk import labels, offered_now
from webui.records import find_recording, may_hear, may_see, milliseconds, reader
from webui.timeline import Timeline
from webui.translate import timezone

PAGE = 40
_LAST_PAGE = 10_000

bp = Blueprint("calls", __name__, url_prefix="/calls")


@bp.get("/")
@needs(Role.AGENT)
def index() -> ResponseReturnValue:
    """A page of calls; agents see their own."""
    page = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    offered = offered_now()
    found = reader().calls(_filter(), PAGE, (page - 1) * PAGE)
    return render_template(
        "calls/index.html",
        found=found,
        page=page,
        pages=max(1, -(-found.total // PAGE)),
        typed=request.args,
        query={key: value for key, value in request.args.items() if key != "page"},
        queues=queue_names(offered),
        agents=labels(offered.colleagues),
    )


@bp.get("/<call>")
@needs(Role.AGENT)
def show(call: str) -> ResponseReturnValue:
    """One call."""
    record = reader().call(CallId(call))
    if record is None or not may_see(g.session, record):
        abort(404)
    offered = offered_now()
    names = _Names(queue_names(offered), labels(offered.colleagues), labels(offered.nodes))
    return render_template(
        "calls/show.html",
        call=record,
        recordings=[one for one in record.recordings if may_hear(g.session, one)],
        timeline=Timeline.of(record, names.of),
        path=[names.node(step) for step in record.path],
        disposition=labels(offered.dispositions).get(record.disposition, ""),
        queues=names.queues,
        agents=names.agents,
    )


@bp.get("/recordings/<name>")
@needs(Role.AGENT)
def recording(name: str) -> ResponseReturnValue:
    """The file of a recording: nginx sends it (ranges and all) after this has checked the right."""
    found = find_recording(g.session, RecordingId(name))
    if found is None:
        abort(404)
    response: Response = make_response("")
    response.headers["X-Accel-Redirect"] = f"/protected/recordings/{quote(found.path)}"
    response.headers["Content-Type"] = "audio/wav"
    disposition = "attachment" if "download" in request.args else "inline"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{found.recording}.wav"'
    return response


def _filter() -> CallFilter:
    """What the form asks for; agents always get their own calls only."""
    typed = request.args
    own = g.session.role is Role.AGENT
    since, until = _day(typed.get("from", "")), _day(typed.get("to", ""))
    return CallFilter(
        since_ms=milliseconds(since) if since else None,
        until_ms=milliseconds(until + timedelta(days=1)) if until else None,
        number="".join(c for c in typed.get("number", "")[:32] if c in "0123456789+*#"),
        agent=AgentId(g.session.user if own else typed.get("agent", "")) or None,
        queue=QueueId(typed.get("queue", "")) or None,
        direction=_one_of(Direction, typed.get("direction")),
        outcome=_one_of(Outcome, typed.get("outcome")),
    )


def _one_of(kind: Any, value: str | None) -> Any:
    """The enumeration's value; None for anything else."""
    return kind(value) if value in set(kind) else None


def _day(text: str) -> datetime | None:
    """Midnight of a date typed as yyyy-mm-dd, in the site's zone; None for anything else."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), timezone())
    except ValueError:
        return None


def queue_names(offered: DeskView) -> dict[str, str]:
    """Queue id -> what people call it."""
    return {queue.queue: queue.name for queue in offered.queues}


@dataclass(frozen=True)
class _Names:
    """What people call queues, agents and menu nodes."""

    queues: dict[str, str]
    agents: dict[str, str]
    nodes: dict[str, str]

    def of(self, kind: str, who: str) -> str:
        """The person, queue or node of a part of a call."""
        if kind == "ivr":
            return self.node(who)
        if kind == "queue":
            return self.queues.get(who, who)
        return f"{self.agents[who]} {who}" if who in self.agents else who

    def node(self, step: str) -> str:
        """A menu node; one that the configuration no longer has, by its id without the flow."""
        return self.nodes.get(step, step.rpartition(".")[2])
