"""What an administrator asks of the updater, carried out; `Refused` says why not."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from firmware.contract.update import (
    CancelUpdate,
    ChangeUpdateSettings,
    CurrentUpdateSettings,
    InstallUpdate,
    RestartNow,
    RollBack,
    Update,
    UpdateHistory,
    UpdateRecord,
    UpdateSettings,
    UpdateSource,
    UpdateView,
)
from firmware.errors import ConfigRejected, Refused
from firmware.ota import policy, sources
from firmware.ota.desk import UpdateDesk
from firmware.ota.present import Present
from firmware.ota.states import RESTING, E
from firmware.ota.updater import Updater

Handler = Callable[[Any], Awaitable[Any]]


class Commands:
    """`of` has the handler of each command and query, by its type."""

    def __init__(self, updater: Updater, desk: UpdateDesk) -> None:
        self._updater, self._desk, self._store = updater, desk, updater.store
        self.of: dict[type, Handler] = {
            InstallUpdate: self._install,
            CancelUpdate: self._cancel,
            RestartNow: self._restart_now,
            RollBack: self._roll_back,
            ChangeUpdateSettings: self._change_settings,
            Update: self._view,
            UpdateHistory: self._history,
            CurrentUpdateSettings: self._settings,
        }

    async def _install(self, asked: InstallUpdate) -> None:
        places = self._updater.hands.places
        if asked.source == "upload":
            path = await asyncio.to_thread(sources.uploaded, places.uploads, asked.name)
        else:
            path = await asyncio.to_thread(sources.on_stick, places.usb, asked.name)
        self._updater.begin(Present(source=UpdateSource(asked.source), bundle=str(path)))

    async def _cancel(self, _asked: CancelUpdate) -> None:
        """The update under way, or no to the server's question."""
        if not await self._answered(yes=False):
            self._updater.cancel()

    async def _restart_now(self, _asked: RestartNow) -> None:
        """Drain and restart, or yes to the server's question."""
        if not await self._answered(yes=True):
            self._updater.restart()

    async def _answered(self, *, yes: bool) -> bool:
        question = self._desk.question
        resting = self._updater.present.state in RESTING
        return resting and question is not None and await question.confirm(yes=yes)

    async def _roll_back(self, asked: RollBack) -> None:
        """The other slot's version, proved like an update."""
        await self._updater.refresh()
        other = self._desk.behind()
        if other is None:
            raise Refused("no_version", "the other slot has no version that ran well")
        began = Present(
            source=UpdateSource.HAND,
            target=self._desk.version(other),
            slot_target=other.bootname,
            confirmed=True,
            detail=asked.why,
        )
        self._updater.begin(began, E.ROLL_BACK)

    async def _change_settings(self, asked: ChangeUpdateSettings) -> None:
        """A secret without its address or certificate is forgotten."""
        old, new = self._store.settings(), asked.settings
        token = (new.server_token or old.server_token) if new.server_url else ""
        pair = bool(new.client_certificate)
        key = (new.client_key or old.client_key) if pair else new.client_key
        settings = replace(new, server_token=token, client_key=key)
        if found := policy.problems(settings):
            raise ConfigRejected(found)
        self._store.keep_settings(settings)
        self._updater.wake()

    async def _view(self, _asked: Update) -> UpdateView:
        await self._updater.refresh()
        usb = self._updater.hands.places.usb
        with contextlib.suppress(OSError):
            self._desk.found = await asyncio.to_thread(sources.on_sticks, usb)
        return self._desk.view()

    async def _history(self, _asked: UpdateHistory) -> list[UpdateRecord]:
        return self._store.history()

    async def _settings(self, _asked: CurrentUpdateSettings) -> UpdateSettings:
        return replace(self._store.settings(), server_token="", client_key="")
