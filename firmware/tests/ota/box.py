"""callbox-ota on a `RaucBox`: what a test sees of one box over several starts."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from firmware.contract.update import (
    InstallUpdate,
    UpdateReason,
    UpdateRecord,
    UpdateResult,
    UpdateSettings,
    UpdateState,
    UpdateView,
)
from firmware.ota.__main__ import Options, Ota
from firmware.ota.commands import Commands
from firmware.ota.proof import Verdict
from firmware.ota.states import RESTING
from firmware.tests.ota.bundles import Workshop
from firmware.tests.ota.fake_callboxd import FakeCallboxd
from firmware.tests.ota.rauc_box import RaucBox

POLL_S = 0.01
LONG_S = 60.0


class Box:
    """The disk (`rauc`) outlives the processes (`ota`, `callboxd`)."""

    def __init__(self, folder: Path, rauc: RaucBox, workshop: Workshop) -> None:
        self.folder, self.rauc, self.workshop = folder, rauc, workshop
        for name in ("data", "uploads", "usb", "run"):
            (folder / name).mkdir()
        self.callboxd = FakeCallboxd(folder)
        self.verdicts: list[Verdict] = []
        """What the next proofs come to; good when there is none."""
        self.proofs, self.absent = 0, ()
        self.proof_ends: asyncio.Event | None = None
        """Where it is given, a proof waits for it."""
        self.ota: Ota

    async def power_on(self) -> None:
        """Boot loader, RAUC, callboxd, callbox-ota."""
        self.rauc.power_on()
        await self.callboxd.start()
        await self.start_ota()

    async def power_off(self) -> None:
        """Nothing is told before; what is in memory is gone."""
        await self.ota.close()
        await self.callboxd.stop()
        self.rauc.power_off()
        shutil.rmtree(self.folder / "run")
        (self.folder / "run").mkdir()

    async def start_ota(self, *, waits: bool = True) -> None:
        asked = Options(
            data=self.folder / "data",
            uploads=self.folder / "uploads",
            socket=self.folder / "ota.sock",
            callboxd=self.callboxd.door,
            service=self.callboxd.service,
            run=self.folder / "run",
            usb=self.folder / "usb",
            release=self.rauc.release,
            rauc_conf=self.rauc.conf,
            patience=1.0,
            poll=POLL_S,
        )
        self.ota = Ota(asked, self._prove, streams=False)
        self.commands = Commands(self.ota.updater, self.ota.desk)
        await self.ota.start()
        if waits:
            await self.until(lambda view: bool(view.slots) and self.ota.updater.ready)

    async def restarted(self) -> None:
        """Wait until the restart is asked for, then do it."""
        await self.until_file(self.folder / "run" / "reboot")
        await self.power_off()
        await self.power_on()

    def settings(self, **changes: object) -> None:
        """As the administrator's."""
        self.ota.updater.store.keep_settings(UpdateSettings(**changes))
        self.ota.updater.wake()

    async def upload(self, name: str) -> None:
        """A bundle of the workshop comes by the pages, and is to be installed."""
        source = self.workshop.path(name)
        await asyncio.to_thread(shutil.copy, source, self.folder / "uploads" / source.name)
        await self.ask(InstallUpdate("upload", source.name))

    async def ask(self, command: object) -> object:
        """As an administrator."""
        return await self.commands.of[type(command)](command)

    def view(self) -> UpdateView:
        return self.ota.desk.view()

    async def until(self, there: Callable[[UpdateView], bool]) -> UpdateView:
        """What `there` looks at need not be in the view."""
        async with asyncio.timeout(LONG_S):
            while not there(self.view()):  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)
        return self.view()

    async def until_state(self, *states: UpdateState) -> UpdateView:
        return await self.until(lambda view: view.state in states)

    async def until_file(self, path: Path) -> None:
        async with asyncio.timeout(LONG_S):
            while not await asyncio.to_thread(path.exists):  # noqa: ASYNC110 - as systemd does
                await asyncio.sleep(POLL_S)

    async def until_gone(self, folder: Path) -> None:
        """Wait until a folder is empty."""
        async with asyncio.timeout(LONG_S):
            while await asyncio.to_thread(lambda: list(folder.iterdir())):  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)

    def hold(self, slot: str) -> Path:
        """RAUC stops before it writes this slot, until the file that is returned is gone."""
        path = self.folder / f"hold-{slot}"
        path.touch()
        return path

    @property
    def asks_for_restart(self) -> bool:
        return (self.folder / "run" / "reboot").exists()

    def history(self) -> list[UpdateRecord]:
        return self.ota.updater.store.history()

    def last(self) -> UpdateRecord:
        """The newest of the history."""
        return self.history()[0]

    async def record(
        self, result: UpdateResult, reason: UpdateReason = UpdateReason.NONE
    ) -> UpdateRecord:
        """The newest of the history, which must have ended so."""
        await self.until(lambda view: view.state in RESTING and bool(self.history()))
        record = self.last()
        assert (record.result, record.reason) == (result, reason), record
        return record

    async def _prove(self, absent: tuple[str, ...]) -> Verdict:
        self.proofs += 1
        self.absent = absent
        if self.proof_ends is not None:
            await self.proof_ends.wait()
        return self.verdicts.pop(0) if self.verdicts else Verdict()
