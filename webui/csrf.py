"""Form tokens: a signed double submit, bound to the log-in.

The cookie holds a random number; each form holds that number and a fingerprint of the
session, signed.  A page of another site can read neither and cannot make the signature.
SameSite=Strict on both cookies is the first fence, this the second.
"""

import hmac
import secrets
from hashlib import sha256

from flask import Flask, Response, abort, current_app, g, request
from itsdangerous import BadSignature, TimestampSigner

COOKIE = "callbox_form"
FIELD = "form_token"
HEADER = "X-Form-Token"
_MAX_AGE_S = 12 * 3600
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Check every changing request before its view; give each page its token."""
    app.before_request(_check)
    app.after_request(_keep_cookie)
    app.jinja_env.globals["form_token"] = form_token


def form_token() -> str:
    """The token for a form of this page."""
    return _signer().sign(_expected()).decode()


def _check() -> None:
    if request.method in _SAFE:
        return
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    try:
        value = _signer().unsign(sent, max_age=_MAX_AGE_S).decode()
    except BadSignature:
        abort(400, "form_token")
    if COOKIE not in request.cookies or not hmac.compare_digest(value, _expected()):
        abort(400, "form_token")


def _expected() -> str:
    """What a token of this browser and session says."""
    session = sha256(g.get("token", "").encode()).hexdigest()[:16]
    return f"{_nonce()}-{session}"


def _nonce() -> str:
    if "form_nonce" not in g:
        g.form_nonce = request.cookies.get(COOKIE) or secrets.token_urlsafe(18)
    nonce: str = g.form_nonce
    return nonce


def _keep_cookie(response: Response) -> Response:
    if "form_nonce" in g and COOKIE not in request.cookies:
        response.set_cookie(COOKIE, g.form_nonce, secure=True, httponly=True, samesite="Strict")
    return response


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="form")
