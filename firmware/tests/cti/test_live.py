"""The live connection: events by number, gauges by last value, commands as JSON-RPC."""

import asyncio
import json

import aiohttp
import pytest

from firmware.contract.commands import MakeCall
from firmware.contract.events import (
    AgentMissed,
    AgentOffered,
    AgentStateChanged,
    CallCleared,
    CallOffered,
    ConfigApplied,
    DigitReceived,
    LegAdded,
    LegCleared,
    LogInRefused,
)
from firmware.contract.model import AgentState, Cause, Direction, Outcome, Party, Role
from firmware.contract.views import CallStarted, LevelView
from firmware.cti.live import Client
from firmware.errors import Refused


def offered(call):
    return CallOffered(call, Direction.INBOUND, "13912345678", "01088886666")


def kinds(messages):
    return [m["params"].get("kind", m["method"]) for m in messages]


async def until_answer(desktop):
    """All that was sent so far: the answer to a request comes after it."""
    before, _ = await desktop.ask("Subscribe", since="x")
    return before


async def test_first_comes_a_snapshot_then_events_in_order(box, connect):
    desktop = await connect(Role.SUPERVISOR)
    box.ledger.append(offered("c0"))
    [snapshot], result = await desktop.subscribe()
    assert (snapshot["method"], snapshot["params"]["seq"]) == ("Snapshot", 1)
    assert result == {"seq": 1, "complete": True}
    for call in ("c1", "c2"):
        box.ledger.append(offered(call))
    events = [await desktop.receive() for _ in range(2)]
    assert [(e["params"]["seq"], e["params"]["call"]) for e in events] == [(2, "c1"), (3, "c2")]
    assert events[0]["params"]["kind"] == "CallOffered"
    assert events[0]["params"]["at_ms"] == box.clock.utc_ms()


async def test_who_comes_back_gets_what_he_missed_each_once(box, connect):
    first = await connect(Role.SUPERVISOR)
    await first.subscribe()
    box.ledger.append(offered("c1"))
    last = (await first.receive())["params"]["seq"]
    await first.socket.close()
    for call in ("c2", "c3"):
        box.ledger.append(offered(call))
    second = await connect(Role.SUPERVISOR)
    messages, result = await second.subscribe(since=last)
    assert kinds(messages) == ["Snapshot", "CallOffered", "CallOffered"]
    assert [m["params"]["seq"] for m in messages] == [3, 2, 3]
    assert result["complete"]
    box.ledger.append(offered("c4"))
    assert (await second.receive())["params"]["seq"] == 4


async def test_a_number_from_the_future_is_told_as_incomplete(box, connect):
    desktop = await connect(Role.SUPERVISOR)
    messages, result = await desktop.subscribe(since=500)
    assert (kinds(messages), result) == (["Snapshot"], {"seq": 0, "complete": False})


async def test_who_missed_very_much_gets_the_end_of_it(box, connect, monkeypatch):
    monkeypatch.setattr("firmware.cti.live.MOST_MISSED", 3)
    for n in range(10):
        box.ledger.append(offered(f"c{n}"))
    messages, result = await (await connect(Role.SUPERVISOR)).subscribe(since=0)
    assert [m["params"]["seq"] for m in messages] == [10, 8, 9, 10]
    assert not result["complete"]


async def test_an_agent_sees_his_own_calls_and_nothing_else(box, connect):
    desktop = await connect(user="8001")
    await desktop.subscribe()
    story = [
        offered("c1"),
        offered("c2"),
        AgentOffered("c1", "sales", "8001"),
        DigitReceived("c1", "1"),
        DigitReceived("c2", "1"),
        AgentMissed("c1", "sales", "8001", 1),
        DigitReceived("c1", "2"),
        AgentStateChanged("8001", AgentState.READY),
        AgentStateChanged("8002", AgentState.READY),
        LegAdded("c2", "c2.2", agent="8001"),
        DigitReceived("c2", "3"),
        LegCleared("c2", "c2.2", Cause.NORMAL_CLEARING, Party.AGENT),
        DigitReceived("c2", "4"),
        LogInRefused("8002", "192.0.2.1", throttled=False),
        ConfigApplied(2, "admin"),
        CallCleared("c2", Cause.NORMAL_CLEARING, Party.CALLER, Outcome.ANSWERED),
    ]
    for event in story:
        box.ledger.append(event)
    seen = [m["params"]["seq"] for m in await until_answer(desktop)]
    assert seen == [3, 4, 6, 8, 10, 11, 12, 15, 16], "the end of a call that he had, too"


