"""The proof as a whole, and the checks that need no other program."""

import asyncio
import dataclasses
import json
import ssl
import sys
from types import SimpleNamespace

import pytest
from aiohttp import web

from firmware.contract.update import BoardHealth, UpdateReason
from firmware.ota.proof import Verdict, loopback, prove, prover
from firmware.ota.proof import clock as clock_check
from firmware.ota.proof import web as web_check
from firmware.ota.proof.prover import CHECKS, Check
from webui.nginx import ca

pytestmark = pytest.mark.timeout(60)
SOON = tuple(dataclasses.replace(check, limit_s=0.0) for check in CHECKS)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(prover, "REPEAT_S", 0.01)


async def test_a_good_box_is_good(callboxd, context):
    verdict = await prove(context)
    assert verdict == Verdict()
    assert verdict.good


async def test_what_comes_late_is_waited_for(callboxd, context):
    callboxd.late = 3
    assert (await prove(context)).good
    assert callboxd.asked > 3


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"database": "0001"}, UpdateReason.DATABASE, "'0001'"),
        (
            {"boards": (BoardHealth("e1", "e1", False, "", was_linked=True),)},
            UpdateReason.BOARDS,
            "not linked: e1",
        ),
        (
            {"boards": (BoardHealth("e1", "e1", True, "1.1.0", was_linked=True, wanted="1.2.0"),)},
            UpdateReason.BOARD_FIRMWARE,
            "e1 has 1.1.0, not 1.2.0",
        ),
    ],
)
async def test_what_is_missing_is_told(callboxd, context, change, reason, detail):
    callboxd.health = dataclasses.replace(callboxd.health, **change)
    verdict = await prove(context, SOON)
    assert not verdict.good
    assert verdict.reason is reason
    assert detail in verdict.detail


async def test_a_board_that_was_gone_before_the_restart_is_not_missed(callboxd, context):
    gone = tuple(BoardHealth(t, "e1", False, "", was_linked=True) for t in ("e1", "e2"))
    callboxd.health = dataclasses.replace(callboxd.health, boards=gone)
    assert (await prove(dataclasses.replace(context, absent=("e1", "e2")), SOON)).good
    verdict = await prove(dataclasses.replace(context, absent=("e2",)), SOON)
    assert (verdict.reason, verdict.detail) == (UpdateReason.BOARDS, "not linked: e1")


async def test_a_callboxd_that_does_not_answer_is_a_missing_service(context):
    verdict = await prove(context, SOON)
    assert verdict.reason is UpdateReason.SERVICES


async def test_a_callboxd_that_tells_nonsense_is_a_missing_service(callboxd, context):
    callboxd.health = {"version": 1}
    verdict = await prove(context, SOON)
    assert verdict == Verdict(UpdateReason.SERVICES, "ValueError: callboxd's health cannot be read")


async def test_a_check_that_hangs_does_not_hang_the_proof(context, hanging):
    check = Check(UpdateReason.WEB, hanging, 0.0, once_s=0.05)
    assert await prove(context, (check,)) == Verdict(UpdateReason.WEB, "no answer in its time")


async def test_a_proof_that_is_not_over_is_none(context, hanging, monkeypatch):
    monkeypatch.setattr(prover, "OVERALL_S", 0.05)
    check = Check(UpdateReason.WEB, hanging, 0.0)
    assert (await prove(context, (check,))).reason is UpdateReason.PROOF_LATE


@pytest.fixture
def hanging():
    async def check(_context):
        await asyncio.Event().wait()

    return check


def at(monkeypatch, year):
    seconds = 1_767_225_600 + (year - 2026) * 365.25 * 86400
    monkeypatch.setattr(clock_check, "time", SimpleNamespace(time=lambda: seconds + 3600))


@pytest.mark.parametrize(
    ("year", "told"), [(2025, "before the build"), (2026, ""), (2030, ""), (2032, "5 years after")]
)
async def test_the_clock_is_neither_before_the_build_nor_far_after(
    context, monkeypatch, year, told
):
    at(monkeypatch, year)
    found = await clock_check.check(context)
    assert told in found
    assert bool(told) == bool(found)


