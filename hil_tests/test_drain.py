"""Before a restart: new calls are refused, running ones go on; seen from the network."""

import aiohttp
import pytest

from board.sim.call import CallState
from board.sim.script import HangUp, Wait, WaitConnect, answers
from firmware.store.database import head_revision
from hil_tests.desk import Refused

pytestmark = pytest.mark.timeout(240)
NUMBER, CALLER, HOTLINE = "01088886666", "13800138000", "01088886667"
LISTENS = (WaitConnect(30), Wait(60), HangUp())


def ask(world, method, path, **how):
    """What callboxd answers on its service socket: status and JSON."""

    async def talk():
        connector = aiohttp.UnixConnector(path=str(world.options.service))
        async with (
            aiohttp.ClientSession("http://callboxd", connector=connector) as session,
            session.request(method, path, **how) as reply,
        ):
            return reply.status, await reply.json(content_type=None)

    return world.await_(talk())


def drain(world, *, on=True):
    status, health = ask(world, "POST", "/drain", json={"on": on})
    assert (status, health["draining"]) == (200, on)


def health(world):
    return ask(world, "GET", "/health")[1]


def open_hotline(world):
    def change(document):
        next(r for r in document["routes"] if r["called"] == HOTLINE)["emergency"] = True

    world.configure(change)


def test_only_emergencies_come_in_and_go_out(world, ready):
    open_hotline(world)
    running = world.office.place_call(NUMBER, "13800138001", LISTENS)
    assert world.run(5, lambda: running.state is CallState.CONNECTED)
    drain(world)
    refused = world.office.place_call(NUMBER, CALLER, LISTENS)
    assert world.run(5, lambda: refused.ended)
    assert (refused.cause, refused.times.connect) == (42, None)
    hotline = world.office.place_call(HOTLINE, CALLER, LISTENS)
    assert world.run(5, lambda: hotline.state is CallState.CONNECTED)
    ready.ask("SetAgentState", state="not_ready", reason="lunch")
    with pytest.raises(Refused, match="draining"):
        ready.ask("MakeCall", number="02166668888")
    world.office.answer_rule("110", answers(0.5, [Wait(30)]))
    ready.ask("MakeCall", number="110")
    assert world.run(5, lambda: world.office.calls[-1].called == "110")
    assert ready.told("DrainChanged")[-1]["on"]
    assert world.snapshot["draining"]
    told = health(world)
    assert (told["calls"], told["emergency_calls"]) == (3, 2)
    assert running.state is CallState.CONNECTED, "a running call goes on"
    drain(world, on=False)
    again = world.office.place_call(NUMBER, CALLER, LISTENS)
    assert world.run(5, lambda: again.state is CallState.CONNECTED)


def test_an_analogue_line_rings_on(fxo):
    drain(fxo)
    line = fxo.analog.line(1)
    call = fxo.analog.place_call(line, CALLER, [WaitConnect(8), Wait(5), HangUp()])
    assert fxo.run(30, lambda: call.ended)
    assert (call.times.connect, line.hook_edges) == (None, [])
    drain(fxo, on=False)
    assert fxo.run(20, lambda: fxo.line(1)["state"] == "idle")
    again = fxo.analog.place_call(line, CALLER, LISTENS)
    assert fxo.run(20, lambda: again.state is CallState.CONNECTED)


def test_how_the_box_is(resting):
    told = health(resting)
    (board,) = (board for board in told["boards"] if board["kind"] == "e1")
    assert (board["trunk"], board["linked"], board["was_linked"]) == ("e1", True, True)
    assert board["firmware"]
    (other,) = (board for board in told["boards"] if board["kind"] == "fxo")
    assert not other["linked"]
    assert not other["was_linked"], "a socket without a board is no fault"
    assert (told["calls"], told["draining"], told["timezone"]) == (0, False, "Asia/Shanghai")
    assert told["database"] == head_revision()
    assert told["call_possible_ms"] <= resting.now_ms
    assert 0 < told["up_s"] < 60


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"data": b""}, 400),
        ({"data": b"\xff{"}, 400),
        ({"data": b"[" * 900}, 400),
        ({"data": b" " * 2000}, 413),
        ({"json": []}, 422),
        ({"json": {}}, 422),
        ({"json": {"on": 1}}, 422),
        ({"json": {"on": "true"}}, 422),
        ({"json": {"on": True, "more": 1}}, 422),
    ],
)
def test_garbage_is_refused_and_changes_nothing(resting, how, status):
    found, told = ask(resting, "POST", "/drain", **how)
    assert found == status
    assert told["code"]
    assert not resting.box.control.draining.on


@pytest.fixture(scope="module")
def resting():
    from hil_tests.world import World  # noqa: PLC0415  one box for all of it

    with World() as world:
        yield world
