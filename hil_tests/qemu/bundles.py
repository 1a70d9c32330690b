"""Roots with one thing changed, and bundles of them: seconds each, no build.

A variant is a sparse copy of the root changed by debugfs.  Small bundles (a megabyte of noise,
signed by whomever) are for refusals: they are never written to a slot.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TREE = Path(__file__).parents[2]
PKI = TREE / "build" / "pki"
IMAGE = TREE / "build" / "image"
COMPATIBLE = "callbox-x86_64"
_MIB = 1 << 20
_SPARE_MIB = 48
"""Room in a small root for what variants write."""


def run(*command: object, **more: Any) -> str:
    """A command that must work; its output."""
    done = subprocess.run(
        list(map(str, command)), check=False, capture_output=True, text=True, **more
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def small_root(source: Path, target: Path) -> int:
    """The root in as small a file system as it fits; MiB of it.  Slots of tests are so large."""
    run("cp", "--sparse=always", source, target)
    subprocess.run(["e2fsck", "-fy", target], check=False, capture_output=True)
    blocks = int(run("resize2fs", "-P", target).rsplit(":", 1)[1])
    mib = blocks * 4096 // _MIB + _SPARE_MIB
    run("resize2fs", target, f"{mib}M")
    os.truncate(target, mib * _MIB)
    return mib


def variant(
    root: Path,
    target: Path,
    version: str,
    remove: Sequence[str] = (),
    write: Mapping[str, str] | None = None,
) -> Path:
    """The root as another version: files removed, others written (path: text)."""
    run("cp", "--sparse=always", root, target)
    release = read(root, "/etc/callbox-release")
    lines = [line for line in release.splitlines() if not line.startswith("VERSION=")]
    texts = {**(write or {}), "/etc/callbox-release": "\n".join([f"VERSION={version}", *lines, ""])}
    with tempfile.TemporaryDirectory() as folder:
        orders = [f"rm {path}" for path in remove]
        for number, (path, text) in enumerate(texts.items()):
            source = Path(folder, str(number))
            source.write_text(text)
            source.chmod(0o644)
            orders += [f"rm {path}", f"write {source} {path}"]
            orders += [f"sif {path} uid 0", f"sif {path} gid 0"]
        script = Path(folder, "orders")
        script.write_text("\n".join(orders) + "\n")
        run("debugfs", "-w", "-f", script, target)
    assert f"VERSION={version}" in read(target, "/etc/callbox-release")
    for path in remove:
        assert "not found" in _debugfs(target, f"stat {path}"), path
    return target


def read(root: Path, path: str) -> str:
    """A text file of a root or of any ext4 image."""
    return run("debugfs", "-R", f"cat {path}", root)


def full(root: Path, target: Path, version: str) -> Path:
    """A bundle of a root as `make bundle` makes it, signed by the development key."""
    settings = {"VERSION": version, "LEVEL": "1", "NOTES": str(target.parent)}
    target.with_name(f"{version}.en").write_text(f"Notes of {version}.\n")
    target.with_name(f"{version}.zh_CN").write_text(f"{version} 的说明。\n")
    run("sh", "image/bundle.sh", root, target, cwd=TREE, env={**os.environ, **settings})
    return target


def small(
    target: Path,
    version: str,
    *,
    compatible: str = COMPATIBLE,
    form: str = "verity",
    key: str = "release",
) -> Path:
    """A bundle with a megabyte of noise; `key` names a pair of build/pki."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inside = folder / "in"
        inside.mkdir()
        (inside / "rootfs.ext4").write_bytes(os.urandom(_MIB))
        (inside / "manifest.raucm").write_text(
            f"[update]\ncompatible={compatible}\nversion={version}\n"
            f"[bundle]\nformat={form}\n[image.rootfs]\nfilename=rootfs.ext4\n"
        )
        root = "wrong-root" if key == "wrong" else "root"
        conf = folder / "system.conf"
        conf.write_text(
            f"[system]\ncompatible={compatible}\nbootloader=noop\n"
            f"[keyring]\npath={PKI / root}.pem\ncheck-purpose=codesign\n"
        )
        target.unlink(missing_ok=True)
        signed = (f"--cert={PKI / key}.pem", f"--key={PKI / key}.key")
        run("rauc", f"--conf={conf}", "bundle", *signed, inside, target)
    return target


def cut(source: Path, target: Path) -> Path:
    """A download that ended in its middle."""
    shutil.copy(source, target)
    os.truncate(target, source.stat().st_size // 2)
    return target


def stick(target: Path, files: Sequence[Path]) -> Path:
    """A USB stick with these files on FAT32."""
    mib = sum(file.stat().st_size for file in files) // _MIB + 64
    target.unlink(missing_ok=True)
    run("mkfs.vfat", "-F", "32", "-n", "UPDATE", "-C", target, mib * 1024)
    for file in files:
        run("mcopy", "-i", target, file, f"::{file.name}")
    return target


def _debugfs(image: Path, order: str) -> str:
    done = subprocess.run(
        ["debugfs", "-R", order, image], check=False, capture_output=True, text=True
    )
    return done.stdout + done.stderr
