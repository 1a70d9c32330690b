# The simulated board as a process: pty on one side, line socket on the other.
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from board import wire
from board.sim import line
from board.sim.board import SimulatedBoard
from board.tests.sim.serial_host import PATIENCE, RUNTIMES, Host

ROOT = Path(__file__).parent.parent.parent.parent


class Rig:
    """A board between an exchange and a host."""

    def __init__(self, lockstep):
        self.exchange, end = line.pair()
        self.exchange.settimeout(PATIENCE)
        self.board = SimulatedBoard(end, serial="SIM-7", lockstep=lockstep)
        self.tick = 0
        self.reading = []  # hosts that take what comes

    def block(self, samples=b"\xd5" * 1280, bits=0):
        """One block from the exchange; returns the board's line bits, samples, D-channel frames."""
        self.exchange.send(line.block(self.tick, bits, samples))
        frames = []
        while True:
            kind, bits, tick, payload = line.parse(self.exchange.recv(line.SIZE + 1))
            if kind == line.BLOCK:
                assert tick == self.tick
                self.tick += 40
                for host in self.reading:
                    host.pump()
                return bits, payload, frames
            frames.append(payload)

    def open(self):
        """A host opens the port and is greeted."""
        host = Host(self.board.port)
        self.reading = [host]
        host.say(wire.HELLO_REQ, wire.pack_hello_req())
        self.block()
        while not any(frame[0] == wire.HELLO for frame in host.frames):
            self.block()
            host.pump(0.005)
        return host

    def close(self):
        self.exchange.close()
        self.board.close()


@pytest.fixture(params=RUNTIMES)
def runtime(request, monkeypatch):
    monkeypatch.setenv("MICROPYTHON", "cpython" if request.param == "cpython" else "")
    return request.param


@pytest.fixture
def rig(runtime):
    made = Rig(lockstep=False)
    yield made
    made.close()


@pytest.fixture
def stepped(runtime):
    made = Rig(lockstep=True)
    yield made
    made.close()


def talk(number):
    return bytes((number * 31 + i * 7) & 0xFF for i in range(1280))


def settle(rig, host):
    """Blocks until the board has taken what the host said before."""
    rig.reading = [host]
    host.frames = [frame for frame in host.frames if frame[0] != wire.STATUS]
    request = 60000 + rig.tick // 40 % 5000
    for _ in range(400):
        host.say(wire.CMD, wire.pack_command(request, wire.OP_STATUS))
        rig.block()
        host.pump(0.005)
        if any(frame[0] == wire.STATUS for frame in host.frames):
            return wire.parse_status(host.next(wire.STATUS)[3])
        request += 1
    raise AssertionError("the board does not answer")


def test_lockstep_plays_every_block_exactly_one_later(stepped):
    host = stepped.open()
    heard = []
    for number in range(100):
        bits, said, _ = stepped.block(talk(number))
        _, _, tick, payload = host.next(wire.PCM_RX)
        while tick != stepped.tick - 40:
            _, _, tick, payload = host.next(wire.PCM_RX)
        assert wire.parse_pcm(payload)[4] == talk(number)
        host.say(wire.PCM_TX, wire.pack_pcm(talk(1000 + number)), tick)
        heard.append(said)
    assert bits == 0
    assert heard[2:] == [talk(1000 + number) for number in range(1, 99)]
    host.close()


def test_lockstep_takes_frames_in_the_same_block_each_time(runtime):
    def run():
        rig = Rig(lockstep=True)
        host = rig.open()
        seen = []
        for number in range(30):
            _, _, frames = rig.block()
            tick = host.next(wire.PCM_RX)[2]
            while tick != rig.tick - 40:
                tick = host.next(wire.PCM_RX)[2]
            seen.append(len(frames))
            host.say(wire.PCM_TX, wire.pack_pcm(talk(number)), tick)
            if number % 3 == 0:
                host.say(wire.HDLC_TX, wire.pack_hdlc(number, b"\x00\x01\x73" + bytes(number)))
        host.close()
        rig.close()
        return seen[4:]

    assert run() == run()


def test_the_d_channel_passes_both_ways(rig):
    host = rig.open()
    rig.exchange.send(line.hdlc(rig.tick, b"\x00\x01\x7f"))
    rig.block()
    rig.block()
    number, frame = wire.parse_hdlc(host.next(wire.HDLC_RX)[3])
    assert frame == b"\x00\x01\x7f"
    host.say(wire.EVT_ACK, wire.pack_event_ack(number))
    host.say(wire.HDLC_TX, wire.pack_hdlc(0, b"\x00\x01\x73"))
    assert settle(rig, host)["hdlc_in"] == 1
    host.say(wire.HDLC_TX, wire.pack_hdlc(0, b"\x02\x01\x73" + bytes(80)))
    got = []
    for _ in range(200):
        got += rig.block()[2]
        if got:
            break
        select.select([], [], [], 0.002)
    assert got == [b"\x02\x01\x73" + bytes(80)]
    host.close()


def test_identity_and_session_are_told_and_a_restart_changes_the_session(rig):
    host = rig.open()
    first = wire.parse_hello(host.next(wire.HELLO)[3])
    assert first["serial"] == "SIM-7"
    assert host.command(wire.OP_RESTART, request=9)[:2] == (9, wire.DONE)
    for _ in range(400):
        rig.block()
        hellos = [f for f in host.frames if f[0] == wire.HELLO]
        sessions = {wire.parse_hello(f[3])["session"] for f in hellos}
        if sessions - {first["session"]}:
            break
        host.pump(0.005)
    assert sessions - {first["session"]}
    host.close()


