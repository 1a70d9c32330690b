# The simulated FXO board as a process: pty on one side, the pairs on the other.
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from board import wire, wire_fxo
from board.sim import fxo_line, line
from board.sim.board import SimulatedBoard
from board.tests.sim.serial_host import PATIENCE, RUNTIMES, Host

ROOT = Path(__file__).parent.parent.parent.parent
IDLE = struct.pack(fxo_line.FEED_RECORD, -480, 1200, 0, 0, 0, 0)
RINGING = struct.pack(fxo_line.FEED_RECORD, -480, 1200, 750, 250, 0, 0)
REVERSED = struct.pack(fxo_line.FEED_RECORD, 480, 1200, 0, 0, 0, 0)


class Rig:
    """A board between pairs that do what the test says and a host that echoes."""

    def __init__(self, ports, *, lockstep=True):
        self.exchange, end = fxo_line.pair()
        self.exchange.settimeout(PATIENCE)
        self.board = SimulatedBoard(end, kind="fxo", ports=ports, serial="F-7", lockstep=lockstep)
        self.ports, self.mask = ports, (1 << ports) - 1
        self.tick = 0
        self.events, self.forgotten = [], 0
        self.host = Host(self.board.port)
        self.host.say(wire.HELLO_REQ, wire.pack_hello_req())

    def block(self, records, samples=None):
        """One block of the pairs and the host's answer; returns DRAW records and samples."""
        records = [records] * self.ports if isinstance(records, bytes) else records
        samples = samples or b"\xd5" * (40 * self.ports)
        self.exchange.send(fxo_line.pack(fxo_line.FEED, self.tick, records, samples))
        kind, tick, drawn, said = fxo_line.parse(self.exchange.recv(fxo_line.SIZE + 1))
        assert (kind, tick) == (fxo_line.DRAW, self.tick)
        self.tick += 40
        return [struct.unpack(fxo_line.DRAW_RECORD, record) for record in drawn], said

    def answer(self, samples=None):
        """Wait for the audio of the last block and answer it, with itself when nothing is given."""
        tick = None
        while tick != self.tick - 40:
            _, _, tick, payload = self.host.next(wire.PCM_RX)
        heard = wire.parse_pcm(payload)[4]
        self.host.say(wire.PCM_TX, wire.pack_pcm(samples or heard, self.mask), tick)
        self.take_events()
        return heard

    def take_events(self):
        kept = []
        for frame in self.host.frames:
            if frame[0] == wire.EVT:
                number, code, values = wire.parse_event(frame[3])
                if number == len(self.events) + self.forgotten:  # else it came before
                    self.events.append((code, values, frame[2]))
                self.host.say(wire.EVT_ACK, wire.pack_event_ack(number))
            else:
                kept.append(frame)
        self.host.frames = kept

    def forget_events(self):
        self.forgotten += len(self.events)
        self.events.clear()

    def run(self, blocks, records=IDLE):
        drawn = []
        for _ in range(blocks):
            drawn, _ = self.block(records)
            self.answer()
        return drawn

    def ready(self):
        """Started, with battery on all lines."""
        self.block(IDLE)
        self.answer()
        self.run(150)
        return self

    def close(self):
        self.host.close()
        self.exchange.close()
        self.board.close()


@pytest.fixture(params=RUNTIMES)
def runtime(request, monkeypatch):
    monkeypatch.setenv("MICROPYTHON", "cpython" if request.param == "cpython" else "")
    return request.param


@pytest.fixture
def rigs(runtime):
    made = []

    def make(ports, **options):
        made.append(Rig(ports, **options))
        return made[-1]

    yield make
    for rig in made:
        rig.close()


def talk(ports, number):
    return bytes((number * 31 + i * 7) & 0xFF for i in range(40 * ports))


@pytest.mark.parametrize("ports", [4, 8, 16])
def test_lockstep_passes_audio_both_ways_a_block_later(rigs, ports):
    rig = rigs(ports).ready()
    hello = wire.parse_hello(rig.host.next(wire.HELLO)[3])
    assert (hello["board"], hello["ports"], hello["serial"]) == (wire.BOARD_FXO, ports, "F-7")
    said = []
    for number in range(20):
        said.append(rig.block(IDLE, talk(ports, number))[1])
        assert rig.answer(talk(ports, 1000 + number)) == talk(ports, number)
    assert said[1:] == [talk(ports, 1000 + number) for number in range(19)]


