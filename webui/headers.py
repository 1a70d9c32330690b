"""Security headers of every page.  nginx adds those of files, and HSTS."""

import secrets

from flask import Flask, Response, g

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Add the headers after each request; templates get `csp_nonce()`."""
    app.after_request(_add)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """The word that lets this page's wave picture bring its own style; new each time."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(12)
    nonce: str = g.csp_nonce
    return nonce


def _add(response: Response) -> Response:
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    # A page shows personal data and live states: never from a cache.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _policy() -> str:
    """No inline script, nothing from elsewhere; a style nonce only where a page asked for it."""
    style = f"'self' 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'self'"
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src {style}; "
        "img-src 'self' data:; font-src 'self'; media-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
