"""The plug is pulled at points spread over an update: `make powercut`, KILLS times.

Each cut is of a machine of its own, an overlay over one box that was set up and has a server's
update on a stick.  Afterwards the box must run the old version or the new one, with its people,
its configuration and its calls as they were.
"""

import os
import random
import shutil
import time

import pytest

from firmware.contract.update import UpdateState
from hil_tests.qemu import bundles
from hil_tests.qemu.box import COMPANY, STARTS_S, Box, say
from hil_tests.qemu.conftest import DISK_GIB, GOOD
from hil_tests.qemu.machine import Build, Machine, overlay
from hil_tests.qemu.test_image import SETTLED, intact, written

KILLS = int(os.environ.get("KILLS", "30"))
PHASES = ("writing", "switched", "starting", "proving")
SEED = 20260101
INSTALLS_S = 900.0

pytestmark = [pytest.mark.image, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def ready(disk, good, tmp_path_factory):
    """(disk, firmware's variables, stick): a box that is set up, switched off in order."""
    folder = tmp_path_factory.mktemp("ready")
    stick = bundles.stick(folder / "stick.img", [good])
    base = overlay(disk, folder / "base.qcow2", DISK_GIB)
    with Machine(base, folder, Build(usb_disk=overlay(stick, folder / "s.qcow2"))) as machine:
        box = Box(machine)
        box.up()
        box.set_up().close()
        box.ota("ChangeUpdateSettings", settings={"restart": "idle"})
        machine.shell.send("systemctl poweroff")
        machine.wait_off()
    return base, folder / "vars.fd", stick


@pytest.mark.parametrize("number", range(KILLS))
def test_after_a_power_cut_the_box_runs_the_old_or_the_new_version(ready, tmp_path, number):
    base, variables, stick = ready
    shutil.copy(variables, tmp_path / "vars.fd")
    build = Build(usb_disk=overlay(stick, tmp_path / "stick.qcow2"))
    with Machine(overlay(base, tmp_path / "disk.qcow2"), tmp_path, build) as machine:
        box = Box(machine)
        box.up()
        old = box.release()["VERSION"]
        phase = PHASES[number % len(PHASES)]
        cut_in(box, phase, random.Random(SEED + number).random())
        machine.switch_on()
        settled(box)
        runs = box.release()["VERSION"]
        say(f"cut {number} while {phase}: {'old' if runs == old else 'new'}")
        assert runs in (old, GOOD)
        assert intact(box)
        assert unchanged(box)


def cut_in(box, phase, part):
    """Install, and pull the plug in this phase; `part` of it (0 to 1) has passed."""
    box.until(lambda: box.update()["found"], "the stick", 120)
    box.ota("InstallUpdate", source="usb", name=box.update()["found"][0])
    if phase == "writing":
        box.until(lambda: written(box) >= 90 * part, "a part of it written", INSTALLS_S)
    elif phase == "switched":
        box.until(lambda: box.update()["state"] not in WRITING, "the switch", INSTALLS_S)
        time.sleep(part)  # a moment nobody can wait for: between the switch and the restart
    else:
        box.restarted(INSTALLS_S)
        if phase == "proving":
            box.machine.console.expect("https://", STARTS_S)
        time.sleep(part * 20)
    box.machine.pull_plug()


def settled(box):
    """Wait until the box has found its way and no update is under way."""
    box.up(2 * STARTS_S)
    box.until(lambda: box.update()["state"] in SETTLED, "the end of the update", STARTS_S)


def unchanged(box):
    """The company and its people are there, and the password works."""
    with box.administrator() as boss:
        return boss.get("Config")["document"]["site"]["name"] == COMPANY


WRITING = (UpdateState.IDLE, UpdateState.CHECKING, UpdateState.FETCHING, UpdateState.INSTALLING)
