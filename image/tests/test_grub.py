"""Which slot GRUB takes: the real grub.cfg, read off the real disk layout by GRUB itself.

`grub-emu` is GRUB as a program.  It starts no kernels, so in the copy on the test's ESP the three
commands that do so say what they would do; everything else is as the box has it.
"""

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

IMAGE = Path(__file__).parents[1]
ESP = 2 * 1024 * 1024
"""Offset of the ESP in the disk: behind the alignment and the BIOS partition."""
SAID = {
    r"if linux (\S+) root=PARTLABEL=(\S+) ro rauc\.slot=(\S+) .*; then": r"if test -f \1; then",
    r"if initrd (\S+); then": r"if test -f \1; then",
    r"^( +)boot$": r'\1echo "STARTED $slot $label"; halt',
}

pytestmark = pytest.mark.timeout(60)


def run(*command, **more):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, **more)


class Disk:
    """A small disk with both slots; `start` is one power-on, and says which slot it took."""

    def __init__(self, path):
        self.path, self.env = path, path.with_name("grubenv")
        self.map = path.with_name("device.map")
        self.map.write_text(f"(hd0) {path}\n")

    def put(self, name, source):
        run("mcopy", "-o", "-i", f"{self.path}@@{ESP}", source, f"::grub/{name}")

    def get(self, name):
        run("mcopy", "-n", "-o", "-i", f"{self.path}@@{ESP}", f"::grub/{name}", self.env)
        return self.env

    def say(self, name="grubenv", **variables):
        self.env.unlink(missing_ok=True)
        run("grub-editenv", self.env, "create")
        words = [f"{key}={value}" for key, value in variables.items()]
        run("grub-editenv", self.env, "set", *words)
        self.put(name, self.env)

    def variables(self, name="grubenv"):
        listed = run("grub-editenv", self.get(name), "list", text=True).stdout
        return dict(line.split("=", 1) for line in listed.splitlines())

    def start(self):
        master, terminal = pty.openpty()
        command = ["grub-emu", "-m", self.map, "-r", "hd0,gpt2", "-d", "/grub"]
        with subprocess.Popen(
            command, stdin=terminal, stdout=terminal, stderr=terminal,
            env={**os.environ, "TERM": "dumb"},
        ) as grub:  # fmt: skip
            os.close(terminal)
            said = b"".join(iter(lambda: _read(master), b""))
        os.close(master)
        assert grub.returncode == 0
        found = re.search(r"STARTED (.) (rootfs-.)", said.decode(errors="replace"))
        return found[1] if found else None

    def empty_slot(self, number):
        """What a slot looks like that nothing was ever written to, or whose kernel is gone."""
        first = (ESP >> 20) + 128 + (number - 3) * 8
        run("dd", "if=/dev/zero", f"of={self.path}", "bs=1M", f"seek={first}", "count=8",
            "conv=notrunc")  # fmt: skip


def _read(master):
    try:
        return os.read(master, 4096)
    except OSError:  # the program is gone, and its terminal with it
        return b""


def _made(folder, tries):
    root = folder / "root"
    (root / "boot").mkdir(parents=True)
    for name in ("vmlinuz", "initrd.img"):
        (root / "boot" / name).write_bytes(bytes(range(256)) * 16)
    run("mke2fs", "-q", "-t", "ext4", "-d", root, folder / "rootfs.ext4", "4M")
    sizes = {"SLOT_MIB": "8", "DATA_MIB": "8", "TRIES": str(tries)}
    disk = folder / "disk.img"
    run("sh", IMAGE / "boot" / "disk.sh", folder / "rootfs.ext4", disk,
        env={**os.environ, **sizes})  # fmt: skip
    run("dd", f"if={folder / 'rootfs.ext4'}", f"of={disk}", "bs=1M", "seek=138", "conv=notrunc")
    made = Disk(disk)
    text = made.get("grub.cfg").read_text()
    for pattern, replacement in SAID.items():
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count == 1, pattern
    made.env.write_text(text)
    made.put("grub.cfg", made.env)
    return disk


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return {tries: _made(tmp_path_factory.mktemp(f"tries{tries}"), tries) for tries in (1, 2, 3)}


@pytest.fixture
def disk(images, tmp_path, request):
    path = tmp_path / "disk.img"
    run("cp", "--sparse=always", images[getattr(request, "param", 3)], path)
    return Disk(path)


