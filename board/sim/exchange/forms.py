"""What a form of the exchange's page may say; anything else is refused in both languages."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from aiohttp import web

from board.sim.exchange.both import Exchange

Post = Callable[[Callable[[Exchange], None]], None]
Form = Mapping[str, object]
T = TypeVar("T")
_NUMBER = frozenset("0123456789*#")
_LONGEST_NUMBER = 32


def telephone_number(form: Form, name: str) -> str:
    """Return a field of digits, * and #, perhaps empty.  Raises HTTPBadRequest."""
    text = str(form.get(name, ""))
    if len(text) > _LONGEST_NUMBER or set(text) - _NUMBER:
        reason = f"号码只能有 0-9 * # / a number has other than 0-9 * #: {text[:40]!r}"
        raise web.HTTPBadRequest(text=reason)
    return text


def short_text(form: Form, name: str, longest: int) -> str:
    """Return a printable field.  Raises HTTPBadRequest."""
    text = str(form.get(name, ""))
    if len(text) > longest or not (text.isprintable() or not text):
        raise web.HTTPBadRequest(text=f"文字太长或不可显示 / not a short text: {name}")
    return text


def choose(form: Form, name: str, choices: Mapping[str, T]) -> T:
    """Return the choice that a field names.  Raises HTTPBadRequest."""
    chosen = str(form.get(name, ""))
    if chosen not in choices:
        raise web.HTTPBadRequest(text=f"没有这个选项 / no such choice: {name}={chosen[:40]!r}")
    return choices[chosen]


def see_page() -> web.Response:
    """Send the browser back to the page."""
    return web.Response(status=303, headers={"Location": "/"})
