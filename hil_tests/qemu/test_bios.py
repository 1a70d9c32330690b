"""A mini PC without UEFI: the same disk starts by its BIOS, and again after a restart."""

import pytest

from hil_tests.qemu.box import Box, say
from hil_tests.qemu.conftest import DISK_GIB
from hil_tests.qemu.machine import Build, Machine, overlay

pytestmark = [pytest.mark.image, pytest.mark.timeout(1800)]


def test_the_disk_starts_under_bios_and_starts_again(disk, tmp_path):
    with Machine(overlay(disk, tmp_path / "disk.qcow2", DISK_GIB), tmp_path, Build(bios=True)) as m:
        box = Box(m)
        box.up()
        say(f"BIOS: pages after {m.seconds():.0f} s")
        assert m.shell.run("ls /sys/firmware/efi 2>/dev/null | wc -l").strip() == "0"
        m.shell.send("systemctl reboot")
        box.restarted(300)
        box.up()
        status = m.shell.run("rauc status --output-format=shell")
        assert "RAUC_SYSTEM_BOOTED_BOOTNAME='A'" in status
