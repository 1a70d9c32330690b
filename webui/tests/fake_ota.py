"""callbox-ota without a system below it: the contract's commands change a small state.

`python -m webui.tests.fake_daemon RUN` serves it beside the fake daemon.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from firmware.contract import update as u
from firmware.contract.model import Role
from webui.tests.refusal import No

HOUR_MS = 3_600_000
NOTES = u.Notes(
    "- 通话记录可以按队列筛选\n- 修复：来电号码偶尔缺失", "- Calls by queue\n- Fixed: no caller"
)


def record(number: int, began_ms: int, **changes: Any) -> u.UpdateRecord:
    """A finished update of three minutes."""
    made = u.UpdateRecord(
        number, began_ms, began_ms + 180_000, u.UpdateSource.USB, "1.2.0", "1.3.0",
        u.UpdateResult.COMMITTED, u.UpdateReason.NONE, "", 48_000, NOTES,
    )  # fmt: skip
    return replace(made, **changes)


class FakeOta:
    """All state; `role_of` says whose token it is."""

    def __init__(self, role_of: Callable[[str], Role], now_ms: int) -> None:
        self._role_of = role_of
        self.seen: list[Any] = []
        self.refusals: dict[str, No] = {}
        self.settings = u.UpdateSettings()
        self.view = u.UpdateView(
            "1.3.0",
            u.UpdateState.IDLE,
            (
                u.SlotView("A", "1.2.0", False, False, True, now_ms - 60 * 24 * HOUR_MS),
                u.SlotView("B", "1.3.0", True, True, True, now_ms - 9 * 24 * HOUR_MS),
            ),
            can_roll_back=True,
            rolls_back_to="1.2.0",
            found=("callbox-1.4.0.raucb",),
            own_name="callbox-1f3a90c2",
        )
        self.history = [
            record(3, now_ms - 9 * 24 * HOUR_MS),
            record(
                2, now_ms - 12 * 24 * HOUR_MS, result=u.UpdateResult.FELL_BACK,
                reason=u.UpdateReason.BOARDS, detail="board e1: no HELLO in 30 s",
                source=u.UpdateSource.SERVER, outage_ms=131_000,
            ),
            record(
                1, now_ms - 13 * 24 * HOUR_MS, result=u.UpdateResult.REFUSED, after="",
                reason=u.UpdateReason.WRONG_SIGNATURE, outage_ms=None, notes=u.Notes(),
                source=u.UpdateSource.UPLOAD, detail="signature verification failed",
            ),
        ]  # fmt: skip

    def command(self, name: str, params: Any, token: str) -> Any:
        kind = u.UPDATE_COMMANDS.get(name)
        if kind is None:
            raise No(404, "unknown_command")
        self._only_administrators(token)
        try:
            command = TypeAdapter(kind).validate_python(params)
        except ValidationError as error:
            problems = [
                {"path": ".".join(map(str, p["loc"])), "code": p["type"], "text": p["msg"]}
                for p in error.errors(include_url=False)
            ]
            raise No(400, "invalid", "wrong fields", problems) from None
        if name in self.refusals:
            raise self.refusals.pop(name)
        self.seen.append(command)
        return getattr(self, f"on_{name}")(command)

    def answer(self, name: str, token: str) -> Any:
        self._only_administrators(token)
        shown = replace(self.settings, server_token="", client_key="")
        views = {"Update": self.view, "UpdateHistory": self.history, "CurrentUpdateSettings": shown}
        if name not in views:
            raise No(404, "unknown_view")
        return views[name]

    def change(self, state: u.UpdateState, **changes: Any) -> None:
        """The update goes on."""
        self.view = replace(self.view, state=state, **changes)

    def on_InstallUpdate(self, _command: u.InstallUpdate) -> None:
        self.change(u.UpdateState.CHECKING, notes=NOTES)

    def on_CancelUpdate(self, _command: u.CancelUpdate) -> None:
        self.change(u.UpdateState.IDLE, target="")

    def on_RestartNow(self, _command: u.RestartNow) -> None:
        self.change(u.UpdateState.DRAINING, calls=2, needs_confirmation=False)

    def on_RollBack(self, _command: u.RollBack) -> None:
        self.change(u.UpdateState.DRAINING, calls=0, target=self.view.rolls_back_to)

    def on_ChangeUpdateSettings(self, command: u.ChangeUpdateSettings) -> None:
        self.settings = command.settings

    def _only_administrators(self, token: str) -> None:
        if self._role_of(token) is not Role.ADMINISTRATOR:
            raise No(403, "forbidden")
