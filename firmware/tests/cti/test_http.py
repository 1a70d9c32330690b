"""Commands and queries over HTTP: what is accepted, and every way to be refused."""

import stat

import aiohttp
import pytest

from firmware.contract.commands import AnswerCall, HoldCall, MakeCall, OfferMedia, RetrieveCall
from firmware.contract.model import Cause, Role
from firmware.contract.views import CallStarted
from firmware.errors import MediaError, Refused, StoreError, TrunkError
from firmware.fsm import EventRefused
from firmware.tests.calls import ANSWERED_CALL, CALL, append_all


async def post(client, name, body=None, **arguments):
    """Status and JSON of the answer."""
    if body is not None:
        arguments["json"] = body
    async with client.post(f"/api/v1/{name}", **arguments) as reply:
        return reply.status, await reply.json()


async def get(client, name, headers, **fields):
    async with client.get(f"/api/v1/{name}", params=fields, headers=headers) as reply:
        return reply.status, await reply.json()


async def test_logging_in_gives_a_token_that_works(box, client):
    await box.users.set_password("8001", Role.AGENT, "right horse battery")
    fields = {"user": "8001", "password": "right horse battery", "address": "192.0.2.1"}
    status, session = await post(client, "LogIn", fields)
    assert (status, session["role"], session["language"]) == (200, "agent", "zh_CN")
    headers = {"Authorization": f"Bearer {session['token']}"}
    assert await get(client, "Session", headers) == (200, session | {"token": ""})
    assert await post(client, "LogOut", headers=headers) == (200, None)
    assert (await get(client, "Session", headers))[0] == 401


async def test_a_failed_log_in_is_401_and_a_throttled_one_429(client):
    fields = {"user": "8001", "password": "x"}
    answers = [await post(client, "LogIn", fields) for _ in range(6)]
    assert [(s, a["code"]) for s, a in answers] == [(401, "log_in_failed")] * 5 + [
        (429, "throttled")
    ]
    assert answers[-1][1]["problems"][0]["params"] == {"seconds": 2.0}


async def test_a_command_reaches_its_handler_with_whom_it_comes_from(box, client, headers):
    seen = []

    async def make_call(command, identity):
        seen.append((command, identity.agent))
        return CallStarted("c9")

    box.dispatcher.register(MakeCall, make_call)
    answer = await post(client, "MakeCall", {"number": "13912345678"}, headers=headers())
    assert answer == (200, {"call": "c9"})
    assert seen == [(MakeCall("13912345678"), "8001")]


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("Dance", {}, 404, "unknown_command"),
        ("Command", {}, 404, "unknown_command"),
        ("MakeCall", None, 400, "malformed_json"),
        ("MakeCall", b"{", 400, "malformed_json"),
        ("MakeCall", b"[1]", 400, "malformed_json"),
        ("MakeCall", b"\xff\xfe", 400, "malformed_json"),
        ("MakeCall", b"[" * 100_000, 400, "malformed_json"),
        ("MakeCall", b'{"number": "1"} x', 400, "malformed_json"),
        ("MakeCall", b'{"number": NaN}', 400, "invalid"),
        ("MakeCall", b'{"number": "\\ud800"}', 400, "invalid"),
        ("MakeCall", b"{}", 400, "invalid"),
        ("MakeCall", b'{"number": "1", "colour": "red"}', 400, "invalid"),
        ("MakeCall", b'{"number": 7}', 400, "invalid"),
        ("MakeCall", b'{"number": ""}', 400, "invalid"),
        ("MakeCall", b" " * 1_000_001, 413, "too_large"),
        ("ProposeConfig", b'{"base_revision": 1, "path": "", "value": 1}', 403, "forbidden"),
    ],
)
async def test_a_wrong_command_is_told_what_is_wrong(
    box, client, headers, name, body, status, code
):
    box.dispatcher.register(MakeCall, lambda command, identity: pytest.fail("was carried out"))
    data = b"null" if body is None else body
    arguments = {"json": body} if isinstance(body, dict) else {"data": data}
    answer = await post(client, name, headers=headers(), **arguments)
    assert (answer[0], answer[1]["code"], answer[1]["status"]) == (status, code, status)


