"""The plug is pulled at points spread over an update: `make powercut`, KILLS times.

Each cut begins in one of three moments of one box that was set up and has an update on a stick:
snapshots of the machine.  Afterwards the box must run the old version or the new one, with its
people, its configuration and its calls as they were.
"""

import os
import random
import time
from dataclasses import replace
from functools import partial

import httpx
import pytest

from firmware.contract.update import UpdateState
from hil_tests.qemu import bundles
from hil_tests.qemu.box import COMPANY, STARTS_S, Box, say
from hil_tests.qemu.conftest import DISK_GIB, GOOD
from hil_tests.qemu.machine import Build, Machine, overlay
from hil_tests.qemu.test_image import SETTLED, intact, written

FIRST, KILLS = int(os.environ.get("FIRST", "0")), int(os.environ.get("KILLS", "30"))
PHASES = {
    "writing": "ready",
    "switched": "installed",
    "starting": "installed",
    "proving": "proving",
}
"""Where the plug is pulled, and the snapshot it begins from."""
BEGINS = "Callbox: starting slot"
SEED = 20260101
INSTALLS_S = 900.0
WRITES_S, PROVES_S = 130.0, 120.0
"""Writing and the proof each took 150 s: a cut is in them.  RAUC's percentage leaps."""

pytestmark = [pytest.mark.image, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def moments(disk, good, tmp_path_factory):
    """((disk, folder, build), version): a box, and a snapshot of each moment cuts begin from."""
    folder = tmp_path_factory.mktemp("moments")
    stick = overlay(bundles.stick(folder / "stick.img", [good]), folder / "stick.qcow2")
    base, build = overlay(disk, folder / "base.qcow2", DISK_GIB), Build(usb_disk=stick)
    with Machine(base, folder, build) as machine:
        box = Box(machine)
        box.up()
        version = box.release()["VERSION"]
        box.set_up().close()
        box.ota("ChangeUpdateSettings", settings={"restart": "by_hand"})
        box.until(lambda: box.update()["found"], "the stick", 120)
        machine.save("ready")
        install(box)
        box.until(lambda: state(box) == UpdateState.WAITING, "it is installed", INSTALLS_S)
        machine.save("installed")
        restart(box)
        box.restarted(STARTS_S)
        box.up(2 * STARTS_S)
        box.until(lambda: state(box) == UpdateState.PROVING, "its proof", STARTS_S)
        machine.save("proving")
    return (base, folder, build), version


@pytest.mark.parametrize("number", range(FIRST, FIRST + KILLS))
def test_after_a_power_cut_the_box_runs_the_old_or_the_new_version(moments, number):
    (base, folder, build), old = moments
    phase = list(PHASES)[number % len(PHASES)]
    with Machine(base, folder, replace(build, snapshot=PHASES[phase])) as machine:
        machine.shell.ready(60)
        box = Box(machine)
        cut_in(box, phase, random.Random(SEED + number).random())
        machine.switch_on()
        box.until(lambda: begins(box), "the boot loader", 60)
        # What was whole before the cut waits for the button; pressed, it goes on by itself.
        settled(box, {*SETTLED, UpdateState.WAITING} if phase == "writing" else {*SETTLED})
        runs = box.release()["VERSION"]
        say(f"cut {number} while {phase}: {runs}, {state(box)}")
        assert runs in (old, GOOD)
        assert intact(box)
        assert unchanged(box)


def cut_in(box, phase, part):
    """Go on from the snapshot, and pull the plug; `part` of the phase (0 to 1) has passed."""
    if phase == "writing":
        install(box)
        time.sleep(WRITES_S * part)
        say(f"cut at {written(box)} %, {state(box)}")
    elif phase == "switched":
        restart(box)
        time.sleep(15 * part)
    elif phase == "starting":
        restart(box)
        box.restarted(STARTS_S)
        time.sleep(90 * part)
    else:
        time.sleep(PROVES_S * part)
    box.machine.pull_plug()


def install(box):
    """Begin with the file on the stick."""
    box.ota("InstallUpdate", source="usb", name=box.update()["found"][0])


def restart(box):
    """The page's button."""
    box.ota("RestartNow")


def state(box):
    """Of the update."""
    return box.update()["state"]


def settled(box, ends):
    """Wait until no update is under way; on its way there the box may begin again."""
    begun = 0
    while begun < begins(box):
        begun += 1
        box.restarted(STARTS_S)
        box.up(2 * STARTS_S)
        box.until(partial(over, box, begun, ends), "the end of the update", 2 * STARTS_S)


def over(box, begun, ends):
    """Whether this run of the box came to its end, or no update is under way."""
    return begins(box) > begun or rests(box, ends)


def begins(box):
    """How often it began since the plug was in again."""
    return box.machine.console.text.count(BEGINS)


def rests(box, ends):
    """Whether no update is under way; a box that is about to restart may not say."""
    try:
        return state(box) in ends
    except (httpx.HTTPError, AssertionError):
        return False


def unchanged(box):
    """The company and its people are there, and the password works."""
    with box.administrator() as boss:
        return boss.get("Config")["document"]["site"]["name"] == COMPANY
