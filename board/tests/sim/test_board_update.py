# A simulated board as a process whose flash is a folder: written over its pty, killed on the way.
import time

import pytest

from board import wire, wire_update
from board.host import firmware_set
from board.host.flash import FlashState, Updater
from board.host.port import BoardPort
from board.sim import line
from board.sim.board import SimulatedBoard
from board.tests.sim.serial_host import PATIENCE, RUNTIMES, Host

OLD = firmware_set.make(
    "e1", "plain", "0.0.9", [(n, d + b"# older\n") for n, d in firmware_set.plain("e1").files()]
)
NEW = firmware_set.plain("e1")


class Rig:
    """A host, a board with its flash and a line; time passes by blocks, as fast as it goes."""

    def __init__(self, flash, wanted=NEW):
        self.flash, self.tick, self.now = flash, 0, 1000.0
        if not (flash / "a").exists():
            firmware_set.lay_out(flash, OLD)
        self.plug()
        self.port = BoardPort("t", lambda body: self.host.raw(wire.seal(body)))
        sets = type("Sets", (), {"of": lambda *_: wanted})()
        self.updater = Updater("t", sets, self.port.send_update, lambda: True)
        self.port.opened(self.now)

    def plug(self):
        self.exchange, end = line.pair()
        self.exchange.settimeout(PATIENCE)
        self.board = SimulatedBoard(end, serial="SIM-7", flash=self.flash)
        self.host = Host(self.board.port)

    def unplug(self):
        """As a power cut: nothing is said and nothing is finished."""
        self.board.kill()
        self.board.wait()
        self.host.close()
        self.exchange.close()
        self.board.close()

    def again(self):
        self.unplug()
        self.plug()
        self.updater.lost(self.now)
        self.port.lost()
        self.port.opened(self.now)

    def step(self):
        self.exchange.send(line.block(self.tick, 0, bytes(1280)))
        while line.parse(self.exchange.recv(line.SIZE))[0] != line.BLOCK:
            pass
        self.tick += 40
        self.now += 0.005
        self.host.pump()
        frames, self.host.frames = self.host.frames, []
        for kind, seq, tick, payload in frames:
            if kind in (wire.HELLO, wire_update.UPDATE_STATUS):
                for event in self.port.feed(wire.body(kind, payload, tick, seq), self.now):
                    self.take(event)
        self.port.poll(self.now)
        self.updater.poll(self.now)

    def take(self, event):
        if type(event).__name__ == "Hello":
            self.updater.hello(event, self.now)
        elif type(event).__name__ == "UpdateStatus":
            self.updater.heard(event, self.now)

    def run(self, *until):
        """Blocks until the updater is in one of these states."""
        end = time.monotonic() + 40
        while self.updater.state not in until:
            assert time.monotonic() < end, self.updater.state
            self.step()


@pytest.fixture
def flash(tmp_path):
    return tmp_path / "flash"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_board_runs_what_was_written_over_its_port(flash, runtime, monkeypatch):
    monkeypatch.setenv("MICROPYTHON", "cpython" if runtime == "cpython" else "")
    rig = Rig(flash)
    rig.run(FlashState.CURRENT)
    assert rig.updater.version == NEW.version
    assert (flash / "BOOT").read_text().startswith("b - 0 ")
    rig.again()  # and after a power cut
    rig.run(FlashState.CURRENT)
    assert rig.updater.version == NEW.version
    rig.unplug()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("percent", [0, 60])
def test_a_board_killed_while_it_is_written_runs_the_old_set_and_takes_the_new(flash, percent):
    rig = Rig(flash)
    while not rig.updater.percent >= percent:
        rig.step()
    rig.again()
    rig.run(FlashState.WRITING)
    assert rig.updater.version == OLD.version
    rig.run(FlashState.CURRENT)
    assert rig.updater.version == NEW.version
    rig.unplug()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("state", [FlashState.RESTARTING, FlashState.PROVING])
def test_a_board_killed_while_it_tries_a_set_tries_it_again(flash, state):
    rig = Rig(flash)
    rig.run(state)
    rig.again()
    rig.run(FlashState.CURRENT)
    assert rig.updater.version == NEW.version
    rig.unplug()


@pytest.mark.timeout(60)
def test_a_set_that_fails_at_its_start_brings_the_old_one_back(flash):
    files = dict(NEW.files()) | {"board/mcu/main.py": b"raise RuntimeError('broken')\n"}
    broken = firmware_set.make("e1", "plain", "0.1.0", files.items())
    rig = Rig(flash, broken)
    rig.run(FlashState.RESTARTING)
    rig.run(FlashState.WAITING)  # for the next try
    assert rig.updater.problem == "fell_back"
    assert rig.updater.version == OLD.version
    rig.unplug()