async def test_a_call_in_the_snapshot_is_his_until_it_ends(box, connect):
    box.live["calls"] = (box.call("c1", "8001"), box.call("c2", "8002"))
    desktop = await connect(user="8001")
    await desktop.subscribe()
    for call in ("c1", "c2"):
        box.ledger.append(DigitReceived(call, "1"))
    box.ledger.append(CallCleared("c1", Cause.NORMAL_CLEARING, Party.CALLER, Outcome.ANSWERED))
    box.ledger.append(DigitReceived("c1", "9"))
    assert kinds(await until_answer(desktop)) == ["DigitReceived", "CallCleared"]


async def test_changed_views_follow_an_event_as_gauges(box, connect, timers):
    lead, agent = await connect(Role.SUPERVISOR), await connect(user="8001")
    for desktop in (lead, agent):
        await desktop.subscribe()
    box.live["queues"] = (box.queue("sales", 3), box.queue("service", 0))
    box.live["calls"] = (box.call("c1"),)
    box.ledger.append(offered("c1"))
    timers.expire("T_live")
    assert timers.running == {"T_gauges": 1}
    gauges = [(await lead.receive())["params"] for _ in range(3)][1:]
    assert [g["name"] for g in gauges] == ["queue.sales", "call.c1"]
    assert gauges[0]["value"]["waiting"] == 3
    assert (await agent.receive())["params"]["name"] == "queue.sales"
    box.live["calls"] = ()
    box.ledger.append(CallCleared("c1", Cause.NORMAL_CLEARING, Party.CALLER, Outcome.ANSWERED))
    timers.expire("T_live")
    gone = [(await lead.receive())["params"] for _ in range(2)][1]
    assert gone == {"name": "call.c1", "value": None}


async def test_what_changes_without_an_event_is_seen_a_second_later(box, connect, timers):
    lead = await connect(Role.SUPERVISOR)
    await lead.subscribe()
    box.live["queues"] = (box.queue("sales", 5), box.queue("service", 0))
    timers.expire("T_gauges")
    gauge = (await lead.receive())["params"]
    assert (gauge["name"], gauge["value"]["waiting"]) == ("queue.sales", 5)
    assert timers.running == {"T_gauges": 1}


async def test_levels_go_to_supervisors_and_to_the_agent_himself(box, connect):
    desktops = [
        await connect(Role.SUPERVISOR),
        await connect(user="8001"),
        await connect(user="8002"),
    ]
    for desktop in desktops:
        await desktop.subscribe()
    box.hub.gauge("level.8001", -20.5, "8001")
    for desktop in desktops[:2]:
        assert (await desktop.receive())["params"] == {"name": "level.8001", "value": -20.5}
    box.ledger.append(ConfigApplied(2, "admin"))
    assert (await desktops[2].receive())["method"] == "Event"


async def test_levels_are_told_each_second(box, connect, timers):
    desktop = await connect(user="8001")
    await desktop.subscribe()
    box.levels = [("8001", LevelView(-23, -32)), ("8002", LevelView(-20, -20))]
    timers.expire("T_gauges")
    wanted = {"name": "level.8001", "value": {"agent_dbm0": -23, "caller_dbm0": -32}}
    assert (await desktop.receive())["params"] == wanted
    box.levels = []
    timers.expire("T_gauges")
    box.ledger.append(ConfigApplied(2, "admin"))
    assert (await desktop.receive())["method"] == "Event"


