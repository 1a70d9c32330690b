"""Updates: what runs, what is under way, installing, going back, history, settings."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from firmware.contract.commands import Command
from firmware.contract.model import Language, Role
from firmware.contract.update import (
    CancelUpdate,
    InstallUpdate,
    Notes,
    RestartNow,
    RollBack,
    UpdateReason,
    UpdateRecord,
    UpdateState,
    UpdateView,
)
from webui import bundles, translate, update_words
from webui.auth import needs
from webui.daemon import DaemonError, Refused, Unavailable
from webui.desk import offered_now
from webui.errors import page, refusal
from webui.formats import duration
from webui.language import selected
from webui.options import Options
from webui.ota import ota
from webui.translate import _
from webui.words import plain

bp = Blueprint("update", __name__, url_prefix="/update")

_RESTING = (UpdateState.IDLE, UpdateState.COMMITTED, UpdateState.FELL_BACK)
_CANCELLABLE = (
    UpdateState.CHECKING,
    UpdateState.FETCHING,
    UpdateState.INSTALLING,
    UpdateState.WAITING,
    UpdateState.DRAINING,
)
_MEASURED = (UpdateState.FETCHING, UpdateState.INSTALLING)
_MB = 1_000_000


@dataclass(frozen=True)
class Now:
    """What is going on, in the words of this page; the script puts it in place."""

    state: UpdateState
    title: str
    text: str
    version: str  # that runs
    waits: str = ""  # for what
    percent: int | None = None
    size: str = ""  # how much of how much
    going: bool = False
    may_install: bool = False
    may_restart: bool = False
    may_cancel: bool = False
    restart_word: str = ""
    cancel_word: str = ""
    stamp: str = ""  # changes with what only a new page shows


def init_app(app: Flask) -> None:
    """Let update files, and only them, be larger than a form."""
    app.before_request(_allow_upload)


def _allow_upload() -> None:
    if request.endpoint == "update.upload" and g.session is not None:
        request.max_content_length = bundles.MAX_BYTES


@bp.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Everything about updates."""
    return _page()


@bp.get("/state")
@needs(Role.ADMINISTRATOR)
def state() -> ResponseReturnValue:
    """What is going on, as JSON for the page's script; 503 while callbox-ota is away."""
    try:
        offered_now()
        return jsonify(asdict(now_of(ota().update())))
    except Unavailable:
        return page(503)


@bp.post("/upload")
@needs(Role.ADMINISTRATOR)
def upload() -> ResponseReturnValue:
    """Take an update file as the body of the request, and begin to install it."""
    if request.content_length is None:
        return page(411)
    try:
        kept = bundles.keep(request.stream, request.content_length, _uploads())
    except bundles.UploadProblem as problem:
        return page(422, refusal(Refused(f"upload.{problem.code}", problem.code)))
    try:
        ota().command(InstallUpdate("upload", kept.name))
    except DaemonError as error:
        kept.unlink(missing_ok=True)
        return page(422, _refusal(error))
    return jsonify(name=kept.name)


@bp.post("/install")
@needs(Role.ADMINISTRATOR)
def install() -> ResponseReturnValue:
    """Begin with a file on the USB stick."""
    return _carry_out(InstallUpdate("usb", request.form.get("name", "")))


@bp.post("/restart")
@needs(Role.ADMINISTRATOR)
def restart() -> ResponseReturnValue:
    """Confirm, and restart when the calls have ended."""
    return _carry_out(RestartNow())


@bp.post("/cancel")
@needs(Role.ADMINISTRATOR)
def cancel() -> ResponseReturnValue:
    """Stop before the restart."""
    return _carry_out(CancelUpdate())


@bp.post("/roll-back")
@needs(Role.ADMINISTRATOR)
def roll_back() -> ResponseReturnValue:
    """Start the other version again."""
    if "sure" not in request.form:
        return _page(_("Tick the box to say that you are sure.")), 422
    return _carry_out(RollBack(request.form.get("why", "").strip()[:200]))


def _carry_out(command: Command) -> ResponseReturnValue:
    try:
        ota().command(command)
    except Refused as error:
        return _page(_refusal(error)), 422
    except Unavailable:
        flash(_("The part of the box that does updates does not answer."), "bad")
    return redirect(url_for(".index"), 303)


def _refusal(error: DaemonError) -> str:
    """Why callbox-ota said no; the reason of an update may be its code."""
    if not isinstance(error, Refused):
        return _("The part of the box that does updates does not answer.")
    if error.code in set(UpdateReason):
        return _because(UpdateReason(error.code))
    return refusal(error)