async def test_all_wrong_fields_are_told_with_their_places(client, headers):
    fields = {"user": "", "user_role": "king", "password": "hunter2", "hat": 1}
    status, answer = await post(
        client, "SetUserPassword", fields, headers=headers(Role.ADMINISTRATOR)
    )
    assert status == 400
    assert [p["path"] for p in answer["problems"]] == ["user", "user_role", "password", "hat"]
    assert "hunter2" not in str(answer["problems"])


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "x"}])
@pytest.mark.parametrize("name", ["MakeCall", "Dance", "LogOut"])
async def test_without_a_session_nothing_is_told(client, header, name):
    status, answer = await post(client, name, {"number": "1"}, headers=header)
    assert (status, answer["code"]) == (401, "no_session")
    assert (await get(client, "Snapshot", header))[0] == 401


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("no_call", "there is no such call"), 409, "no_call"),
        (EventRefused("not now"), 409, "not_in_this_state"),
        (TrunkError(Cause.NO_CHANNEL), 409, "cause_34"),
        (MediaError("malformed SDP"), 409, "media"),
        (StoreError("secret path"), 503, "store"),
    ],
)
async def test_each_refusal_has_its_status_and_code(box, client, headers, error, status, code):
    def refuse(command, identity):
        raise error

    box.dispatcher.register(HoldCall, refuse)
    answer = await post(client, "HoldCall", {"call": "c1"}, headers=headers())
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert "secret" not in answer[1]["text"]


async def test_a_configuration_is_rejected_or_conflicts_with_its_problems(client, headers):
    administrator = headers(Role.ADMINISTRATOR)

    async def propose(base, path, value):
        fields = {"base_revision": base, "path": path, "value": value}
        return await post(client, "ProposeConfig", fields, headers=administrator)

    status, answer = await propose(1, "queues.sales", {"name": "", "colour": 1})
    assert (status, answer["code"]) == (422, "config_rejected")
    assert [p["path"] for p in answer["problems"]] == ["queues.sales.name", "queues.sales.colour"]
    assert await propose(1, "site.name", "Shop") == (200, {"revision": 2})
    status, answer = await propose(1, "site.name", "Other")
    assert (status, answer["code"]) == (409, "config_conflict")
    assert [p["path"] for p in answer["problems"]] == ["site.name"]
    history = (await get(client, "Revisions", administrator))[1]
    assert [(r["revision"], r["actor"], r["path"]) for r in history] == [
        (2, "admin", "site.name"),
        (1, "box", ""),
    ]
    old = (await get(client, "Config", administrator, revision="1"))[1]
    assert (old["revision"], old["document"]["site"]["name"]) == (1, "Callbox")
    assert (await get(client, "Config", administrator, revision="7"))[0] == 404


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("Dance", {}, 404),
        ("Calls", {"limit": "0"}, 400),
        ("Calls", {"limit": "many"}, 400),
        ("Calls", {"colour": "red"}, 400),
        ("Calls", {"direction": "sideways"}, 400),
        ("Call", {}, 400),
        ("Call", {"call": "none"}, 404),
        ("Config", {}, 403),
        ("Users", {}, 403),
        ("Events", {}, 403),
    ],
)
async def test_a_wrong_query_is_told_what_is_wrong(client, headers, name, fields, status):
    answer = await get(client, name, headers(), **fields)
    assert (answer[0], answer[1]["status"]) == (status, status)


async def test_a_field_given_twice_is_refused(client, headers):
    async with client.get("/api/v1/Calls?limit=1&limit=2", headers=headers()) as reply:
        assert reply.status == 400


@pytest.mark.parametrize(("method", "path"), [("PUT", "/api/v1/LogIn"), ("GET", "/nowhere")])
async def test_what_is_not_served_is_told_as_json_too(client, method, path):
    async with client.request(method, path) as reply:
        assert reply.status in (404, 405)
        assert (await reply.json())["status"] == reply.status


