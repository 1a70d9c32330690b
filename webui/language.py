"""Which language a page has: chosen by the person, else the browser's, else the site's."""

from flask import Blueprint, Flask, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from firmware.contract.model import Language
from webui import translate

COOKIE = "callbox_language"
_YEAR_S = 365 * 24 * 3600
NAMES = {Language.ZH_CN: "中文", Language.EN: "English"}

bp = Blueprint("language", __name__)


def init_app(app: Flask) -> None:
    """Select the locale of each request; tell templates the tag for `html lang`."""
    translate.init_app(app, locale_selector=selected, timezone_selector=_timezone)
    app.jinja_env.globals.update(language=selected, language_tag=tag, language_names=NAMES)


def selected() -> str:
    """zh_CN or en."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in NAMES:
        return chosen
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    if best is not None:
        return Language.EN if best == "en" else Language.ZH_CN
    session = g.get("session")
    site = session.language if session is not None else ""
    return site if site in NAMES else Language.ZH_CN


def tag() -> str:
    """The BCP 47 tag of the page's language."""
    return "zh-CN" if selected() == Language.ZH_CN else "en"


def _timezone() -> str:
    """The site's time zone; calls are shown in the company's time."""
    zone: str = current_app.config["BABEL_DEFAULT_TIMEZONE"]
    return str(g.get("timezone", zone))


@bp.post("/language")
def switch() -> ResponseReturnValue:
    """Remember the choice in this browser and show the same page again."""
    response = redirect(_back(request.form.get("next", "")), 303)
    chosen = request.form.get("language", "")
    if chosen in NAMES:
        response.set_cookie(
            COOKIE, chosen, max_age=_YEAR_S, secure=True, httponly=True, samesite="Strict"
        )
    return response


def _back(path: str) -> str:
    """A path of this site, or the start; never an address elsewhere."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