def test_an_alarm_of_the_line_reaches_the_host_with_its_tick(rig):
    host = rig.open()
    start = rig.tick
    for _ in range(20):
        rig.block(bits=line.LOS)
    while True:
        _, _, tick, payload = host.next(wire.EVT)
        number, code, values = wire.parse_event(payload)
        host.say(wire.EVT_ACK, wire.pack_event_ack(number))
        if code == wire.EVT_ALARM:
            break
    assert values == (wire.LOS, 0)
    assert tick == start + 19 * 40
    host.close()


def test_a_host_that_goes_and_comes_back_is_greeted_again(rig):
    host = rig.open()
    host.next(wire.HELLO)
    host.close()
    rig.reading = []
    for _ in range(130):
        bits, samples, _ = rig.block()
    assert (bits, samples) == (line.AIS, b"\xff" * 1280)  # the safe state
    again = Host(rig.board.port)
    rig.block()
    rig.block()
    assert wire.parse_hello(again.next(wire.HELLO)[3])["serial"] == "SIM-7"
    again.say(wire.HELLO_REQ, wire.pack_hello_req())
    settle(rig, again)
    assert rig.block()[0] == 0
    assert again.decoder.bad == 0
    again.close()


def test_garbage_of_the_host_is_counted_and_nothing_stops(rig):
    host = rig.open()
    good = wire.seal(wire.body(wire.PCM_TX, wire.pack_pcm(talk(1)), 0))
    broken = bytearray(good)
    broken[700] ^= 0x10
    host.raw(b"\x00" + b"\x07" * 4000 + b"\x00")  # oversized
    host.raw(good[:300] + b"\x00")  # truncated
    host.raw(bytes(broken))  # wrong CRC, or no COBS any more
    host.raw(wire.seal(wire.body(0x6F, b"?")))
    status = settle(rig, host)
    assert (status["oversized"], status["unknown"]) == (1, 1)
    assert status["truncated"] + status["bad_crc"] == 2
    assert rig.board.running
    host.close()


def test_a_host_that_does_not_read_loses_whole_frames_only(rig):
    host = rig.open()
    rig.reading = []
    for number in range(60):
        rig.block(talk(number))
    status = settle(rig, host)
    assert status["tx_dropped"] > 20
    assert host.decoder.bad == 0
    host.close()


def test_a_line_that_ends_ends_the_board(rig):
    rig.block()
    rig.exchange.close()
    assert rig.board.wait() == 0


def test_a_firmware_that_fails_says_why(rig, caplog):
    rig.block()
    rig.exchange.send(b"no line message" + bytes(line.SIZE - 15))
    rig.board.wait()
    rig.board.close()
    assert "not a line message" in caplog.text


def test_the_command_links_the_port_and_removes_the_link(runtime):
    with tempfile.TemporaryDirectory() as folder:
        link, path = Path(folder) / "board", Path(folder) / "line"
        server = line.listen(str(path))
        arguments = ["-m", "board.sim.board", "--port-link", str(link), "--line", str(path)]
        command = subprocess.Popen([sys.executable, *arguments], cwd=ROOT)
        server.settimeout(PATIENCE)
        exchange, _ = server.accept()
        exchange.settimeout(PATIENCE)
        exchange.send(line.block(0, 0, bytes(1280)))
        assert line.parse(exchange.recv(line.SIZE))[0] == line.BLOCK
        host = Host(link)
        exchange.send(line.block(40, 0, bytes(1280)))
        exchange.send(line.block(80, 0, bytes(1280)))
        host.next(wire.HELLO)
        host.close()
        command.send_signal(signal.SIGTERM)
        assert command.wait(PATIENCE) == 0
        assert not link.exists()
        exchange.close()
        server.close()


def test_the_command_without_an_exchange_says_so(tmp_path):
    command = ["-m", "board.sim.board", "--port-link", "x", "--line", "none", "--patience", "0"]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no exchange at none" in done.stderr


def test_the_line_socket_keeps_messages_apart():
    a, b = line.pair()
    a.send(line.hdlc(1, b"\x00\x01\x73"))
    a.send(line.block(2, line.RAI, bytes(1280)))
    assert line.parse(b.recv(9000)) == (line.HDLC, 0, 1, b"\x00\x01\x73")
    assert line.parse(b.recv(9000)) == (line.BLOCK, line.RAI, 2, bytes(1280))
    a.close()
    b.close()


@pytest.mark.parametrize("wrong", [b"", bytes(1288), b"B" * 100, b"\x42\x00\xff\xff" + bytes(1284)])
def test_what_is_no_line_message_is_refused(wrong):
    with pytest.raises(ValueError, match="line message"):
        line.parse(wrong)


def test_line_messages_that_do_not_fit_are_not_built():
    with pytest.raises(ValueError, match="40 frames"):
        line.block(0, 0, bytes(1279))
    with pytest.raises(ValueError, match="too long"):
        line.hdlc(0, bytes(1281))
    with pytest.raises(ValueError, match="error count"):
        line.error_counts(b"123")


def test_error_counts_are_read_as_written():
    kind, _, _, payload = line.parse(line.errors(7, 1, 2, 3, 4))
    assert (kind, line.error_counts(payload)) == (line.ERRORS, (1, 2, 3, 4))


def test_sockets_of_the_line_are_of_the_kind_that_keeps_messages(tmp_path):
    server = line.listen(str(tmp_path / "line"))
    client = line.connect(str(tmp_path / "line"))
    assert client.type == socket.SOCK_SEQPACKET
    client.close()
    server.close()