@pytest.mark.parametrize("text", ["", "VERSION=1", "BUILD=yesterday", "BUILD="])
async def test_a_release_file_without_a_time_is_no_proof(context, text):
    context.release.write_text(text)
    assert (await prove(context, SOON)).reason is UpdateReason.CLOCK


# --- the loop-back call's child ---


def saying(output, code=0):
    say = f"sys.stdout.write({output!r} + chr(10)); sys.stdout.flush()"
    return (sys.executable, "-c", f"import os, sys; {say}; os._exit({code})")


@pytest.mark.parametrize(
    ("output", "code", "told"),
    [
        (json.dumps({"ok": True, "what": ""}), 0, ""),
        ("noise\n" + json.dumps({"ok": True, "what": ""}), 0, ""),
        (json.dumps({"ok": False, "what": "e1 prompt: silent"}), 1, "e1 prompt: silent"),
        (json.dumps({"ok": True, "what": ""}), 1, "the loop-back call ended with 1"),
        (json.dumps({"ok": "yes", "what": ""}), 0, "the loop-back call ended with 0"),
        ("Traceback", 1, "the loop-back call ended with 1 and said nothing of it"),
        ("", 0, "the loop-back call ended with 0 and said nothing of it"),
        ("[1]", 0, "the loop-back call ended with 0 and said nothing of it"),
    ],
)
async def test_what_the_call_says_counts(context, output, code, told):
    context = dataclasses.replace(context, loopback=saying(output, code))
    assert await loopback.check(context) == told


async def test_a_call_that_hangs_is_killed_with_its_children(context, tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 300 & echo $$ $! >{pids}.new; mv {pids}.new {pids}; wait"
    context = dataclasses.replace(context, loopback=("/bin/sh", "-c", script))
    check = Check(UpdateReason.LOOPBACK, loopback.check, 0.0, once_s=2.0)
    assert (await prove(context, (check,))).reason is UpdateReason.LOOPBACK
    async with asyncio.timeout(10):
        while any(running(pid) for pid in map(int, pids.read_text().split())):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # nobody tells of the end of a stranger's child


def running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().split()[2] not in "ZX"
    except OSError:
        return False


# --- the pages ---


@pytest.fixture
async def pages(tmp_path, unused_tcp_port_factory):
    """`await pages(...)`: an HTTPS server with our authority; its origin."""
    runners = []
    ca.ensure(tmp_path / "tls", ["127.0.0.1"])
    ca.ensure(tmp_path / "other", ["127.0.0.1"])

    async def serve(text="<form>", status=200, authority="tls"):
        async def login(_request):
            return web.Response(text=text, status=status)

        async def own(_request):
            return web.FileResponse(tmp_path / authority / "ca.crt")

        application = web.Application()
        application.router.add_get("/login", login)
        application.router.add_get("/callbox-ca.crt", own)
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(tmp_path / "tls" / "box.crt", tmp_path / "tls" / "box.key")
        runner = web.AppRunner(application)
        runners.append(runner)
        await runner.setup()
        port = unused_tcp_port_factory()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
        return f"https://127.0.0.1:{port}"

    yield serve
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({}, ""),
        ({"status": 502}, "/login gives 502"),
        ({"text": "Bad gateway"}, "/login has no form"),
        ({"authority": "other"}, "certificate verify failed"),
    ],
)
async def test_the_page_is_there_for_whoever_knows_our_authority(pages, context, how, told):
    context = dataclasses.replace(context, origin=await pages(**how))
    found = await web_check.check(context)
    assert told in found
    assert bool(told) == bool(found)


async def test_where_nobody_listens_there_is_no_page(context, unused_tcp_port):
    context = dataclasses.replace(context, origin=f"https://127.0.0.1:{unused_tcp_port}")
    assert (await web_check.check(context)).startswith("no page")
