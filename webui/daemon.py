"""The one client of callboxd: commands and read models over its Unix socket.

DaemonError
├── Unavailable        the daemon does not answer
└── Refused            it said no: code, text, problems
    ├── NotLoggedIn    401
    ├── Forbidden      403
    ├── NotFound       404
    ├── Conflict       409  somebody else changed it first, or the state is another
    └── Rejected       413, 422  what was sent is wrong; every problem at once
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import httpx
from flask import current_app, g
from pydantic import TypeAdapter

from firmware.contract.commands import Command, FinishSetup, LogIn, OpenSetup, ProposeConfig
from firmware.contract.setup_views import SetupDone, SetupOpened, SetupView
from firmware.contract.views import (
    ConfigAccepted,
    ConfigView,
    DeskView,
    LineJob,
    Problem,
    Session,
    UserView,
)

T = TypeVar("T")
_TIMEOUT_S = 10.0
_CARRIED_OUT_S = 60.0
"""A command is carried out whether we wait or not: to give up on one that takes long (passwords
of thirty new people, say) would tell a lie.  callboxd's watchdog ends a wait for nothing."""
_PROBLEMS = TypeAdapter(list[Problem])


class DaemonError(Exception):
    """Base of everything that can go wrong between the web and the daemon."""


class Unavailable(DaemonError):
    """The daemon does not answer; calls may well go on."""


class Refused(DaemonError):
    """The daemon said no.  `code` is a key for translation, `text` English."""

    def __init__(self, code: str, text: str, problems: list[Problem] | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.problems = code, text, problems or []


class NotLoggedIn(Refused):
    """No session, or it is over."""


class Forbidden(Refused):
    """The role is too small."""


class NotFound(Refused):
    """There is no such thing."""


class Conflict(Refused):
    """Based on an old revision, or not possible in the present state."""


class Rejected(Refused):
    """What was sent is wrong; `problems` says where."""


_REFUSALS: dict[int, type[Refused]] = {
    401: NotLoggedIn,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: Rejected,
    422: Rejected,
}


class Daemon:
    """Speaks for one person: every request carries his token."""

    def __init__(self, client: httpx.Client, token: str = "") -> None:
        self._client, self._token = client, token

    def with_token(self, token: str) -> Self:
        """The same connection pool, another person."""
        return type(self)(self._client, token)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def command(self, command: Command) -> Any:
        """Carry out `command`; return its answer as JSON.  Raises DaemonError."""
        path = f"/api/v1/{type(command).__name__}"
        wait = httpx.Timeout(_TIMEOUT_S, read=_CARRIED_OUT_S)
        return self._request("POST", path, json=asdict(command), timeout=wait).json()

    def view(self, name: str, kind: type[T]) -> T:
        """The answer to query `name` as `kind`.  Raises DaemonError."""
        return TypeAdapter(kind).validate_python(self._request("GET", f"/api/v1/{name}").json())

    def log_in(self, user: str, password: str, address: str) -> Session:
        """Open a session; `address` is the browser's, for throttling."""
        answer = self.command(LogIn(user, password, address))
        return TypeAdapter(Session).validate_python(answer)

    def session(self) -> Session:
        """Who the token speaks for.  Raises NotLoggedIn."""
        return self.view("Session", Session)

    def config(self) -> ConfigView:
        """The configuration in force."""
        return self.view("Config", ConfigView)

    def desk(self) -> DeskView:
        """What a desk offers to choose from, for everybody."""
        return self.view("Desk", DeskView)

    def users(self) -> list[UserView]:
        """Every log-in."""
        return self.view("Users", list[UserView])

    def line_job(self, trunk: str, line: int) -> LineJob:
        """The latest test or learning of an analogue line.  Raises NotFound."""
        return self.view(f"LineJob?{urlencode({'trunk': trunk, 'line': line})}", LineJob)

    def setup(self) -> SetupView:
        """Whether the box waits to be set up."""
        return self.view("Setup", SetupView)

    def open_setup(self, label_password: str, address: str) -> str:
        """The key that stands for the label's password.  NotLoggedIn when it is wrong."""
        answer = self.command(OpenSetup(label_password, address))
        return TypeAdapter(SetupOpened).validate_python(answer).key

    def finish_setup(self, command: FinishSetup) -> SetupDone:
        """Set the box up: all or nothing."""
        return TypeAdapter(SetupDone).validate_python(self.command(command))

    def propose(self, base: int, path: str, value: Any) -> int:
        """Change one part at revision `base`; the new revision.  Conflict, Rejected."""
        answer = self.command(ProposeConfig(base, path, value))
        return TypeAdapter(ConfigAccepted).validate_python(answer).revision

    def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            reply = self._client.request(method, path, headers=headers, **more)
        except httpx.TransportError as error:
            raise Unavailable(str(error)) from error
        if reply.is_success:
            return reply
        raise _refusal(reply)


def connect(socket: Path) -> Daemon:
    """A client for the daemon's Unix socket; connects at the first request."""
    transport = httpx.HTTPTransport(uds=str(socket))
    return Daemon(httpx.Client(transport=transport, base_url="http://callboxd", timeout=_TIMEOUT_S))


def daemon() -> Daemon:
    """The daemon, speaking for whoever made this request."""
    if "daemon" not in g:
        g.daemon = current_app.extensions["daemon"].with_token(g.get("token", ""))
    bound: Daemon = g.daemon
    return bound


def _refusal(reply: httpx.Response) -> DaemonError:
    """Turn an error answer into an exception; anything unreadable means Unavailable."""
    try:
        body = reply.json()
        kind = _REFUSALS.get(reply.status_code, Refused)
        problems = _PROBLEMS.validate_python(body.get("problems") or [])
        return kind(str(body["code"]), str(body["text"]), problems)
    except (ValueError, KeyError, AttributeError):
        return Unavailable(f"callboxd answered {reply.status_code}")