async def test_an_agent_reads_his_own_calls_only(box, client, headers):
    append_all(box.ledger, box.clock, ANSWERED_CALL)
    box.ledger.flush()
    totals = {
        user: (await get(client, "Calls", headers(user=user), agent="8002"))[1]["total"]
        for user in ("8001", "8002", "8003")
    }
    assert totals == {"8001": 1, "8002": 1, "8003": 0}  # 8001 missed it
    assert (await get(client, "Call", headers(user="8002"), call=CALL))[1]["talk_s"] == 110
    assert (await get(client, "Call", headers(user="8003"), call=CALL))[0] == 404
    lead = headers(Role.SUPERVISOR)
    assert (await get(client, "Calls", lead, number="5678"))[1]["calls"][0]["agent"] == "8002"


async def test_a_program_follows_the_ledger_by_number(box, client, headers):
    append_all(box.ledger, box.clock, ANSWERED_CALL)
    box.ledger.flush()
    administrator, since, kinds = headers(Role.ADMINISTRATOR), "0", []
    while True:
        page = (await get(client, "Events", administrator, since=since, limit="10"))[1]
        if not page["events"]:
            break
        kinds += [event["kind"] for event in page["events"]]
        since = str(page["last"])
    assert kinds == [type(event).__name__ for _, event in ANSWERED_CALL]


async def test_an_agents_snapshot_and_desk_have_what_concerns_him(box, client, headers):
    box.live["calls"] = (box.call("c1", "8001"), box.call("c2", "8002"))
    own = (await get(client, "Snapshot", headers()))[1]
    colleague = next(a for a in own["agents"] if a["agent"] == "8002")
    assert colleague["name"]
    assert (colleague["call"], colleague["reason"]) == (None, ""), "free or not is all he sees"
    assert [q["queue"] for q in own["queues"]] == ["sales"]
    assert ([c["call"] for c in own["calls"]], own["spans"]) == (["c1"], [])
    everything = (await get(client, "Snapshot", headers(Role.SUPERVISOR)))[1]
    assert [len(everything[part]) for part in ("spans", "queues", "agents", "calls")] == [
        1,
        2,
        2,
        2,
    ]
    desk = (await get(client, "Desk", headers()))[1]
    assert desk["pause_reasons"][0] == {"id": "break", "label": {"zh_CN": "休息", "en": "Break"}}
    assert len(desk["colleagues"]) == 4


async def test_users_are_made_listed_and_removed(client, headers):
    administrator = headers(Role.ADMINISTRATOR)
    fields = {"user": "8005", "user_role": "agent", "password": "right horse battery"}
    assert (await post(client, "SetUserPassword", fields, headers=administrator))[0] == 200
    assert (await get(client, "Users", administrator))[1] == [{"user": "8005", "role": "agent"}]
    assert (await post(client, "RemoveUser", {"user": "8005"}, headers=administrator))[0] == 200
    assert (await get(client, "Users", administrator))[1] == []


def test_what_nobody_carries_out_is_known(box):
    call_control = {AnswerCall, HoldCall, RetrieveCall, MakeCall, OfferMedia}
    assert {kind.__name__ for kind in call_control} < box.dispatcher.missing()
    assert not {"LogIn", "ProposeConfig", "Snapshot", "Calls"} & box.dispatcher.missing()
    with pytest.raises(KeyError):
        box.dispatcher.register_view("Weather", lambda query, identity: None)


async def test_the_door_is_a_socket_for_the_group_only(box, tmp_path):
    path = tmp_path / "callboxd.sock"
    path.touch()  # left over from a kill
    await box.server.start(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    connector = aiohttp.UnixConnector(str(path))
    address = "http://box/api/v1/Session"
    async with (
        aiohttp.ClientSession(connector=connector) as box_client,
        box_client.get(address) as reply,
    ):
        assert reply.status == 401
    await box.server.close()