def now_of(view: UpdateView) -> Now:
    """The present state in words."""
    resting = view.state in _RESTING
    now = Now(
        view.state,
        str(update_words.TITLES[view.state]),
        str(update_words.TEXTS[view.state]),
        view.version,
        _waits(view),
        going=not resting,
        may_install=resting,
        may_restart=view.state is UpdateState.WAITING or view.needs_confirmation,
        may_cancel=view.state in _CANCELLABLE or view.needs_confirmation,
        restart_word=_("Confirm") if view.needs_confirmation else _("Restart now"),
        cancel_word=_("Decline") if resting else _("Cancel the update"),
        stamp=_stamp(view),
    )
    if resting and view.needs_confirmation:
        offered = _("The update server has an update")
        now = replace(now, title=offered, text=_("Nothing has been changed so far."))
    elif resting and view.reason is not UpdateReason.NONE:
        now = replace(now, text=_because(view.reason))
    if view.target and (view.needs_confirmation or not resting):
        title = _("%(what)s: %(version)s", what=now.title, version=view.target)
        now = replace(now, title=title)
    if view.state in _MEASURED:
        now = replace(now, percent=view.percent, size=_size(view))
    return now


def _because(reason: UpdateReason) -> str:
    return update_words.sentences(update_words.WHY[reason], update_words.ADVICE[reason])


def _waits(view: UpdateView) -> str:
    """What the update waits for."""
    if view.needs_confirmation:
        return _("It waits for your confirmation.")
    if view.state is UpdateState.DRAINING:
        return _("Calls that still go on: %(n)s", n=view.calls)
    if view.state is not UpdateState.WAITING:
        return ""
    if view.starts_ms is not None:
        return _("The restart is planned for %(time)s.", time=_when(view.starts_ms))
    if view.calls:
        return _("It waits until no call goes on; now there are: %(n)s", n=view.calls)
    return _("It waits until you press “Restart now”.")


def _when(at_ms: int) -> str:
    """A time of day; with its date unless that is today."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    today = translate.at(datetime.now(UTC), "yyyy-MM-dd")
    form = "HH:mm" if translate.at(moment, "yyyy-MM-dd") == today else "yyyy-MM-dd HH:mm"
    return translate.at(moment, form)


def _size(view: UpdateView) -> str:
    if not view.bytes_all:
        return ""
    done, whole = (translate.decimal(n / _MB, "0.0") for n in (view.bytes_done, view.bytes_all))
    return _("%(done)s of %(all)s MB", done=done, all=whole)


def _stamp(view: UpdateView) -> str:
    """Of what the script does not put in place."""
    shown = (view.version, view.state, view.slots, view.found, view.target, view.can_roll_back)
    return sha256(repr(shown).encode()).hexdigest()[:12]


def _page(problem: str = "") -> str:
    """The page; without callbox-ota it says so."""
    facts: dict[str, Any] = {"room": bundles.room(_uploads())}
    words = {"ui": plain(update_words.UI)}
    try:
        offered_now()
        view, records = ota().update(), ota().history()
    except Unavailable:
        return render_template(
            "update/index.html", view=None, problem_words=problem, script_words=words, facts=facts
        )
    return render_template(
        "update/index.html",
        view=view,
        now=now_of(view),
        notes=_points(view.notes),
        records=[_row(record) for record in records],
        problem_words=problem,
        script_words=words,
        facts=facts,
    )


@dataclass(frozen=True)
class Row:
    """One line of the history."""

    record: UpdateRecord
    result: str
    words: str
    source: str
    outage: str
    notes: tuple[str, ...]


def _row(record: UpdateRecord) -> Row:
    lost = record.outage_ms
    return Row(
        record,
        str(update_words.RESULTS[record.result]),
        update_words.ended(record.result, record.reason),
        str(update_words.SOURCES[record.source]),
        "" if lost is None else duration(lost / 1000),
        _points(record.notes),
    )


def _points(notes: Notes) -> tuple[str, ...]:
    """Release notes in the page's language, else in the other."""
    own, other = notes.zh_CN, notes.en
    if selected() != Language.ZH_CN:
        own, other = other, own
    return tuple(
        line.strip().lstrip("-*• ") for line in (own or other).splitlines() if line.strip()
    )


def _uploads() -> Path:
    options: Options = current_app.extensions["options"]
    return options.uploads