async def test_a_gauge_not_sent_yet_is_replaced():
    client, sent, done = Client(None, pytest.fail), [], asyncio.Event()

    async def send(text):
        sent.append(text)
        done.set()

    for value in range(1000):
        client.gauge("level", value)
    task = asyncio.create_task(client.send_all(send))
    await done.wait()
    task.cancel()
    assert sent == ['{"jsonrpc":"2.0","method":"Gauge","params":{"name":"level","value":999}}']


async def test_a_command_is_carried_out_and_answered(box, connect):
    box.dispatcher.register(MakeCall, lambda command, identity: CallStarted(identity.agent))
    desktop = await connect()
    _, answer = await desktop.ask("MakeCall", number="139")
    assert answer == {"jsonrpc": "2.0", "id": 1, "result": {"call": "8001"}}


async def test_a_refused_command_says_why(box, connect):
    def refuse(command, identity):
        raise Refused("not_allowed", "this number may not be dialled")

    box.dispatcher.register(MakeCall, refuse)
    _, answer = await (await connect()).ask("MakeCall", number="00139")
    assert answer["error"]["code"] == -32000
    assert answer["error"]["data"]["code"] == "not_allowed"
    assert answer["error"]["data"]["status"] == 409


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("{", -32700, "malformed_json"),
        ("[" * 50_000, -32700, "malformed_json"),
        ("[]", -32600, "invalid_request"),
        ('{"id": 1, "method": "LogOut"}', -32600, "invalid_request"),
        ('{"jsonrpc": "2.0", "id": [], "method": "LogOut"}', -32600, "invalid_request"),
        ('{"jsonrpc": "2.0", "id": 1, "method": 7}', -32600, "invalid_request"),
        ('{"jsonrpc": "2.0", "id": 1, "method": "x", "params": [1]}', -32600, "invalid_request"),
        ('{"jsonrpc": "2.0", "id": 1, "method": "Dance"}', -32601, "unknown_command"),
        ('{"jsonrpc": "2.0", "id": 1, "method": "LogIn"}', -32601, "unknown_command"),
        ('{"jsonrpc": "2.0", "id": 1, "method": "MakeCall"}', -32602, "invalid"),
        (
            '{"jsonrpc": "2.0", "id": 1, "method": "Subscribe", "params": {"since": -1}}',
            -32602,
            "invalid",
        ),
        (
            '{"jsonrpc": "2.0", "id": 1, "method": "Subscribe", "params": {"until": 1}}',
            -32602,
            "invalid",
        ),
        ('{"jsonrpc": "2.0", "id": 1, "method": "RemoveUser", "params": {}}', -32000, "forbidden"),
    ],
)
async def test_a_wrong_message_is_answered_and_the_connection_goes_on(
    box, connect, text, code, reason
):
    box.dispatcher.register(MakeCall, lambda command, identity: CallStarted("c1"))
    desktop = await connect()
    await desktop.socket.send_str(text)
    error = (await desktop.receive())["error"]
    assert (error["code"], error["data"]["code"]) == (code, reason)
    assert (await desktop.ask("MakeCall", number="1"))[1]["result"] == {"call": "c1"}


@pytest.mark.parametrize("number", ["\\ud800", "a\\udfff"])
async def test_half_a_character_comes_back_as_it_came(connect, number):
    desktop = await connect()
    await desktop.socket.send_str(f'{{"jsonrpc":"2.0","id":"{number}","method":"{number}"}}')
    answer = await desktop.receive()
    assert answer["id"] == json.loads(f'"{number}"')
    assert answer["error"]["code"] == -32601
    await desktop.ask("Subscribe")  # the connection goes on


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
async def test_what_json_has_no_number_for_is_no_id(connect, number):
    desktop = await connect()
    await desktop.socket.send_str(f'{{"jsonrpc":"2.0","id":{number},"method":"LogOut"}}')
    answer = await desktop.receive()
    assert (answer["id"], answer["error"]["code"]) == (None, -32600)


async def test_binary_messages_are_malformed(connect):
    desktop = await connect()
    await desktop.socket.send_bytes(b"{}")
    assert (await desktop.receive())["error"]["code"] == -32700