def test_a_call_rings_is_answered_reversed_and_dropped(rigs):
    rig = rigs(4).ready()
    assert [code for code, _, _ in rig.events if code == wire_fxo.EVT_BATTERY] == [33] * 4
    rig.forget_events()
    start = rig.tick
    rig.run(60, [IDLE, RINGING, IDLE, IDLE])
    (ring,) = rig.events
    assert ring[:2] == (wire_fxo.EVT_RING, (1, 1, 0))
    assert 0 <= ring[2] - start <= 240
    rig.host.say(wire.CMD, wire.pack_command(1, wire_fxo.OP_HOOK, 1, 1))
    drawn = rig.run(160)
    assert [bool(bits & fxo_line.DRAW_OFF_HOOK) for bits, *_ in drawn] == [False, True] + [
        False
    ] * 2
    assert drawn[1][2] > 180  # 0.1 mA
    rig.run(60, [IDLE, REVERSED, IDLE, IDLE])
    seen = [(code, values) for code, values, _ in rig.events[1:]]
    assert seen == [
        (wire_fxo.EVT_RING, (1, 0, 25)),
        (wire_fxo.EVT_HOOK, (1, 1)),
        (wire_fxo.EVT_LOOP, (1, wire_fxo.CURRENT_FLOWS)),
        (wire_fxo.EVT_POLARITY, (1, 1)),
    ]


def test_the_same_block_by_block_each_time(runtime):
    def run():
        rig = Rig(4).ready()
        rig.run(40, RINGING)
        rig.run(80)
        rig.close()
        return rig.events

    first = run()
    assert len(first) == 1 + 4 + 8  # left the safe state, battery, ring on and off
    assert run() == first


def test_a_board_that_restarts_goes_on_hook_and_comes_back(rigs):
    rig = rigs(4).ready()
    session = wire.parse_hello(rig.host.next(wire.HELLO)[3])["session"]
    rig.host.say(wire.CMD, wire.pack_command(2, wire_fxo.OP_HOOK, 2, 1))
    assert rig.run(4)[2][0] & fxo_line.DRAW_OFF_HOOK
    rig.host.say(wire.CMD, wire.pack_command(3, wire.OP_RESTART))
    rig.run(2)
    seen = []
    for _ in range(200):
        seen.append(rig.block(IDLE)[0][2][0])
        rig.host.pump()
        if seen[-1] == fxo_line.DRAW_MONITOR | fxo_line.DRAW_LINE_SIDE:
            break
    assert 0 in seen  # the chip without its line side
    assert seen[-1] == fxo_line.DRAW_MONITOR | fxo_line.DRAW_LINE_SIDE
    found = [wire.parse_hello(f[3]) for f in rig.host.frames if f[0] == wire.HELLO]
    assert found[-1]["session"] != session


def test_what_is_no_message_of_its_pairs_ends_the_board_with_words(runtime, caplog):
    rig = Rig(4)
    rig.block(IDLE)
    rig.exchange.send(fxo_line.pack(fxo_line.FEED, 40, [IDLE] * 8, bytes(320)))
    rig.board.wait()
    rig.close()
    assert "no line message" in caplog.text


@pytest.mark.realtime
@pytest.mark.timeout(30)
def test_the_longest_loop_of_16_ringing_lines_is_told_each_second(monkeypatch):
    monkeypatch.setenv("MICROPYTHON", "")
    rig = Rig(16, lockstep=False)
    loops = []
    for number in range(800):
        rig.block(RINGING if number // 100 % 2 else IDLE, talk(16, number))
        rig.host.pump()
        loops += [wire.parse_status(f[3]) for f in rig.host.frames if f[0] == wire.STATUS]
        rig.host.frames = []
    rig.close()
    ticks = [status["longest_loop"] for status in loops]
    print("longest loop of 16 ringing lines by second:", ticks, "ticks of 125 us")
    assert len(ticks) >= 3
    assert max(ticks) > 0


def test_the_command_starts_an_fxo_board(runtime):
    with tempfile.TemporaryDirectory() as folder:
        link, path = Path(folder) / "board", Path(folder) / "line"
        server = line.listen(str(path))
        arguments = ["-m", "board.sim.board", "--kind", "fxo", "--ports", "8", "--serial", "F-9"]
        arguments += ["--port-link", str(link), "--line", str(path)]
        command = subprocess.Popen([sys.executable, *arguments], cwd=ROOT)
        server.settimeout(PATIENCE)
        exchange, _ = server.accept()
        exchange.settimeout(PATIENCE)
        for tick in (0, 40):
            exchange.send(fxo_line.pack(fxo_line.FEED, tick, [IDLE] * 8, bytes(320)))
            assert fxo_line.parse(exchange.recv(fxo_line.SIZE))[1] == tick
            host = Host(link)
        exchange.send(fxo_line.pack(fxo_line.FEED, 80, [IDLE] * 8, bytes(320)))
        hello = wire.parse_hello(host.next(wire.HELLO)[3])
        assert (hello["ports"], hello["serial"]) == (8, "F-9")
        host.close()
        command.terminate()
        assert command.wait(PATIENCE) == 0
        exchange.close()
        server.close()


@pytest.mark.parametrize(("kind", "ports"), [("fxs", 4), ("fxo", 5), ("fxo", 0)])
def test_boards_that_do_not_exist_are_refused(kind, ports):
    end, other = fxo_line.pair()
    with pytest.raises(ValueError, match="no board"):
        SimulatedBoard(end, kind=kind, ports=ports)
    end.close()
    other.close()
