"""The image under test, made small, with its bundles; one machine for a whole story."""

import os

import pytest

from hil_tests.goosebit import goosebit as running_goosebit
from hil_tests.qemu import bundles
from hil_tests.qemu.box import Box, say
from hil_tests.qemu.lines import Lines
from hil_tests.qemu.machine import CMDLINE, Build, Machine, overlay

GOOD, BAD_WEB, NO_KERNEL = "90.1.0", "90.2.0", "90.3.0"
DISK_GIB = 4
"""Larger than the image: /data has to grow."""
PROGRAM = "/opt/callbox/lib/python3.13/site-packages/webui/app.py"


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    """Beside the image, for large files: removed when the tests end."""
    return tmp_path_factory.mktemp("image")


@pytest.fixture(scope="session")
def root(work):
    """The image's root, as small as can be; (path, MiB)."""
    source = bundles.IMAGE / "rootfs.ext4"
    assert source.exists(), "make image"
    target = work / "rootfs.ext4"
    return target, bundles.small_root(source, target)


@pytest.fixture(scope="session")
def disk(root, work):
    """A box's disk with these slots; two attempts for each, to save time."""
    path, mib = root
    target = work / "disk.img"
    sizes = {"SLOT_MIB": str(mib), "TRIES": "2", "DATA_MIB": "256", "CMDLINE": CMDLINE}
    bundles.run("sh", bundles.TREE / "image" / "boot" / "disk.sh", path, target,
                env={**os.environ, **sizes})  # fmt: skip
    return target


@pytest.fixture(scope="session")
def kernel(root):
    """The kernel's file in the root."""
    listing = bundles.run("debugfs", "-R", "ls -p /boot", root[0])
    names = [line.split("/")[5] for line in listing.splitlines() if line.count("/") > 5]
    return next(f"/boot/{name}" for name in names if name.startswith("vmlinuz-"))


@pytest.fixture(scope="session")
def good(root, work):
    """A newer version that works."""
    target = bundles.variant(root[0], work / "good.ext4", GOOD)
    return bundles.full(target, work / "good.raucb", GOOD)


@pytest.fixture(scope="session")
def stick(root, work, kernel):
    """A USB stick with two versions that do not work."""
    bad = bundles.variant(root[0], work / "bad.ext4", BAD_WEB, remove=[PROGRAM])
    none = bundles.variant(root[0], work / "none.ext4", NO_KERNEL, remove=[kernel])
    files = [bundles.full(bad, work / "bad-web.raucb", BAD_WEB)]
    files += [bundles.full(none, work / "no-kernel.raucb", NO_KERNEL)]
    say("bundles: " + ", ".join(f"{file.stat().st_size >> 20} MiB" for file in files))
    return bundles.stick(work / "stick.img", files)


@pytest.fixture(scope="session")
def lines(tmp_path_factory):
    """Four analogue lines of a simulated exchange, and the board on them."""
    with Lines(tmp_path_factory.mktemp("lines")) as lines:
        yield lines


@pytest.fixture(scope="session")
def box(disk, lines, stick, tmp_path_factory):
    """A box that was switched on for the first time: one for all tests of a run."""
    folder = tmp_path_factory.mktemp("box")
    build = Build(
        boards=(str(lines.board),),
        usb_disk=overlay(stick, folder / "stick.qcow2"),
        credentials={"callbox.usb-ids": "0403:6001=fxo"},
    )
    with Machine(overlay(disk, folder / "disk.qcow2", DISK_GIB), folder, build) as machine:
        box = Box(machine)
        box.up()
        yield box


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """An update server of somebody else's."""
    with running_goosebit(tmp_path_factory.mktemp("goosebit"), poll="00:00:10") as server:
        yield server
