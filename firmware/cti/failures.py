"""Every failure as `{code, text, problems}` with its HTTP status; one table says which."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from firmware.contract.views import Problem
from firmware.errors import (
    CallboxError,
    ConfigConflict,
    ConfigRejected,
    MediaError,
    Refused,
    StoreError,
    TrunkError,
)
from firmware.fsm import EventRefused
from firmware.users import LogInFailed, Throttled


@dataclass(eq=False)
class Failure(Exception):
    """What the other side is told."""

    status: int
    code: str
    text: str
    problems: tuple[Problem, ...] = ()


EXPECTED = (CallboxError, EventRefused)
"""What commands may raise; anything else is a mistake of the program."""

_CODES: dict[type[Exception], tuple[int, str]] = {
    LogInFailed: (401, "log_in_failed"),
    Throttled: (429, "throttled"),
    ConfigRejected: (422, "config_rejected"),
    ConfigConflict: (409, "config_conflict"),
    EventRefused: (409, "not_in_this_state"),
    MediaError: (409, "media"),
    StoreError: (503, "store"),
}


def no_session() -> Failure:
    """Nobody has logged in with this token, or not lately."""
    return Failure(401, "no_session", "log in first")


def forbidden() -> Failure:
    """The role is too small, or the page is not of this box."""
    return Failure(403, "forbidden", "the role does not allow this")


def too_large() -> Failure:
    """The body is beyond the limit."""
    return Failure(413, "too_large", "more than 1 MB")


def malformed() -> Failure:
    """The body cannot be read."""
    return Failure(400, "malformed_json", "the body is not a JSON object")


def failure(error: Exception) -> Failure:
    """What an expected exception means to the other side."""
    match error:
        case Refused(code=code, text=text):
            return Failure(409, code, text)
        case TrunkError(cause=cause):
            return Failure(409, f"cause_{int(cause)}", str(error))
        case Throttled(wait_s=wait_s):
            wait = Problem("", "wait", "seconds to wait", {"seconds": round(wait_s, 1)})
            return Failure(429, "throttled", str(error), (wait,))
        case StoreError():
            return Failure(503, "store", "the database cannot be written now")
        case _:
            status, code = _CODES.get(type(error), (409, "refused"))
            return Failure(status, code, str(error), tuple(getattr(error, "problems", ())))


def invalid(error: ValidationError) -> Failure:
    """Fields that are missing, unknown, of a wrong type or out of bounds: all of them."""
    problems = tuple(_problem(e) for e in error.errors(include_url=False, include_input=False))
    return Failure(400, "invalid", f"{len(problems)} wrong fields", problems)


def _problem(error: Any) -> Problem:
    params = {k: v for k, v in error.get("ctx", {}).items() if isinstance(v, str | int | float)}
    path = ".".join(str(step) for step in error["loc"])
    return Problem(path, str(error["type"]), str(error["msg"]), params)
