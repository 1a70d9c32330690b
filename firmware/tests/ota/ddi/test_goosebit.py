"""Our client and a foreign server: goosebit 0.2.12 as it comes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.contract.update import UpdateReason, UpdateResult, UpdateSettings, UpdateState
from firmware.ota.ddi.consent import Consent
from firmware.ota.ddi.conversation import Conversation
from firmware.ota.ddi.download import Downloads
from firmware.ota.ddi.memory import Memory
from firmware.ota.ddi.progress import Progress
from firmware.ota.ddi.server import NotLetIn, Server
from firmware.tests.ota.ddi.conftest import TOKEN, Site
from firmware.tests.ota.ddi.desk import FakeDesk
from hil_tests.goosebit import installed

pytestmark = [
    pytest.mark.goosebit,
    pytest.mark.timeout(200),  # it takes three seconds to start, and the first test waits for it
    pytest.mark.skipif(not installed(), reason="make build/goosebit.stamp"),
]


@dataclass
class Box:
    """One box that talks with it."""

    talk: Conversation
    desk: FakeDesk
    settings: UpdateSettings
    folder: Path

    async def fetch(self) -> bytes:
        downloads = Downloads(lambda: self.settings, lambda s: s.controller_id, self.folder)
        target = self.folder / "downloads" / self.desk.offers[-1].name
        await downloads.fetch(self.desk.offers[-1], target, lambda _done: None)
        return target.read_bytes()


@asynccontextmanager
async def box(site: Site, folder: Path, name: str, token: str = TOKEN) -> AsyncIterator[Box]:
    site.server.register(name, TOKEN)
    settings = UpdateSettings(server_url=site.server.url, controller_id=name, server_token=token)
    server, desk = Server(settings, name), FakeDesk(settings)
    memory = Memory(folder / "ddi.json")
    talk = Conversation(server, settings, desk, memory, Consent(), streams=False)
    yield Box(talk, desk, settings, folder)
    await server.close()


async def test_a_box_registers_with_its_hardware(site: Site, tmp_path: Path) -> None:
    async with box(site, tmp_path, "registers") as one:
        root = await one.talk.once()
        assert root.sleep_s == 10, "it wants the box again soon after the first time"
        assert (await one.talk.once()).sleep_s == 60
    device = site.server.device("registers")
    assert device["last_state"] == "Registered"
    assert device["sw_version"] == "1.0.0"
    assert device["hardware"]["model"] == "callbox-x86_64"


async def test_an_update_from_offer_to_commit(site: Site, tmp_path: Path) -> None:
    async with box(site, tmp_path, "commits") as one:
        await one.talk.once()
        site.server.follow("commits")
        await one.talk.once()
        (offer,) = one.desk.offers
        assert (offer.version, offer.size) == ("1.1.0", site.bundle.stat().st_size)
        assert len(offer.sha1) == 40
        assert await one.fetch() == site.bundle.read_bytes()
        await one.desk.shows(UpdateState.INSTALLING, 40)
        await one.talk.proceeding(Progress().tell(offer.action, one.desk.view(), 0.0))
        assert site.server.device("commits")["last_state"] == "Running"
        one.desk.end(UpdateResult.COMMITTED)
        one.desk.version = "1.1.0"
        await one.talk.once()
        await one.talk.once()
        assert len(one.desk.offers) == 1
    device = site.server.device("commits")
    assert (device["last_state"], device["sw_version"]) == ("Finished", "1.1.0")
    assert "Version 1.1.0 runs and has passed its proof" in site.server.log("commits")


async def test_a_fallback_and_once_more_by_force(site: Site, tmp_path: Path) -> None:
    async with box(site, tmp_path, "falls-back") as one:
        await one.talk.once()
        site.server.follow("falls-back")
        await one.talk.once()
        one.desk.end(UpdateResult.FELL_BACK, UpdateReason.BOARDS, "E1 board not linked")
        await one.talk.once()
        device = site.server.device("falls-back")
        assert (device["last_state"], device["sw_version"]) == ("Error", "1.0.0")
        log = site.server.log("falls-back")
        assert "A line board was missing with the new version." in log
        assert "E1 board not linked" in log
        await one.talk.once()
        assert len(one.desk.offers) == 1, "no offers in Error"
        site.server.force("falls-back")
        await one.talk.once()
        assert len(one.desk.offers) == 2, "the same action id once more"
        one.desk.end(UpdateResult.COMMITTED)
        await one.talk.once()
    assert site.server.device("falls-back")["last_state"] == "Finished"


async def test_forced_on_a_box_that_has_it_already(site: Site, tmp_path: Path) -> None:
    async with box(site, tmp_path, "has-it") as one:
        one.desk.version = "1.1.0"
        await one.talk.once()
        site.server.follow("has-it")
        await one.talk.once()
        assert not one.desk.offers
        site.server.force("has-it")
        await one.talk.once()
        one.desk.end(UpdateResult.REFUSED, UpdateReason.SAME_VERSION)
        await one.talk.once()
    assert site.server.device("has-it")["last_state"] == "Finished"


async def test_a_part_is_resumed(site: Site, tmp_path: Path) -> None:
    async with box(site, tmp_path, "resumes") as one:
        await one.talk.once()
        site.server.follow("resumes")
        await one.talk.once()
        name, content = one.desk.offers[0].name, site.bundle.read_bytes()
        (tmp_path / "downloads").mkdir()
        (tmp_path / "downloads" / f"{name}.part").write_bytes(content[:1_000_000])
        assert await one.fetch() == content


async def test_only_with_its_token(site: Site, tmp_path: Path) -> None:
    async with box(site, tmp_path, "stranger", token="not-its-token") as one:
        with pytest.raises(NotLetIn):
            await one.talk.once()
    assert site.server.device("stranger")["last_state"] == "Unknown"


async def test_a_paused_rollout_offers_nothing(site: Site, tmp_path: Path) -> None:
    site.server.pause(site.rollout, paused=True)
    try:
        async with box(site, tmp_path, "waits") as one:
            await one.talk.once()
            site.server.follow("waits")
            await one.talk.once()
            assert not one.desk.offers
    finally:
        site.server.pause(site.rollout, paused=False)
