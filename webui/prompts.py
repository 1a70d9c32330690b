"""Prompts by language: read, play, replace by upload."""

import contextlib
import os
import tempfile
from hashlib import sha256
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from firmware.contract.commands import ReplacePrompt
from firmware.contract.model import Language, Role
from firmware.prompts.catalogue import Catalogue, UnknownPrompt
from webui.auth import needs
from webui.daemon import Refused, daemon
from webui.errors import refusal
from webui.language import NAMES
from webui.options import Options
from webui.translate import _

MAX_UPLOAD_BYTES = 60 << 20
"""Five minutes of 48 kHz stereo and its header; nginx has the same limit."""
GROUP_READS = 0o640
"""callboxd is another user of the group."""
_CHUNK = 1 << 16
_RATE = 8000

bp = Blueprint("prompts", __name__, url_prefix="/prompts")


def init_app(app: Flask) -> None:
    """Let uploads, and only them, be larger than a form."""
    app.before_request(_allow_upload)


def _allow_upload() -> None:
    if request.endpoint == "prompts.replace" and g.session is not None:
        request.max_content_length = MAX_UPLOAD_BYTES


@bp.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """All prompts of one language."""
    return _page(request.args.get("language", Language.ZH_CN))


@bp.get("/<language>/<name>.wav")
@needs(Role.ADMINISTRATOR)
def play(language: str, name: str) -> ResponseReturnValue:
    """The prompt as it is played now, as a WAV file of A-law."""
    try:
        path = _catalogue().path(name, language)
    except UnknownPrompt:
        abort(404)
    return Response(wav(path.read_bytes()), mimetype="audio/wav")


@bp.post("/replace")
@needs(Role.ADMINISTRATOR)
def replace() -> ResponseReturnValue:
    """Take an upload for a prompt; the daemon checks that it is sound and puts it in place."""
    language, name = request.form.get("language", ""), request.form.get("prompt", "")
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(language, name, _("Choose a file first.")), 422
    with contextlib.closing(file):
        stored, digest = keep(file, _options().uploads)
    try:
        daemon().command(ReplacePrompt(name, language, stored.name, digest))
    except Refused as error:
        return _page(language, name, refusal(error)), 422
    finally:
        stored.unlink(missing_ok=True)  # the daemon has converted it, or refused
    flash(_("The prompt was replaced: new calls hear it."))
    return redirect(url_for(".index", language=language, _anchor=name), 303)


def keep(file: FileStorage, folder: Path) -> tuple[Path, str]:
    """Store an upload under its SHA-256; path and digest.  Whole or not at all."""
    digest = sha256()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
        while chunk := file.stream.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
        os.fchmod(target.fileno(), GROUP_READS)
    path = folder / f"{digest.hexdigest()}.wav"
    Path(target.name).replace(path)
    return path, digest.hexdigest()


def wav(alaw: bytes) -> bytes:
    """A-law at 8 kHz as a WAV file (format tag 6), which every browser plays."""
    form = b"fmt " + (18).to_bytes(4, "little") + (6).to_bytes(2, "little")
    form += (1).to_bytes(2, "little") + _RATE.to_bytes(4, "little") * 2
    form += (1).to_bytes(2, "little") + (8).to_bytes(2, "little") + bytes(2)
    fact = b"fact" + (4).to_bytes(4, "little") + len(alaw).to_bytes(4, "little")
    data = b"data" + len(alaw).to_bytes(4, "little") + alaw + bytes(len(alaw) % 2)
    body = b"WAVE" + form + fact + data
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _options() -> Options:
    options: Options = current_app.extensions["options"]
    return options


def _catalogue() -> Catalogue:
    return Catalogue(custom=_options().prompts)


def _page(language: str, name: str = "", problem: str = "") -> str:
    chosen = language if language in NAMES else Language.ZH_CN
    catalogue = _catalogue()
    rows = [
        (one, catalogue.text(one, chosen), catalogue.is_replaced(one, chosen))
        for one in catalogue.ids(chosen)
    ]
    return render_template(
        "prompts/index.html", rows=rows, chosen=chosen, failed=name, problem_words=problem
    )
