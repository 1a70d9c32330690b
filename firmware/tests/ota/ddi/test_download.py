"""Bundles over a bad network, from a server that may lie."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from firmware.contract.update import UpdateReason, UpdateSettings
from firmware.ota.ddi import part
from firmware.ota.ddi.download import Downloads
from firmware.ota.offer import Offer, Stopped
from firmware.tests.ota.ddi.stub import ROOT, TOKEN, File, HawkBit, says, served, silence

CONTENT = os.urandom(1 << 20)


@dataclass
class Net:
    """A server with one file, and the box's downloader."""

    stub: HawkBit
    file: File
    target: Path
    run: Path
    waits: list[float] = field(default_factory=list)
    told: list[int] = field(default_factory=list)

    def settings(self) -> UpdateSettings:
        return UpdateSettings(server_url=self.stub.base, server_token=TOKEN)

    def offer(self, **other: Any) -> Offer:
        said = self.file.described(self.stub.base)
        offer = Offer(
            action="a:7",
            version="1.1.0",
            name=self.file.name,
            url=said["_links"]["download"]["href"],
            size=len(CONTENT),
            sha256=said["hashes"]["sha256"],
        )
        return replace(offer, **other)

    async def fetch(self, **other: Any) -> None:
        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        downloads = Downloads(self.settings, lambda _: "box-1", self.run, sleep)
        await downloads.fetch(self.offer(**other), self.target, self.told.append)

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")


@pytest_asyncio.fixture
async def net(tmp_path: Path) -> AsyncIterator[Net]:
    stub, file = HawkBit(), File(CONTENT)
    stub.assign(file)
    async with served(stub):
        yield Net(stub, file, tmp_path / "downloads" / "a.raucb", tmp_path)


async def test_a_whole_download(net: Net) -> None:
    await net.fetch()
    assert net.target.read_bytes() == CONTENT
    assert not net.part.exists()
    assert net.told == sorted(net.told)
    assert (net.told[0], net.told[-1]) == (0, len(CONTENT))
    assert net.file.asked == [("", f"TargetToken {TOKEN}")]


async def test_cuts_are_resumed_where_they_were(net: Net) -> None:
    net.file.cuts = [300_000, 300_000, 65_536]
    await net.fetch()
    assert net.target.read_bytes() == CONTENT
    begins = [wanted for wanted, _ in net.file.asked]
    assert len(begins) == 4
    assert begins[0] == ""
    assert all(wanted.startswith("bytes=") for wanted in begins[1:])
    assert net.waits == [1, 1, 1], "there was something each time"


@pytest.mark.parametrize("kept", [1, 500_000, len(CONTENT)])
async def test_a_part_of_before_the_restart_is_resumed(net: Net, kept: int) -> None:
    net.part.parent.mkdir()
    net.part.write_bytes(CONTENT[:kept])
    await net.fetch()
    assert net.target.read_bytes() == CONTENT
    assert net.told[0] == kept
    asked = [wanted for wanted, _ in net.file.asked]
    assert asked == ([f"bytes={kept}-"] if kept < len(CONTENT) else [])


@pytest.mark.parametrize("kept", [500_000, len(CONTENT), len(CONTENT) + 5])
async def test_a_part_of_another_file_costs_a_second_try(net: Net, kept: int) -> None:
    net.part.parent.mkdir()
    net.part.write_bytes(b"x" * kept)
    await net.fetch()
    assert net.target.read_bytes() == CONTENT


async def test_a_server_without_ranges_gives_it_whole(net: Net) -> None:
    net.file.ranges, net.file.cuts = False, [400_000]
    await net.fetch()
    assert net.target.read_bytes() == CONTENT


async def test_416_begins_anew(net: Net) -> None:
    net.file.cuts, net.file.faults = [400_000], []
    net.part.parent.mkdir()
    net.part.write_bytes(CONTENT[:1000])
    net.file.faults = [says(416)]
    net.file.cuts = []
    await net.fetch()
    assert net.target.read_bytes() == CONTENT
    assert [wanted for wanted, _ in net.file.asked] == ["bytes=1000-", ""]


@pytest.mark.parametrize("said", ["bytes 0-9/10", "bytes 999-1048575/1048576", "", "bytes 1000-/*"])
async def test_another_part_than_was_asked_for_begins_anew(net: Net, said: str) -> None:
    net.part.parent.mkdir()
    net.part.write_bytes(CONTENT[:1000])
    net.file.faults = [says(206, "wrong" * 100, Content_Range=said)]
    await net.fetch()
    assert net.target.read_bytes() == CONTENT


async def test_a_wrong_hash_is_damaged_and_nothing_has_the_name(net: Net) -> None:
    with pytest.raises(Stopped) as caught:
        await net.fetch(sha256="0" * 64)
    assert caught.value.reason == UpdateReason.DAMAGED
    assert not net.target.exists()
    assert net.part.stat().st_size == 0
    assert len(net.file.asked) == 2


@pytest.mark.parametrize(("size", "tries"), [(len(CONTENT) - 1, 1), (len(CONTENT) + 1, 1), (1, 1)])
async def test_another_size_than_announced_is_not_even_read(
    net: Net, size: int, tries: int
) -> None:
    with pytest.raises(Stopped) as caught:
        await net.fetch(size=size)
    assert caught.value.reason == UpdateReason.DAMAGED
    assert len(net.file.asked) == tries
    assert net.part.stat().st_size == 0


