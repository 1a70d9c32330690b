"""A new box that waits to be set up."""

from dataclasses import replace
from typing import Any

from firmware.contract import commands as c
from firmware.contract.ids import AgentId
from firmware.contract.setup_views import AgentLogIn, SetupDone, SetupLine, SetupOpened, SetupView
from webui.tests.refusal import No

LABEL, KEY = "abcd-efgh-jkmn", "key-of-the-label"
VIEW = SetupView(
    pending=True,
    countries=("CN", "GB", "DE"),
    timezones=("Asia/Shanghai", "Europe/Berlin", "Europe/London"),
    lines=(
        SetupLine("e1", "E1 电信", None, present=True),
        SetupLine("analog.1", "FXO", 1, present=True),
        SetupLine("analog.2", "FXO", 2, present=True),
        SetupLine("analog.3", "FXO", 3, present=False),
    ),
)


class FakeSetup:
    """`users` are the box's log-ins."""

    def __init__(self, users: dict[str, tuple[str, str]]) -> None:
        self.users = users
        self.view = SetupView(pending=False)

    def begin(self) -> None:
        """The box is new: nobody can log in."""
        self.users.clear()
        self.view = VIEW

    def on_OpenSetup(self, command: c.OpenSetup, _: Any) -> Any:
        self._prove(command.label_password)
        return SetupOpened(KEY)

    def on_FinishSetup(self, command: c.FinishSetup, _: Any) -> Any:
        self._prove(command.label_password)
        if command.timezone not in self.view.timezones:
            where = {"path": "site.timezone", "code": "unknown_timezone", "text": "no such zone"}
            raise No(422, "config_rejected", "wrong", [where])
        self.users["admin"] = ("administrator", command.password)
        agents = tuple(
            AgentLogIn(AgentId(str(8001 + n)), name, f"pass-word-000{n}")
            for n, name in enumerate(command.agents)
        )
        for one in agents:
            self.users[one.agent] = ("agent", one.password)
        self.view = replace(self.view, pending=False)
        return SetupDone("admin", agents)

    def _prove(self, given: str) -> None:
        if not self.view.pending:
            raise No(409, "already_set_up")
        if given not in (LABEL, KEY):
            raise No(401, "log_in_failed")
