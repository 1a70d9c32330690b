"""Times, durations and numbers as people read them."""

from datetime import UTC, datetime

from flask import Flask

from webui import translate, words
from webui.errors import problem_text

DATE_TIME = "yyyy-MM-dd HH:mm:ss"
CLOCK = "HH:mm:ss"


def init_app(app: Flask) -> None:
    """Make the filters known to templates."""
    app.jinja_env.filters.update(
        moment=moment, clock=clock, duration=duration, problem_text=problem_text, decimal=decimal
    )
    app.jinja_env.globals["words"] = words


def moment(at_ms: int | None) -> str:
    """UTC milliseconds as date and time in the site's zone; "" for none."""
    return "" if at_ms is None else translate.at(_utc(at_ms), DATE_TIME)


def clock(at_ms: int | None) -> str:
    """UTC milliseconds as time of day in the site's zone."""
    return "" if at_ms is None else translate.at(_utc(at_ms), CLOCK)


def duration(seconds: float | None) -> str:
    """Seconds as m:ss, from an hour on h:mm:ss."""
    if seconds is None:
        return "–"
    whole = int(seconds + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def decimal(value: float | None) -> str:
    """A number with one decimal, or a dash."""
    return "–" if value is None else translate.decimal(value, "0.0")


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
