"""Kills callbox-ota everywhere in an update, with the real RAUC; the box is always old or new.

`python -m firmware.tests.ota.powercut --kills 200`.  Each trial is a new box with 1.0.0, an
update to 1.1.0, and one SIGKILL at a commit or call on the bus, spread evenly over all of
them; every second one takes the whole box down with it.  Then it runs on by itself, and must
come to rest with a history that tells what happened.
"""

import argparse
import asyncio
import collections
import multiprocessing
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import aiohttp

from firmware.contract.update import (
    UpdateReason,
    UpdateRecord,
    UpdateResult,
    UpdateSettings,
    UpdateSource,
    UpdateState,
)
from firmware.ota.__main__ import Options
from firmware.ota.states import RESTING
from firmware.ota.store import open_store
from firmware.tests.ota import killed_ota
from firmware.tests.ota.bundles import Workshop, image
from firmware.tests.ota.fake_callboxd import ADMINISTRATOR, FakeCallboxd
from firmware.tests.ota.rauc_box import Bus, RaucBox

S, R = UpdateState, UpdateReason
OLD, NEW = "1.0.0", "1.1.0"
LONGEST_S = 60.0
SETTINGS = UpdateSettings(restart="idle", server_token="never-lost", poll_s=77)
PLANS = (R.NONE, R.NONE, R.WEB)
"""What the proofs of the trials come to, in turn."""


@dataclass
class Trial:
    """One box, one kill."""

    kill_at: int
    cut: bool = False  # the box goes down with the program
    proof: UpdateReason = R.NONE
    killed_in: str = ""
    label: str = ""
    points: int = 0


class Bench:
    """What one trial needs; the bus and the bundles are shared."""

    def __init__(self, folder: Path, bus: Bus, workshop: Workshop, trial: Trial) -> None:
        self.folder, self.trial, self._bus = folder, trial, bus
        for name in ("data", "uploads", "usb", "run"):
            (folder / name).mkdir()
        self.rauc = RaucBox(folder, bus, workshop.ca)
        self.callboxd = FakeCallboxd(folder)
        store = open_store(folder / "data")
        store.keep_settings(SETTINGS)
        store.close()
        shutil.copy(workshop.path(NEW), folder / "uploads" / "new.raucb")
        self._bundle = workshop.path(NEW)
        self._process: BaseProcess | None = None

    async def run(self) -> UpdateRecord:
        """Power on, update, be killed, come to rest; the one record of it."""
        await self._power_on()
        try:
            async with asyncio.timeout(LONGEST_S):
                while not await self._at_rest():
                    await self._look()
        finally:
            await self._power_off()
        self.trial.points = len((self.folder / "points").read_text().splitlines())
        return self._check()

    async def _look(self) -> None:
        """Restart what died; restart the box when it is asked for."""
        if self._process is not None and not self._process.is_alive():
            self._note_kill()
            if self.trial.cut:
                await self._power_off()
                await self._power_on()
            else:
                self._start()
        elif (self.folder / "run" / "reboot").exists():
            await self._power_off()
            await self._power_on()
        await asyncio.sleep(0.02)

    async def _at_rest(self) -> bool:
        """A person looks: what was never begun is asked for once more."""
        try:
            view = await self._ask("GET", "Update")
            history = await self._ask("GET", "UpdateHistory")
            if view["state"] in RESTING and not history:
                (self.folder / "uploads" / "new.raucb").write_bytes(self._bundle.read_bytes())
                body = {"source": "upload", "name": "new.raucb"}
                await self._ask("POST", "InstallUpdate", body)
        except (aiohttp.ClientError, OSError):
            return False  # it is dead, or not up yet
        done = bool(history) and view["state"] in RESTING
        return done and (not self.trial.kill_at or bool(self.trial.label))

    async def _ask(self, method: str, name: str, body: Any = None) -> Any:
        connector = aiohttp.UnixConnector(path=str(self.folder / "ota.sock"))
        headers = {"Authorization": f"Bearer {ADMINISTRATOR}"}
        limit = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession("http://ota", connector=connector, timeout=limit) as session,
            session.request(method, f"/api/v1/{name}", json=body, headers=headers) as reply,
        ):
            return await reply.json()

    async def _power_on(self) -> None:
        self.rauc.power_on()
        await self.callboxd.start()
        self._start()

    async def _power_off(self) -> None:
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join, 10)
        await self.callboxd.stop()
        self.rauc.power_off()
        for path in (self.folder / "run").iterdir():
            path.unlink()

    def _start(self) -> None:
        folder, callboxd = self.folder, self.callboxd
        asked = Options(
            data=folder / "data",
            uploads=folder / "uploads",
            socket=folder / "ota.sock",
            callboxd=callboxd.door,
            service=callboxd.service,
            run=folder / "run",
            usb=folder / "usb",
            release=self.rauc.release,
            rauc_conf=self.rauc.conf,
            patience=1.0,
            poll=0.02,
        )
        kill_at = 0 if self.trial.label else self.trial.kill_at
        plan = killed_ota.Plan(folder / "points", kill_at, self.trial.proof)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([killed_ota.__name__])
        self._process = context.Process(
            target=killed_ota.main, args=(self._bus.address, asked, plan), daemon=True
        )
        self._process.start()

    def _note_kill(self) -> None:
        """Where it was when it died."""
        if self.trial.label:
            raise AssertionError("callbox-ota died by itself")
        labels = (self.folder / "points").read_text().splitlines()
        self.trial.label = labels[-1] if labels else "start"
        store = open_store(self.folder / "data")
        self.trial.killed_in = store.present().state
        store.close()

    def _check(self) -> UpdateRecord:
        """Old or new, whole; settings intact; a truthful history.  AssertionError."""
        store = open_store(self.folder / "data")
        settings, history = store.settings(), store.history()
        store.close()
        assert settings == SETTINGS, settings
        assert not list((self.folder / "data").glob("*broken*"))
        (record,) = history
        runs = NEW if record.result is UpdateResult.COMMITTED else OLD
        assert self.rauc.release.read_text().startswith(f"VERSION={runs}\n"), record
        assert self.rauc.content(self.rauc.slot) == image(runs)
        expected = replace(
            record, number=record.number, source=UpdateSource.UPLOAD, before=OLD, after=record.after
        )
        assert record == expected, record
        assert record.after in (NEW, ""), record
        assert record.began_ms <= record.ended_ms
        assert self._truthful(record), (self.trial, record)
        assert self.rauc.loader.start() == self.rauc.slot  # and so it does the next time
        return record

    def _truthful(self, record: UpdateRecord) -> bool:
        if record.result is UpdateResult.FAILED:
            early = (S.CHECKING, S.FETCHING, S.INSTALLING)
            return self.trial.cut and self.trial.killed_in in early and record.reason is R.POWER_CUT
        if self.trial.proof is R.NONE:
            return record.result is UpdateResult.COMMITTED
        return (record.result, record.reason) == (UpdateResult.FELL_BACK, self.trial.proof)


