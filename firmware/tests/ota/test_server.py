"""The administrator's door: who comes in, and what he is told."""

import aiohttp
import pytest
import pytest_asyncio

from firmware.tests.ota.fake_callboxd import ADMINISTRATOR, AGENT

pytestmark = pytest.mark.timeout(180)  # the real RAUC, and a machine that may be busy


@pytest_asyncio.fixture
async def door(box):
    connector = aiohttp.UnixConnector(path=str(box.folder / "ota.sock"))
    async with aiohttp.ClientSession("http://ota", connector=connector) as session:

        async def ask(method, name, body=None, token=ADMINISTRATOR, **query):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            path = f"/api/v1/{name}"
            async with session.request(
                method, path, json=body, headers=headers, params=query
            ) as reply:
                return reply.status, await reply.json()

        yield ask


async def test_an_administrator_sees_the_present_state(door):
    status, view = await door("GET", "Update")
    assert status == 200
    assert (view["version"], view["state"]) == ("1.0.0", "idle")
    assert [(s["name"], s["booted"], s["version"]) for s in view["slots"]] == [
        ("A", True, "1.0.0"),
        ("B", False, ""),
    ]


@pytest.mark.parametrize(
    ("token", "status", "code"),
    [("", 401, "no_session"), ("nobody", 401, "no_session"), (AGENT, 403, "forbidden")],
)
@pytest.mark.parametrize(("method", "name"), [("GET", "Update"), ("POST", "RestartNow")])
async def test_nobody_else_comes_in(door, token, status, code, method, name):
    found, body = await door(method, name, token=token)
    assert (found, body["code"]) == (status, code)


async def test_without_callboxd_nobody_is_known(box, door):
    await box.callboxd.stop()
    status, body = await door("GET", "Update")
    assert (status, body["code"]) == (503, "no_callboxd")


@pytest.mark.parametrize(
    ("method", "name", "body", "status", "code"),
    [
        ("POST", "InstallUpdate", {"source": "moon", "name": "x"}, 400, "invalid"),
        ("POST", "InstallUpdate", {"source": "upload", "name": "x", "y": 1}, 400, "invalid"),
        ("POST", "InstallUpdate", [1], 400, "malformed_json"),
        ("POST", "InstallUpdate", {"source": "upload", "name": "x"}, 409, "no_such_file"),
        ("POST", "RestartNow", {}, 409, "not_in_this_state"),
        ("POST", "Update", {}, 404, "unknown_command"),
        ("GET", "RestartNow", None, 404, "unknown_view"),
        (
            "POST",
            "ChangeUpdateSettings",
            {"settings": {"window_begins": "25:00"}},
            422,
            "config_rejected",
        ),
    ],
)
async def test_what_is_wrong_is_told(door, method, name, body, status, code):
    found, answer = await door(method, name, body)
    assert (found, answer["code"]) == (status, code)
    assert answer["text"]


async def test_settings_are_kept_and_secrets_never_shown(box, door):
    settings = {"server_url": "https://updates.example", "server_token": "s3cret", "poll_s": 60}
    assert await door("POST", "ChangeUpdateSettings", {"settings": settings}) == (200, None)
    status, shown = await door("GET", "CurrentUpdateSettings")
    assert (status, shown["poll_s"], shown["server_token"]) == (200, 60, "")
    again = settings | {"server_token": "", "poll_s": 90}
    await door("POST", "ChangeUpdateSettings", {"settings": again})
    assert box.ota.desk.settings().server_token == "s3cret"
    await door("POST", "ChangeUpdateSettings", {"settings": {}})
    assert box.ota.desk.settings().server_token == ""


async def test_the_history_is_told(box, door):
    await box.upload("0.9.0")
    await box.until(lambda _view: bool(box.history()))
    status, (record,) = await door("GET", "UpdateHistory")
    assert (status, record["result"], record["reason"]) == (200, "refused", "older_version")
