"""The asyncio client against real callbox-isdn processes in monotonic time."""

import asyncio
import subprocess

import pytest

from board.host import isdn_events as ev
from board.host.isdn import IsdnClient
from board.host.isdn_lines import LineError, Reader, frame, line
from board.tests.isdn.harness import BINARY


class Side:
    """A process, its client, and what the client has reported."""

    def __init__(self, side, path, clock="monotonic"):
        self.side, self.path, self.clock = side, path / f"{side}.sock", clock
        self.events = asyncio.Queue()
        self.peer = None
        self.client = IsdnClient(self.path, self.events.put_nowait, self.carry)

    def carry(self, octets):
        self.peer.client.send_frame(octets)

    def spawn(self):
        options = ["--side", self.side, "--clock", self.clock, "--socket", self.path]
        self.process = subprocess.Popen([BINARY, *options])

    def kill(self):
        self.process.kill()
        self.process.wait(5)

    async def expect(self, kind):
        """The next event of one kind; others before it are skipped."""
        while not isinstance(event := await asyncio.wait_for(self.events.get(), 5), kind):
            pass
        return event


@pytest.fixture
async def sides(tmp_path):
    user, network = Side("user", tmp_path), Side("network", tmp_path)
    user.peer, network.peer = network, user
    for side in (user, network):
        side.spawn()
        side.client.start()
    yield user, network
    for side in (user, network):
        await side.client.stop()
        side.kill()


async def link_up(user, network):
    for side in (user, network):
        while True:
            event = await side.expect(ev.Hello | ev.Link)
            if (isinstance(event, ev.Hello) and event.link_up) or event == ev.Link(up=True):
                break


async def test_a_call_from_setup_to_released(sides):
    user, network = sides
    await link_up(user, network)
    network.client.setup(7, "88886666", "13800138000", presentation="restricted")
    seen = await user.expect(ev.Setup)
    assert (seen.called, seen.calling, seen.presentation) == (
        "88886666",
        "13800138000",
        "restricted",
    )
    user.client.order("ALERTING", call=seen.call, inband=True)
    assert await network.expect(ev.Alerting) == ev.Alerting(7, 1, inband=True)
    user.client.order("CONNECT", call=seen.call)
    assert await network.expect(ev.Connect) == ev.Connect(7, 1, inband=False)
    user.client.disconnect(seen.call, 16)
    assert await network.expect(ev.Disconnect) == ev.Disconnect(7, 1, 16)
    network.client.release(7)
    assert await user.expect(ev.Released) == ev.Released(seen.call, 16)


async def test_the_client_comes_back_after_the_process_and_says_so(sides):
    user, network = sides
    await link_up(user, network)
    user.kill()
    user.spawn()
    hello = await user.expect(ev.Hello)
    assert hello.side == "user"
    assert user.client.connected


async def test_snapshot_lists_calls_for_the_next_client(sides):
    user, network = sides
    await link_up(user, network)
    network.client.setup(7, "88886666", "13800138000")
    seen = await user.expect(ev.Setup)
    user.client.order("CONNECT", call=seen.call)
    await network.expect(ev.Connect)
    await user.client.stop()
    user.client.start()
    await user.expect(ev.Hello)
    snapshot = await user.client.snapshot()
    held = ev.HeldCall(seen.call, True, "active", 1, "88886666", "13800138000")
    assert snapshot.calls == (held,)
    assert snapshot.counters["frames_bad"] == 0


async def test_a_refused_order_is_an_event_and_changes_nothing(sides):
    user, _ = sides
    await user.expect(ev.Hello)
    user.client.order("CONNECT", call=99)
    assert await user.expect(ev.Refusal) == ev.Refusal("no such call", "CONNECT", 99)


async def test_orders_without_a_process_are_dropped_and_counted(tmp_path):
    client = IsdnClient(tmp_path / "nobody.sock", print, print)
    client.start()
    client.disconnect(1, 16)
    assert client.orders_dropped == 1
    with pytest.raises(ConnectionError):
        await client.snapshot()
    await client.stop()


async def test_stepped_time_is_awaited(tmp_path):
    user = Side("user", tmp_path, clock="stepped")
    user.spawn()
    frames = []
    user.carry = frames.append
    user.client = IsdnClient(user.path, user.events.put_nowait, frames.append)
    user.client.start()
    await user.expect(ev.Hello)
    assert await user.client.step(5000) == 5000
    assert len(frames) >= 3  # SABME each second: nobody answers
    await user.client.stop()
    user.kill()


async def test_a_step_to_a_process_that_has_just_died_is_a_lost_connection(tmp_path):
    user = Side("user", tmp_path, clock="stepped")
    user.spawn()
    user.client.start()
    await user.expect(ev.Hello)
    user.kill()
    with pytest.raises(ConnectionError):
        await user.client.step(5)
    await user.client.stop()


def test_values_survive_the_way_through_a_line():
    text = line("SETUP", calling="1 2%=é", complete=False)
    assert text == b"SETUP calling=1%202%25%3D%C3%A9 complete=0"
    with pytest.raises(LineError):
        line("SETUP", called="1" * 2000)
    with pytest.raises(LineError):
        frame(b"")
    with pytest.raises(LineError):
        frame(bytes(265))


@pytest.mark.parametrize(
    "message",
    [b"\xff\xfe", b"WHAT call=1", b"LINK", b"LINK state", b"RELEASED call=x cause=1", b""],
)
def test_a_line_that_is_none_is_refused(message):
    with pytest.raises(LineError):
        Reader().read(message)
