"""Flask-Babel with types: the only module that imports it (it has no type information).

`_` translates now, `_l` when the text is shown (for tables made at import).
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import flask_babel
from flask import Flask


def _(text: str, **params: Any) -> str:
    """`text` in the language of this request, with %(name)s filled in."""
    return str(flask_babel.gettext(text, **params))


def _l(text: str) -> Any:
    """`text` in the language of the request that shows it; str() gives the words."""
    return flask_babel.lazy_gettext(text)


def timezone() -> ZoneInfo:
    """The site's time zone."""
    # By name: pytz zones give a date without a time the offset of the year 1900.
    return ZoneInfo(str(flask_babel.get_timezone()))


def at(moment: datetime, form: str) -> str:
    """A moment in the site's time zone, by a pattern of Unicode TR 35."""
    return str(flask_babel.format_datetime(moment, form))


def decimal(value: float, form: str) -> str:
    """A number as the language writes it."""
    return str(flask_babel.format_decimal(value, form))


def init_app(app: Flask, **selectors: Any) -> None:
    """Make the translations known to the application and its templates."""
    flask_babel.Babel(app, **selectors)
