"""Users and folders of a new box, made by systemd's own programs in an empty tree."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from image.tests.test_units import OVERLAY, SERVICES, values

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="changes owners")

IDS = {
    "callbox": 900, "callbox-isdn": 901, "callbox-web": 902, "callbox-ota": 903,
    "callbox-nginx": 904,
}  # fmt: skip
FOLDERS = {
    "run/callbox": (0o3770, "root", "callbox"),
    "run/callbox-service": (0o2750, "callbox", "callbox-ota"),
    "run/callbox-ota": (0o751, "callbox-ota", "callbox-ota"),
    "data/callbox": (0o2750, "callbox", "callbox"),
    "data/uploads": (0o2770, "callbox-web", "callbox"),
    "data/web": (0o700, "callbox-web", "callbox-web"),
    "data/tls": (0o700, "callbox-nginx", "callbox-nginx"),
    "data/ota": (0o750, "callbox-ota", "callbox-ota"),
    "data/rauc": (0o700, "root", "root"),
    "data/system": (0o700, "root", "root"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Debian's own users as far as ours need them, then ours, then the folders."""
    root = tmp_path_factory.mktemp("box") / "root"
    shutil.copytree(OVERLAY, root, symlinks=True)
    (root / "usr/lib/sysusers.d/debian.conf").write_text(
        "u root 0 - /root\ng dialout 20\ng tty 5\ng systemd-journal -\n"
    )
    for command in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"]):
        subprocess.run([*command, f"--root={root}"], check=True, capture_output=True)
    return root


def groups(root):
    lines = (root / "etc/group").read_text().splitlines()
    return {line.split(":")[0]: line.split(":")[3].split(",") for line in lines}


def test_users_have_the_same_ids_in_every_version(root):
    lines = (line.split(":") for line in (root / "etc/passwd").read_text().splitlines())
    users = {name: (int(user), shell) for name, _, user, _, _, _, shell in lines}
    assert {name: users[name][0] for name in IDS} == IDS
    assert {users[name][1] for name in IDS} == {"/usr/sbin/nologin"}


def test_everyone_of_ours_shares_one_group_and_only_callboxd_has_boards(root):
    assert sorted(groups(root)["callbox"]) == sorted(set(IDS) - {"callbox"})
    assert groups(root)["dialout"] == ["callbox"]


@pytest.mark.parametrize("name", FOLDERS)
def test_folders_belong_to_who_writes_there(root, name):
    mode, owner, group = FOLDERS[name]
    found = (root / name).stat()
    ids = {"root": 0, **IDS}
    assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (
        mode, ids[owner], ids[group],
    )  # fmt: skip


@pytest.mark.parametrize("unit", SERVICES)
def test_what_a_unit_may_write_is_there_and_its_own(root, unit):
    user = (values(unit, "User") or ["root"])[0]
    member = {IDS.get(user, 0), *(IDS.get(name, 0) for name in _groups_of(unit))}
    for path in " ".join(values(unit, "ReadWritePaths")).split():
        if path == "/boot/efi":
            continue
        found = (root / path.lstrip("/")).stat()
        by_group = found.st_gid in member and found.st_mode & stat.S_IWGRP
        assert found.st_uid == IDS.get(user, 0) or by_group or user == "root", path


def _groups_of(unit):
    return [*values(unit, "Group"), *" ".join(values(unit, "SupplementaryGroups")).split()]


def test_nothing_of_a_former_start_is_removed(root):
    (root / "data/callbox/calls.db").write_text("kept")
    (root / "data/rauc/central.raucs").write_text("kept")
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={root}"], check=True)
    assert (root / "data/callbox/calls.db").read_text() == "kept"
    assert (root / "data/rauc/central.raucs").read_text() == "kept"


def test_settings_of_this_box_are_laid_where_systemd_reads_them(root):
    own = root / "data/system/network/10-fixed.network"
    own.parent.mkdir()
    own.write_text("[Match]\n")
    shutil.rmtree(root / "run")
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={root}"], check=True)
    assert (root / "run/systemd/network/10-fixed.network").read_text() == "[Match]\n"


def test_every_mount_point_is_in_the_image_or_in_debian():
    fstab = (OVERLAY / "etc/fstab").read_text()
    points = re.findall(r"^[^#\s]\S*\s+(/\S+)\s+\S+\s+(\S+)", fstab, re.MULTILINE)
    assert {point for point, _ in points} == {
        "/data", "/boot/efi", "/tmp", "/var/tmp", "/var/log", "/var/lib/systemd",
    }  # fmt: skip
    for point, options in points:
        assert {"nosuid", "nodev", "noexec"} <= set(options.split(",")), point
    assert Path(OVERLAY / "data/not-mounted").exists()
    assert Path(OVERLAY / "boot/efi/not-mounted").exists()