async def test_more_than_announced_is_cut_off_without_a_length(net: Net) -> None:
    """Chunked: the length is not known before."""

    async def endless(request: Any) -> Any:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(40):
            await answer.write(b"x" * 65536)
        return answer

    net.file.faults = [endless]
    with pytest.raises(Stopped) as caught:
        await net.fetch()
    assert caught.value.reason == UpdateReason.DAMAGED
    assert net.part.stat().st_size <= len(CONTENT)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 400])
async def test_a_no_ends_it(net: Net, status: int) -> None:
    net.file.faults = [says(status)] * 9
    with pytest.raises(Stopped) as caught:
        await net.fetch()
    assert caught.value.reason == UpdateReason.NOT_FETCHED
    assert len(net.file.asked) == 1


async def test_trouble_is_waited_out(net: Net) -> None:
    net.file.faults = [
        silence,
        says(500),
        says(429, Retry_After="90"),
        says(503, Retry_After="9999"),
    ]
    await net.fetch()
    assert net.waits == [1, 2, 90, 600]
    assert net.target.read_bytes() == CONTENT


async def test_a_server_that_stays_away_ends_it_and_the_part_stays(net: Net) -> None:
    net.file.cuts = [200_000]
    net.file.faults = []
    fetched = net.fetch
    net.part.parent.mkdir()
    net.part.write_bytes(CONTENT[:1000])
    net.file.faults = [silence] * 20
    with pytest.raises(Stopped) as caught:
        await fetched()
    assert caught.value.reason == UpdateReason.NOT_FETCHED
    assert len(net.waits) == 7
    assert net.part.read_bytes() == CONTENT[:1000]


async def test_a_redirect_to_another_host_loses_the_token(net: Net) -> None:
    there = net.stub.base.replace("127.0.0.1", "localhost") + "/elsewhere/a.raucb"
    net.file.faults = [says(302, Location=there)]
    await net.fetch()
    assert net.target.read_bytes() == CONTENT
    assert [token for _, token in net.file.asked] == [f"TargetToken {TOKEN}", ""]


async def test_a_link_to_another_host_gets_no_token(net: Net) -> None:
    there = net.stub.base.replace("127.0.0.1", "localhost") + "/elsewhere/a.raucb"
    await net.fetch(url=there)
    assert [token for _, token in net.file.asked] == [""]


@pytest.mark.parametrize("where", ["file:///etc/shadow", "ftp://h/x", "", "http://u:p@h/x"])
async def test_a_redirect_to_nowhere_ends_it(net: Net, where: str) -> None:
    net.file.faults = [says(302, Location=where)]
    with pytest.raises(Stopped) as caught:
        await net.fetch()
    assert caught.value.reason == UpdateReason.NOT_FETCHED


async def test_redirects_in_a_circle_end(net: Net) -> None:
    here = f"{net.stub.base}{ROOT}/softwaremodules/1/artifacts/{net.file.name}"
    net.file.faults = [says(302, Location=here)] * 100
    with pytest.raises(Stopped) as caught:
        await net.fetch()
    assert caught.value.reason == UpdateReason.NOT_FETCHED


async def test_an_encoded_file_is_not_taken(net: Net) -> None:
    net.file.faults = [says(200, "x", Content_Encoding="br")]
    with pytest.raises(Stopped) as caught:
        await net.fetch()
    assert caught.value.reason == UpdateReason.NOT_FETCHED


async def test_no_space_is_said_before_a_byte_is_asked_for(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "_MARGIN", 1 << 60)
    with pytest.raises(Stopped) as caught:
        await net.fetch()
    assert caught.value.reason == UpdateReason.NO_SPACE
    assert not net.file.asked


async def test_a_link_in_place_of_the_part_is_not_followed(net: Net, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    net.part.parent.mkdir()
    net.part.symlink_to(precious)
    with pytest.raises(Stopped):
        await net.fetch()
    assert precious.read_bytes() == b"precious"


async def test_what_was_stopped_goes_on_later(net: Net) -> None:
    """The updater may cancel at any byte."""
    reached, told = asyncio.Event(), net.told

    class Watch(list[int]):
        def append(self, done: int) -> None:
            told.append(done)
            if done > 300_000:
                reached.set()

    net.told = Watch()
    net.file.cuts = [400_000]
    forever: Callable[[float], Any] = lambda _s: asyncio.Event().wait()  # noqa: E731
    downloads = Downloads(net.settings, lambda _: "box-1", net.run, forever)
    task = asyncio.create_task(downloads.fetch(net.offer(), net.target, net.told.append))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 300_000 < net.part.stat().st_size < len(CONTENT)
    net.told = []
    await net.fetch()
    assert net.target.read_bytes() == CONTENT
    assert net.told[0] > 300_000


@pytest.mark.parametrize("name", ["sha1", "md5"])
async def test_the_strongest_hash_there_is(net: Net, name: str) -> None:
    value = net.file.described("")["hashes"][name]
    await net.fetch(sha256="", **{name: value})
    assert net.target.read_bytes() == CONTENT
    net.target.unlink()
    with pytest.raises(Stopped):
        await net.fetch(sha256="", **{name: "0" * len(value)})


async def test_access_for_streaming(net: Net) -> None:
    settings = replace(net.settings(), server_ca="-----BEGIN CERTIFICATE-----")
    downloads = Downloads(lambda: settings, lambda _: "box-1", net.run)
    access = downloads.access(net.offer())
    assert access.headers == (f"Authorization: TargetToken {TOKEN}",)
    assert access.ca is not None
    assert access.ca.read_text() == settings.server_ca
    assert access.ca.stat().st_mode & 0o777 == 0o644
    assert TOKEN not in repr(access)
    assert downloads.access(net.offer(url="http://files.example/a.raucb")).headers == ()
