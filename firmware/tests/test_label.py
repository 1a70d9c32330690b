"""callboxd with --setup: no log-ins, calls answered, the label's password told in a file."""

import pytest

from cython_dsp.engine import Engine
from firmware.app import Box, Options, options
from firmware.contract.model import Role
from firmware.cti.failures import Failure
from firmware.switching.routing import destination
from firmware.tests.fakes import LoopClock
from firmware.tests.test_app import Machine


class NewMachine(Machine):
    """One that waits for its set-up."""

    def boot(self):
        chosen = Options(self.data, self.folder / "api.sock", hosts=("127.0.0.1",), setup=True)
        clock = LoopClock(self.loop)
        box = Box(chosen, Engine(sample_memory_mb=16), clock, threaded=False)
        self.finish(box.start())
        return box


@pytest.fixture
def machine(tmp_path):
    machine = NewMachine(tmp_path)
    yield machine
    machine.loop.close()


@pytest.mark.timeout(120)  # three starts of a whole box, on a busy machine
def test_a_new_box_waits_for_its_set_up_over_a_restart_and_then_is_set_up(machine):
    box = machine.boot()
    told = (machine.data / "first-log-in").read_text().split()
    assert told[0] == "setup"
    assert box.store.users.all() == []
    machine.finish(box.stop())
    box = machine.boot()
    assert (machine.data / "first-log-in").read_text().split() == told
    done = machine.ask(
        box, "FinishSetup", None, label_password=told[1], company="Huaxing",
        password="long-enough-1", agents=["王芳"],
    )  # fmt: skip
    (agent,) = done["agents"]
    session = machine.ask(box, "LogIn", None, user=agent["agent"], password=agent["password"])
    assert session["role"] == Role.AGENT
    assert box.control.agents.knows("8001")
    machine.finish(box.stop())
    box = machine.boot()
    assert not (machine.data / "first-log-in").exists()
    with pytest.raises(Failure, match="already_set_up"):
        machine.ask(box, "OpenSetup", None, label_password=told[1])
    machine.finish(box.stop())


@pytest.mark.parametrize("called", ["01012345678", "+4930123", "8", ""])
def test_before_the_set_up_every_call_finds_the_main_menu(machine, called):
    box = machine.boot()
    found = destination(box.config, called, machine.loop.time() * 1000)
    assert (found.flow, found.open) == ("main", True)
    assert (box.config.agents, box.config.blacklist) == ({}, ())
    machine.finish(box.stop())


def test_the_options_of_a_box_that_systemd_starts(monkeypatch, tmp_path):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    chosen = options(["--data", "d", "--socket", "s", "--setup"])
    assert (chosen.setup, chosen.credentials) == (True, tmp_path)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    chosen = options(["--data", "d", "--socket", "s"])
    assert (chosen.setup, chosen.credentials) == (False, None)