async def trial(memory: Path, bus: Bus, workshop: Workshop, planned: Trial) -> UpdateRecord:
    """One of them, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(dir=memory))
    try:
        return await Bench(folder, bus, workshop, planned).run()
    except (AssertionError, TimeoutError) as error:
        error.add_note(f"{planned}, now {_present(folder)}")
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _present(folder: Path) -> str:
    store = open_store(folder / "data")
    found = f"{store.present()}, history {store.history()}"
    store.close()
    return found


async def trials(memory: Path, bus: Bus, workshop: Workshop, kills: int) -> list[Trial]:
    """First one without a kill counts the points, then they are spread over them."""
    most = {}
    for proof in set(PLANS):
        whole = Trial(0, proof=proof)
        await trial(memory, bus, workshop, whole)
        most[proof] = whole.points
    done = []
    for number in range(kills):
        proof = PLANS[number % len(PLANS)]
        at = 1 + number * most[proof] // kills
        planned = Trial(at, cut=number % 2 == 1, proof=proof)
        await trial(memory, bus, workshop, planned)
        done.append(planned)
    return done


def main() -> None:
    """Print what was killed where; the exit status is 1 at the first box that is neither."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    kills = parser.parse_args().kills
    began = time.monotonic()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        (Path(folder) / "bundles").mkdir()
        workshop = Workshop(Path(folder) / "bundles")
        bus = Bus(Path(folder))
        bus.start()
        try:
            done = asyncio.run(trials(Path(folder), bus, workshop, kills))
        finally:
            bus.stop()
    states = collections.Counter(trial.killed_in for trial in done)
    for state, count in sorted(states.items()):
        sys.stdout.write(f"killed while {state}: {count}\n")
    took = time.monotonic() - began
    sys.stdout.write(f"{len(done)} kills, all boxes old or new, {took:.0f} s\n")


if __name__ == "__main__":
    main()
