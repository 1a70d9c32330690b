"""The initramfs made without its machine: what is in it, and what its init does with a disk.

Init runs in a root of its own (bubblewrap) whose mount, insmod and switch_root only say what they
were told.
"""

import importlib.util
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

IMAGE = Path(__file__).parents[1]
DEP = """\
kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz kernel/fs/mbcache.ko.xz
kernel/fs/jbd2/jbd2.ko.xz: kernel/lib/crc16.ko.xz
kernel/fs/mbcache.ko.xz:
kernel/lib/crc16.ko.xz:
kernel/crypto/crc32c_generic.ko.xz:
kernel/drivers/gpu/big.ko.xz:
"""


@pytest.fixture(scope="module")
def initramfs():
    spec = importlib.util.spec_from_file_location("image_initramfs", IMAGE / "initramfs.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(IMAGE)
        spec.loader.exec_module(module)
    return module


@pytest.fixture
def kernel(tmp_path):
    folder = tmp_path / "6.12"
    folder.mkdir()
    (folder / "modules.dep").write_text(DEP)
    (folder / "modules.softdep").write_text("softdep ext4 pre: crc32c-generic\n")
    (folder / "modules.builtin").write_text("kernel/drivers/virtio/virtio_pci.ko\n")
    for line in DEP.splitlines():
        path = folder / line.partition(":")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(lzma.compress(b"module " + path.name.encode()))
    return folder


def entries(archive):
    """Name to (mode, device, content), read as the kernel does."""
    found, at = {}, 0
    while True:
        fields = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        start = at + 110
        name = archive[start : start + fields[11] - 1].decode()
        if name == "TRAILER!!!":
            return found
        body = -(-(start + fields[11]) // 4) * 4
        found[name] = (fields[1], tuple(fields[9:11]), archive[body : body + fields[6]])
        at = -(-(body + fields[6]) // 4) * 4


def made(kernel, names):
    (kernel.parent / "busybox").write_bytes(b"busybox")
    return subprocess.run(
        [sys.executable, IMAGE / "initramfs.py", kernel, IMAGE / "boot/init",
         kernel.parent / "busybox"],
        input=names.encode(), check=True, capture_output=True,
    ).stdout  # fmt: skip


def test_a_module_comes_behind_what_it_needs_and_uncompressed(kernel):
    found = entries(made(kernel, "virtio_pci\next4\njbd2\n"))
    order = found["modules/order"][2].decode().split()
    assert set(order) == {"crc16", "jbd2", "mbcache", "crc32c_generic", "ext4"}
    assert order[-1] == "ext4"
    assert order.index("crc16") < order.index("jbd2")
    assert found["modules/ext4.ko"][2] == b"module ext4.ko.xz"
    assert found["init"][0] == 0o100755
    assert found["dev/console"][:2] == (0o20600, (5, 1))


def test_the_same_input_gives_the_same_bytes(kernel):
    assert made(kernel, "ext4\n") == made(kernel, "ext4\n")


def test_a_circle_of_needs_ends(initramfs):
    assert initramfs.in_order(["a"], {"a": {"b"}, "b": {"a"}}) == ["b", "a"]


class Machine:
    """A root for init: fakes that write into /log, devices in /sys, one mounted root."""

    SAYS = ("mount", "insmod", "switch_root", "reboot", "busybox")

    def __init__(self, folder):
        self.folder, self.log = folder, folder / "log"
        for name in ("bin", "proc", "sys/class/block", "modules", "root/sbin", "usr", "dev"):
            (folder / name).mkdir(parents=True)
        for name in self.SAYS:
            self.program(name, f'echo "{name} $*" >> /log')
        self.program("sleep", "[ ! -e /later ] || mv /later/* /sys/class/block/ 2> /dev/null; :")
        for name in ("grep", "sed", "readlink"):
            (folder / "bin" / name).symlink_to(f"/usr/bin/{name}")
        (folder / "bin/sh").symlink_to("/usr/bin/dash")
        (folder / "bin/mv").symlink_to("/usr/bin/mv")
        (folder / "modules/order").write_text("virtio_blk\next4\n")
        self.program("../root/sbin/init", ":")
        self.command_line("root=PARTLABEL=rootfs-b ro rauc.slot=B panic=5")

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def command_line(self, text):
        (self.folder / "proc/cmdline").write_text(text + "\n")

    def partition(self, device, label, bus="virtio0", below="sys/class/block"):
        real = self.folder / "sys/devices" / bus / device
        real.mkdir(parents=True)
        (real / "uevent").write_text(f"MAJOR=254\nDEVNAME={device}\nPARTNAME={label}\n")
        (self.folder / below).mkdir(exist_ok=True)
        (self.folder / below / device).symlink_to(f"/sys/devices/{bus}/{device}")

    def start(self):
        done = subprocess.run(
            ["bwrap", "--bind", self.folder, "/", "--ro-bind", "/usr", "/usr", "--symlink",
             "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--dev", "/dev",
             "--ro-bind", IMAGE / "boot/init", "/init", "--clearenv", "/bin/sh", "/init"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr, self.log.read_text().splitlines()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "machine")


def test_the_root_named_is_mounted_read_only_and_started(machine):
    machine.partition("vda3", "rootfs-a")
    machine.partition("vda4", "rootfs-b")
    _, told = machine.start()
    assert "mount -t ext4 -o ro /dev/vda4 /root" in told
    assert [line for line in told if line.startswith("insmod")] == [
        "insmod /modules/virtio_blk.ko", "insmod /modules/ext4.ko"
    ]  # fmt: skip
    assert "switch_root /root /sbin/init" in told
    assert told.index("mount -o move /dev /root/dev") < told.index("switch_root /root /sbin/init")


def test_a_disk_that_shows_up_late_is_waited_for(machine):
    machine.partition("nvme0n1p4", "rootfs-b", below="later")
    assert "mount -t ext4 -o ro /dev/nvme0n1p4 /root" in machine.start()[1]


def test_a_stick_with_our_names_does_not_take_the_disks_place(machine):
    machine.partition("sda4", "rootfs-b", bus="usb1")
    machine.partition("vda4", "rootfs-b", below="later")
    assert "mount -t ext4 -o ro /dev/vda4 /root" in machine.start()[1]


def test_a_box_that_starts_from_usb_does_start(machine):
    machine.partition("sda4", "rootfs-b", bus="usb1")
    assert "mount -t ext4 -o ro /dev/sda4 /root" in machine.start()[1]


def test_a_module_that_fails_is_said_and_the_start_goes_on(machine):
    machine.program("insmod", "exit 1")
    machine.partition("mmcblk0p4", "rootfs-b")
    said, told = machine.start()
    assert "virtio_blk was not loaded" in said
    assert "switch_root /root /sbin/init" in told


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda m: m.partition("vda3", "rootfs-a"), "there is no partition rootfs-b"),
        (lambda m: m.command_line("root=/dev/vda4 ro"), "names no PARTLABEL"),
        (lambda m: m.program("mount", '[ "$2" != ext4 ]'), "vda4 has no root file system"),
        (lambda m: (m.folder / "root/sbin/init").unlink(), "vda4 has no init"),
    ],
)
def test_what_cannot_start_restarts_so_that_the_attempt_counts(machine, spoil, said):
    if said != "there is no partition rootfs-b":
        machine.partition("vda4", "rootfs-b")
    spoil(machine)
    output, told = machine.start()
    assert said in output
    assert told[-1].startswith("reboot -f")