async def test_a_message_beyond_the_limit_ends_the_connection(connect):
    desktop = await connect()
    await desktop.socket.send_str(" " * 1_000_001)
    assert await desktop.close_code() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_a_command_without_an_id_is_not_answered(box, connect):
    done = []
    box.dispatcher.register(MakeCall, lambda command, identity: done.append(command))
    desktop = await connect()
    await desktop.socket.send_json(
        {"jsonrpc": "2.0", "method": "MakeCall", "params": {"number": "1"}}
    )
    assert await until_answer(desktop) == []
    assert done == [MakeCall("1")]


async def test_a_slow_client_is_dropped_and_resumes_by_number(box, connect, monkeypatch):
    monkeypatch.setattr("firmware.cti.live.OUTBOX", 5)
    slow = await connect(Role.SUPERVISOR)
    await slow.subscribe()
    for n in range(50):  # the loop never gets to send in between
        box.ledger.append(offered(f"c{n}"))
    await slow.close_code()
    monkeypatch.undo()
    again = await connect(Role.SUPERVISOR)
    messages, result = await again.subscribe(since=0)
    assert [m["params"]["seq"] for m in messages[1:]] == list(range(1, 51))
    assert result == {"seq": 50, "complete": True}


async def test_logging_out_ends_the_live_connection(connect):
    desktop = await connect()
    _, answer = await desktop.ask("LogOut")
    assert answer["result"] is None
    assert await desktop.close_code() == 4401


async def test_a_session_that_ended_elsewhere_gets_no_more_events(box, connect):
    desktop = await connect(Role.SUPERVISOR)
    await desktop.subscribe()
    box.users.sessions.close_all_of("lead")
    box.ledger.append(offered("c1"))
    assert (await asyncio.wait_for(desktop.socket.receive(), 5)).type is not aiohttp.WSMsgType.TEXT


async def test_presence_is_told_with_the_first_and_the_last_desktop(box, connect):
    desktops = [await connect(), await connect()]
    for desktop in desktops:
        await desktop.socket.close()
    told = [await asyncio.wait_for(box.presences.get(), 5) for _ in range(2)]
    assert told == [("8001", True), ("8001", False)]
    assert box.presences.empty()


async def test_closing_the_server_ends_everything(box, connect):
    desktop = await connect()
    await desktop.subscribe()
    await box.server.close()
    assert await desktop.close_code() is not None


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://{host}", 101),
        ("https://elsewhere.example", 403),
        ("null", 403),
        ("http://[::1", 403),
        (None, 403),
    ],
)
async def test_the_cookie_works_only_from_a_page_of_this_box(box, client, origin, status):
    headers = {"Cookie": f"callbox_token={box.token('8001', Role.AGENT)}"}
    if origin is not None:
        headers["Origin"] = origin.format(host=f"127.0.0.1:{client.port}")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers |= upgrade | {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    async with client.get("/live", headers=headers) as reply:
        assert reply.status == status


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_without_a_session_there_is_no_live_connection(client, headers):
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await client.ws_connect("/live", headers=headers)
    assert error.value.status == 401


async def test_the_cookie_counts_for_the_live_connection_only(box, client):
    headers = {"Cookie": f"callbox_token={box.token('8001', Role.AGENT)}"}
    async with client.get("/api/v1/Session", headers=headers) as reply:
        assert reply.status == 401


@pytest.mark.parametrize("name", ["Connection", "Upgrade", "Sec-WebSocket-Key"])
async def test_a_header_that_is_no_text_is_a_bad_request(box, client, name):
    reading, writing = await asyncio.open_connection("127.0.0.1", client.port)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers = upgrade | {name: "\xac", "Authorization": f"Bearer {box.token('8001', Role.AGENT)}"}
    lines = [f"{key}: {value}\r\n" for key, value in headers.items()]
    writing.write(f"GET /live HTTP/1.1\r\nHost: box\r\n{''.join(lines)}\r\n".encode("latin1"))
    try:
        assert (await asyncio.wait_for(reading.readline(), 5)).split()[1] == b"400"
    finally:
        writing.close()
        await writing.wait_closed()
