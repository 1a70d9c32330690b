"""The task: it goes on through everything, and hears of changes at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.contract.update import UpdateReason, UpdateResult, UpdateSettings, UpdateState
from firmware.ota.ddi.client import Client
from firmware.ota.ddi.memory import Memory
from firmware.ota.ddi.pace import Pace
from firmware.ota.ddi.streaming import rauc_streams
from firmware.tests.ota.ddi.desk import FakeDesk
from firmware.tests.ota.ddi.stub import TOKEN, File, HawkBit, says, served, silence

BUNDLE = b"bundle" * 1000


class Quick(Pace):
    """Waits that a test has time for; remembers what it was asked."""

    def __init__(self, answered_s: float = 60.0) -> None:
        super().__init__(lambda: 0.5)
        self.answered_s = answered_s
        self.failures: list[float | None] = []

    def answered(self, told_s: float | None, own_s: float, *, busy: bool = False) -> float:
        return self.answered_s

    def failed(self, retry_after_s: float | None = None) -> float:
        self.failures.append(retry_after_s)
        return 0.001


async def until(true: Callable[[], object]) -> None:
    """The client works on sockets: its turns are not counted."""
    while not true():  # noqa: ASYNC110  what is waited for is not ours to notify
        await asyncio.sleep(0.005)


@asynccontextmanager
async def running(desk: FakeDesk, folder: Path, pace: Pace) -> AsyncIterator[Client]:
    client = Client(desk, Memory(folder / "ddi.json"), streams=False, pace=pace)
    task = asyncio.create_task(client.run())
    try:
        yield client
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def settings_for(stub: HawkBit) -> UpdateSettings:
    return UpdateSettings(server_url=stub.base, controller_id="box-1", server_token=TOKEN)


@pytest.fixture
def stub() -> HawkBit:
    return HawkBit()


async def test_the_whole_way_of_an_update(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE))
    async with served(stub):
        desk = FakeDesk(settings_for(stub))
        async with running(desk, tmp_path, Quick()):
            await until(lambda: desk.offers)
            for state in (UpdateState.CHECKING, UpdateState.INSTALLING, UpdateState.PROVING):
                before = len(action.feedback)
                await desk.shows(state, 5)
                await until(lambda before=before: len(action.feedback) > before)
            desk.end(UpdateResult.COMMITTED)
            await desk.shows(UpdateState.COMMITTED)
            await until(lambda: action.ended and not desk.unreported())
    said = [body["status"]["execution"] for body in action.feedback]
    assert said == ["proceeding"] * 3 + ["closed"]


async def test_it_outlives_every_fault(stub: HawkBit, tmp_path: Path) -> None:
    stub.assign(File(BUNDLE))
    stub.faults = [
        silence,
        says(200, "{"),
        says(429, Retry_After="30"),
        says(503),
        says(401),
        says(404),
        says(302, Location="http://127.0.0.2:9/"),
        says(200, "[1, 2, 3]"),
    ]
    async with served(stub):
        desk, pace = FakeDesk(settings_for(stub)), Quick()
        async with running(desk, tmp_path, pace):
            await until(lambda: desk.offers)
    assert len(pace.failures) == 8
    assert pace.failures[2] == 30


async def test_a_result_waits_for_the_server_through_a_restart(
    stub: HawkBit, tmp_path: Path
) -> None:
    action = stub.assign(File(BUNDLE))
    async with served(stub):
        desk = FakeDesk(settings_for(stub))
        async with running(desk, tmp_path, Quick()):
            await until(lambda: desk.offers)
        desk.end(UpdateResult.FELL_BACK, UpdateReason.DID_NOT_START)
        stub.faults = [silence] * 3
        async with running(desk, tmp_path, Quick()):
            await until(lambda: action.ended)
    assert action.feedback[-1]["status"]["code"] == 201


async def test_without_a_server_it_waits_for_one(stub: HawkBit, tmp_path: Path) -> None:
    async with served(stub):
        desk = FakeDesk(UpdateSettings())
        async with running(desk, tmp_path, Quick()):
            await desk.notify()
            await desk.changes(replace(settings_for(stub), server_url="no address"))
            await desk.changes(settings_for(stub))
            await until(lambda: stub.polls)
            await desk.changes(replace(settings_for(stub), poll_s=77))
            await until(lambda: stub.polls == 2)
            await desk.changes(UpdateSettings())
    assert stub.polls == 2


@pytest.mark.parametrize("other", [{"server_ca": "no PEM"}, {"server_token": "two\nlines"}])
async def test_settings_that_cannot_work_are_complained_of_and_waited_out(
    stub: HawkBit, tmp_path: Path, other: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with served(stub):
        desk = FakeDesk(replace(settings_for(stub), **other))
        async with running(desk, tmp_path, Quick()):
            await until(lambda: "update server:" in caplog.text)
            await desk.changes(settings_for(stub))
            await until(lambda: stub.polls)
    assert "two" not in caplog.text


async def test_a_persons_word_is_passed_on_at_once(stub: HawkBit, tmp_path: Path) -> None:
    action = stub.assign(File(BUNDLE), confirm=True)
    async with served(stub):
        desk = FakeDesk(replace(settings_for(stub), confirm=True))
        async with running(desk, tmp_path, Quick()) as client:
            assert not await client.confirm(yes=True), "nothing is asked yet"
            await until(lambda: client.awaits)
            assert client.awaits == "1.1.0"
            assert await client.confirm(yes=True)
            await until(lambda: action.confirmations)
            assert not client.awaits


async def test_trouble_is_logged_once(
    stub: HawkBit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stub.faults = [says(503)] * 6
    async with served(stub):
        desk, pace = FakeDesk(settings_for(stub)), Quick()
        async with running(desk, tmp_path, pace):
            await until(lambda: stub.polls)
    assert caplog.text.count("the server says 503") == 1


def test_the_boxs_name_and_what_was_told_outlive_a_restart(tmp_path: Path) -> None:
    path, settings = tmp_path / "ddi.json", UpdateSettings(server_url="http://h")
    one = Memory(path)
    assert one.controller(replace(settings, controller_id="mine")) == "mine"
    one.told(settings, {"version": "1"})
    two = Memory(path)
    assert two.controller(settings) == one.controller(settings) != ""
    assert two.knows(settings, {"version": "1"})
    assert not two.knows(settings, {"version": "2"})
    assert not two.knows(replace(settings, server_url="http://other"), {"version": "1"})


@pytest.mark.parametrize("kept", [b"", b"{", b'{"name": "../x"}', b"\xff", b'{"name": ""}'])
def test_a_broken_memory_is_made_anew(tmp_path: Path, kept: bytes) -> None:
    path = tmp_path / "ddi.json"
    path.write_bytes(kept)
    name = Memory(path).controller(UpdateSettings())
    assert name
    assert Memory(path).controller(UpdateSettings()) == name


@pytest.mark.parametrize(
    ("output", "streams"),
    [("-H, --http-header='HEADER: VALUE'   HTTP request header", True), ("--progress", False)],
)
async def test_whether_rauc_streams(tmp_path: Path, output: str, *, streams: bool) -> None:
    rauc = tmp_path / "rauc"
    rauc.write_text(f'#!/bin/sh\necho "{output}"\n')
    rauc.chmod(0o755)
    assert await rauc_streams(rauc) is streams
    assert not await rauc_streams(tmp_path / "absent")
