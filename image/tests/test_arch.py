"""What the image's scripts say of each architecture, asked as they ask it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARCHITECTURES = ("x86_64", "arm64")
LISTS = ("box", "builder", "initramfs", "modules")


def sh(script, arch, check=True, **env):
    return subprocess.run(
        ["sh", "-c", script], cwd=ROOT, check=check, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "ARCH": arch, **env},
    )  # fmt: skip


def settings(tmp_path, arch, *names):
    said = " ".join(f'"${name}"' for name in names)
    script = f". image/settings.sh; printf '%s\\n' {said}"
    return sh(script, arch, CALLBOX_CACHE=str(tmp_path)).stdout.splitlines()


def names(arch, kind):
    listed = sh(f"sh image/names.sh image/packages/{kind}.list", arch).stdout
    return set(listed.split())


def test_every_architecture_says_the_same_things():
    told = []
    for arch in ARCHITECTURES:
        text = (ROOT / f"image/arch/{arch}.sh").read_text()
        told.append(set(re.findall(r"^(\w+)(?==|\(\) \{)", text, re.MULTILINE)))
    assert told[0] == told[1]
    assert {"DEBIAN", "WHEELS", "EFI_FILE", "before_kernel", "for_target"} <= told[0]


def test_no_build_removes_what_another_keeps(tmp_path):
    cache, out = settings(tmp_path, "x86_64", "CACHE", "OUT")
    other_cache, other_out = settings(tmp_path, "arm64", "CACHE", "OUT")
    assert (cache, out) == (str(tmp_path), f"{ROOT}/build/image")
    assert (other_cache, other_out) == (f"{cache}/arm64", f"{out}/arm64")
    (tmp_path / "base-old.tar").touch()
    sh('. image/settings.sh; keep_only "$CACHE/base-" new', "arm64", CALLBOX_CACHE=str(tmp_path))
    assert (tmp_path / "base-old.tar").exists()


def test_both_share_one_lock_as_one_uses_the_others_tools(tmp_path):
    locks = {settings(tmp_path, arch, "LOCK")[0] for arch in ARCHITECTURES}
    assert locks == {f"{tmp_path}/lock"}


def test_updates_of_one_are_not_taken_by_the_other(tmp_path):
    said = [settings(tmp_path, arch, "COMPATIBLE")[0] for arch in ARCHITECTURES]
    assert said == ["callbox-x86_64", "callbox-arm64"]


def test_an_unknown_architecture_is_refused(tmp_path):
    done = sh(". image/settings.sh", "riscv64", check=False, CALLBOX_CACHE=str(tmp_path))
    assert done.returncode == 2
    assert "only x86_64 and arm64" in done.stderr


def test_each_architecture_has_its_own_kernel_and_boot_loader():
    intel, arm = names("x86_64", "box"), names("arm64", "box")
    assert intel - arm == {"linux-image-amd64"}
    assert arm - intel == {"linux-image-arm64", "busybox-static"}
    assert "grub-pc-bin" in names("x86_64", "builder")
    assert "gcc-aarch64-linux-gnu" in names("arm64", "builder")


@pytest.mark.parametrize("kind", LISTS)
def test_marks_in_lists_are_architectures_and_never_names(kind):
    text = (ROOT / f"image/packages/{kind}.list").read_text()
    assert set(re.findall(r"\[(.*?)\]", text)) <= set(ARCHITECTURES)
    for arch in ARCHITECTURES:
        assert not [name for name in names(arch, kind) if re.search(r"[\[\]#]", name)]


def test_what_no_wheel_exists_of_is_in_the_lock_at_all(tmp_path):
    lock = (ROOT / "image/requirements.lock").read_text()
    for arch in ARCHITECTURES:
        for name in settings(tmp_path, arch, "WITHOUT")[0].split():
            assert re.search(rf"^{name}==", lock, re.MULTILINE)


@pytest.mark.parametrize(("number", "right"), [(183, True), (62, False)])
def test_a_library_for_another_machine_is_found(tmp_path, number, right):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "engine.so").write_bytes(b"\x7fELF".ljust(18, b"\0") + bytes([number, 0]))
    (tmp_path / "lib" / "notes.txt").write_text("no program")
    done = subprocess.run(
        [sys.executable, ROOT / "image/machine.py", tmp_path, "aarch64"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode == 0) == right
    assert ("1 files" in done.stdout) if right else ("lib/engine.so" in done.stderr)