def counters(disk):
    found = disk.variables()
    return found["A_TRY"], found["B_TRY"]


def test_a_new_disk_starts_slot_a_and_counts_it(disk):
    assert disk.start() == "A"
    assert counters(disk) == ("1", "0")


@pytest.mark.parametrize(("disk", "tries"), [(1, 1), (2, 2), (3, 3)], indirect=["disk"])
def test_a_new_slot_is_tried_so_often_and_then_the_other_one(disk, tries):
    disk.say(ORDER="B A", A_OK=1, A_TRY=0, B_OK=1, B_TRY=0)
    assert [disk.start() for _ in range(tries + 1)] == ["B"] * tries + ["A"]
    assert counters(disk) == ("1", str(tries))


def test_a_slot_marked_bad_is_never_started(disk):
    disk.say(ORDER="B A", A_OK=1, A_TRY=0, B_OK=0, B_TRY=0)
    assert disk.start() == "A"
    assert counters(disk) == ("1", "0")


def test_a_slot_without_kernel_uses_up_its_attempts_by_restarts(disk):
    disk.empty_slot(4)
    disk.say(ORDER="B A", A_OK=1, A_TRY=0, B_OK=1, B_TRY=0)
    assert [disk.start() for _ in range(4)] == [None, None, None, "A"]


def test_when_every_slot_is_used_up_all_begin_again(disk):
    disk.say(ORDER="B A", A_OK=1, A_TRY=3, B_OK=1, B_TRY=3)
    assert disk.start() is None
    assert counters(disk) == ("0", "0")
    assert disk.start() == "B"


def test_a_slot_that_was_marked_good_starts_for_ever(disk):
    for _ in range(5):
        disk.say(ORDER="A B", A_OK=1, A_TRY=0, B_OK=1, B_TRY=0)  # what mark-good leaves
        assert disk.start() == "A"


@pytest.mark.parametrize("damage", [b"", b"\0" * 1024, b"# GRUB Environment Block\nORD"])
def test_an_environment_a_power_cut_damaged_is_taken_from_its_copy(disk, damage):
    disk.say("grubenv.safe", ORDER="B A", A_OK=1, A_TRY=0, B_OK=1, B_TRY=0)
    disk.env.write_bytes(damage)
    disk.put("grubenv", disk.env)
    assert [disk.start() for _ in range(4)] == ["B", "B", "B", "A"]
    assert disk.variables("grubenv.safe")["B_TRY"] == "3"


def test_without_any_environment_what_starts_is_found_in_one_power_on(disk):
    disk.empty_slot(3)
    disk.env.write_bytes(b"")
    for name in ("grubenv", "grubenv.safe"):
        disk.put(name, disk.env)
    assert disk.start() == "B"


KEEPER = IMAGE / "overlay" / "usr" / "lib" / "callbox" / "grubenv"


def test_the_environment_is_kept_twice_and_put_back(tmp_path):
    now, safe = tmp_path / "grubenv", tmp_path / "grubenv.safe"
    run("grub-editenv", now, "create")
    run("grub-editenv", now, "set", "ORDER=B A", "B_OK=1")
    run("sh", KEEPER, tmp_path)
    whole = now.read_bytes()
    assert safe.read_bytes() == whole
    for damage in (b"", b"# GRUB Environment Block\n" + b"#" * 999, whole[:100]):
        now.write_bytes(damage)
        run("sh", KEEPER, tmp_path)
        assert (now.read_bytes(), safe.read_bytes()) == (whole, whole)


def test_two_damaged_environments_are_said_and_left_alone(tmp_path):
    for name in ("grubenv", "grubenv.safe"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(subprocess.CalledProcessError):
        run("sh", KEEPER, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grubenv", "grubenv.safe"]


def test_the_box_has_every_grub_module_its_configuration_uses():
    text = (IMAGE / "boot" / "disk.sh").read_text()
    for command in ("regexp", "loadenv", "test", "echo", "linux", "reboot", "sleep", "serial"):
        assert re.search(rf"\b{command}\b", text), command


def test_both_scripts_are_grub_script():
    assert shutil.which("grub-script-check")
    for name in ("early.cfg", "grub.cfg"):
        run("grub-script-check", IMAGE / "boot" / name)
