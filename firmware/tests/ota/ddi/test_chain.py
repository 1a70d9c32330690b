"""From a server's offer to its `closed`: callbox-ota whole, real RAUC, restarts and all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from firmware.contract.update import (
    CancelUpdate,
    RestartNow,
    UpdateReason,
    UpdateResult,
    UpdateState,
)
from firmware.ota.proof import Verdict
from firmware.tests.ota.box import Box
from firmware.tests.ota.ddi.conftest import TOKEN, Site
from firmware.tests.ota.ddi.stub import TOKEN as STUB_TOKEN
from firmware.tests.ota.ddi.stub import Action, File, HawkBit, served, silence
from hil_tests.goosebit import installed

pytestmark = pytest.mark.timeout(60)  # several starts of RAUC and three programs
with_goosebit = [
    pytest.mark.goosebit,
    pytest.mark.timeout(200),
    pytest.mark.skipif(not installed(), reason="make build/goosebit.stamp"),
]
S = UpdateState


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(50):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110  another program's state
            await asyncio.sleep(0.01)


@asynccontextmanager
async def offered(box: Box, name: str, **how: Any) -> AsyncIterator[tuple[HawkBit, Action]]:
    """A stub that offers this bundle, and the box asks it."""
    stub, file = HawkBit(), File(box.workshop.path(name).read_bytes())
    action = stub.assign(file, **how)
    async with served(stub):
        follow(box, stub)
        yield stub, action


def follow(box: Box, stub: HawkBit, **other: Any) -> None:
    """Settings; others than before make the box ask at once."""
    box.settings(
        **{"restart": "idle", "server_url": stub.base, "server_token": STUB_TOKEN} | other,
        controller_id="box-1",
    )


def goosebits(box: Box, site: Site, name: str, **other: Any) -> None:
    box.settings(
        restart="idle",
        server_url=site.server.url,
        server_token=TOKEN,
        controller_id=name,
        **other,
    )


async def rolled_out(box: Box, site: Site, name: str) -> None:
    """The box becomes known to goosebit, which then offers it 1.2.0."""
    site.server.register(name, TOKEN)
    goosebits(box, site, name)
    await until(lambda: site.server.device(name)["last_state"] == "Registered")
    site.server.follow(name, "plain")
    goosebits(box, site, name, poll_s=61)


class TestGoosebit:
    """The foreign server's view of it."""

    pytestmark = with_goosebit

    async def test_commit(self, box: Box, site: Site) -> None:
        await rolled_out(box, site, "chain-commit")
        await box.restarted()
        view = await box.until_state(S.COMMITTED)
        assert (view.version, box.rauc.slot) == ("1.2.0", "B")
        await until(lambda: site.server.device("chain-commit")["last_state"] == "Finished")
        device = site.server.device("chain-commit")
        assert device["sw_version"] == "1.2.0"
        await until(lambda: not box.ota.desk.unreported())

    async def test_fallback(self, box: Box, site: Site) -> None:
        box.verdicts = [Verdict(UpdateReason.LOOPBACK, "no sound")]
        await rolled_out(box, site, "chain-fallback")
        await box.restarted()
        assert site.server.device("chain-fallback")["last_state"] == "Running"
        await box.restarted()
        await box.until_state(S.FELL_BACK)
        await until(lambda: site.server.device("chain-fallback")["last_state"] == "Error")
        # goosebit keeps the state first, the details a moment later.
        await until(lambda: "no sound" in site.server.log("chain-fallback"))
        assert "The new version's test call failed." in site.server.log("chain-fallback")


async def test_a_power_cut_in_the_download_is_resumed(box: Box) -> None:
    half, stuck = asyncio.Event(), asyncio.Event()

    async def stalls(request: web.Request) -> web.StreamResponse:
        content = box.workshop.path("1.1.0").read_bytes()
        answer = web.StreamResponse()
        answer.content_length = len(content)
        await answer.prepare(request)
        await answer.write(content[: len(content) // 2])
        half.set()
        await stuck.wait()
        return answer

    async with offered(box, "1.1.0") as (_stub, action):
        action.file.faults = [stalls]
        await half.wait()
        await box.until_state(S.FETCHING)
        await box.power_off()
        stuck.set()
        await box.power_on()
        await box.restarted()
        await box.until_state(S.COMMITTED)
        await until(lambda: action.ended)
    assert action.feedback[-1]["status"]["result"]["finished"] == "success"
    assert [body["status"]["execution"] for body in action.feedback].count("closed") == 1


@pytest.mark.parametrize(
    ("name", "code"), [("wrong-ca", 101), ("other-kind", 104), ("tampered", 102), ("junk", 102)]
)
async def test_a_refused_bundle_is_closed_with_its_sentence(box: Box, name: str, code: int) -> None:
    async with offered(box, name) as (_stub, action):
        await until(lambda: action.ended)
        await box.until_state(S.IDLE)
    said = action.feedback[-1]["status"]
    assert (said["result"]["finished"], said["code"]) == ("failure", code)
    assert box.rauc.slot == "A"


async def test_a_cancel_while_it_waits(box: Box) -> None:
    box.callboxd.calls = 1
    async with offered(box, "1.1.0") as (stub, action):
        await box.until_state(S.WAITING, S.DRAINING)
        action.cancelling = True
        follow(box, stub, poll_s=61)
        await until(lambda: action.ended)
        await box.until_state(S.IDLE)
        await until(lambda: not box.ota.desk.unreported())
    assert box.last().result is UpdateResult.CANCELLED
    assert action.cancel_feedback[-1]["status"]["execution"] == "closed"
    assert "closed" not in [body["status"]["execution"] for body in action.feedback]


async def test_the_result_waits_for_a_server_that_is_away(box: Box) -> None:
    async with offered(box, "1.1.0") as (stub, action):
        await box.until_file(box.folder / "run" / "reboot")
        stub.faults = [silence] * 1000
        await box.restarted()
        await box.until_state(S.COMMITTED)
        assert box.ota.desk.unreported()
        await box.power_off()
        await box.power_on()
        assert box.ota.desk.unreported()
        stub.faults = []
        follow(box, stub, poll_s=61)
        await until(lambda: action.ended)
        await until(lambda: not box.ota.desk.unreported())
    assert action.feedback[-1]["status"]["result"]["finished"] == "success"


@pytest.mark.parametrize("yes", [True, False])
async def test_a_person_confirms_what_the_server_wants_confirmed(box: Box, *, yes: bool) -> None:
    stub, file = HawkBit(), File(box.workshop.path("1.1.0").read_bytes())
    action = stub.assign(file, confirm=True)
    async with served(stub):
        follow(box, stub, confirm=True)
        view = await box.until(lambda _view: box.view().needs_confirmation)
        assert (view.state, view.target) == (S.IDLE, "1.1.0")
        await box.ask(RestartNow() if yes else CancelUpdate())
        await until(lambda: action.confirmations)
        follow(box, stub, confirm=True, poll_s=61)
        if yes:
            await box.restarted()
            await box.until_state(S.COMMITTED)
            await until(lambda: action.ended)
    assert action.confirmations[0]["confirmation"] == ("confirmed" if yes else "denied")
    assert bool(action.feedback) is yes
