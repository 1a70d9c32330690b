"""Bundles as boxes judge them: signatures, rotation of keys, notes; RAUC itself does the checks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

IMAGE = Path(__file__).parents[1]
MANIFEST = IMAGE / "bundle_manifest.py"
CHANGELOG = "# Changelog\n\nWords.\n\n## 0.3.0\n\n- New.\n- Newer.\n\n## 0.2.0\n\n- Old.\n"
NOW, DURING, AFTER = "keyring", "keyring-both", "keyring-next"

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    subprocess.run(["sh", IMAGE / "pki" / "make.sh", folder], check=True)
    return folder


def rauc(folder, keyring, *words):
    """RAUC as a box with this keyring has it; (worked, what it said)."""
    conf = folder / "system.conf"
    # The box's own file says more than the host's older RAUC understands: what is judged here.
    conf.write_text(
        f"[system]\ncompatible=callbox-x86_64\nbootloader=noop\nbundle-formats=-plain\n"
        f"[keyring]\npath={keyring}\ncheck-purpose=codesign\n"
    )
    done = subprocess.run(
        ["rauc", f"--conf={conf}", *map(str, words)], capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def bundle(pki, tmp_path_factory):
    """`bundle(key)`: a small one signed by a key of the PKI."""
    folder = tmp_path_factory.mktemp("bundles")

    def make(key):
        inside, made = folder / f"{key}.in", folder / f"{key}.raucb"
        if not made.exists():
            inside.mkdir()
            (inside / "rootfs.ext4").write_bytes(os.urandom(1 << 20))
            (inside / "manifest.raucm").write_text(
                "[update]\ncompatible=callbox-x86_64\nversion=1.0.0\n"
                "[bundle]\nformat=verity\n[image.rootfs]\nfilename=rootfs.ext4\n"
            )
            root = {"release": "root", "next": "next-root", "wrong": "wrong-root"}[key]
            signed = (f"--cert={pki / key}.pem", f"--key={pki / key}.key")
            worked, said = rauc(folder, pki / f"{root}.pem", "bundle", *signed, inside, made)
            assert worked, said
        return made

    return make


@pytest.mark.parametrize(
    ("keyring", "key", "taken"),
    [
        (NOW, "release", True),
        (NOW, "next", False),
        (DURING, "release", True),
        (DURING, "next", True),
        (AFTER, "release", False),
        (AFTER, "next", True),
        (NOW, "wrong", False),
        (DURING, "wrong", False),
    ],
)
def test_a_key_is_rotated_by_an_update_that_ships_both_roots(pki, bundle, keyring, key, taken,
                                                             tmp_path):  # fmt: skip
    worked, said = rauc(tmp_path, pki / f"{keyring}.pem", "info", bundle(key))
    assert worked is taken, said
    assert taken or "signature verification failed" in said


def test_a_certificate_that_is_not_for_code_signs_no_bundle(pki, tmp_path, bundle):
    """A root itself has no such purpose: even it cannot sign for its boxes."""
    shutil.copytree(bundle("release").with_name("release.in"), tmp_path / "in")
    signed = (f"--cert={pki / 'root.pem'}", f"--key={pki / 'root.key'}")
    made = tmp_path / "out.raucb"
    worked, said = rauc(tmp_path, pki / "keyring.pem", "bundle", *signed, tmp_path / "in", made)
    if worked:
        worked, said = rauc(tmp_path, pki / "keyring.pem", "info", made)
    assert not worked, said


def test_keys_are_made_once_and_readable_by_their_owner_alone(pki):
    before = {path.name: path.read_bytes() for path in pki.iterdir()}
    subprocess.run(["sh", IMAGE / "pki" / "make.sh", pki], check=True)
    assert {path.name: path.read_bytes() for path in pki.iterdir()} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in pki.glob("*.key"))


def manifest(tmp_path, version, **notes):
    for language, text in notes.items():
        (tmp_path / f"{version}.{language}").write_text(text)
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    words = [version, "20260101T000000Z", "callbox-x86_64", tmp_path, tmp_path / "CHANGELOG.md"]
    return subprocess.run(
        [sys.executable, MANIFEST, *words], capture_output=True, text=True, check=False
    )


def test_notes_are_of_the_version_in_both_languages(tmp_path):
    made = manifest(tmp_path, "0.3.0", zh_CN="第一\n第二\n", en="One\nTwo\\\n")
    assert "zh_CN=第一\\n第二\n" in made.stdout
    assert "en=One\\nTwo\\\\\n" in made.stdout


def test_english_notes_come_from_the_changelog_when_none_are_written(tmp_path):
    assert "en=New.\\nNewer.\n" in manifest(tmp_path, "0.3.0").stdout
    assert "en=Old.\n" in manifest(tmp_path, "0.2.0").stdout


def test_a_language_without_notes_is_left_out_as_rauc_takes_no_empty_ones(tmp_path):
    assert "zh_CN" not in manifest(tmp_path, "0.3.0").stdout


def test_a_version_that_servers_cannot_order_makes_no_manifest(tmp_path):
    made = manifest(tmp_path, "1.2")
    assert made.returncode != 0
    assert made.stdout == ""


def test_the_box_refuses_plain_bundles_and_wants_code_signing():
    text = (IMAGE / "rauc" / "system.conf.in").read_text()
    for line in ("bundle-formats=-plain", "check-purpose=codesign", "min-bundle-version=@FLOOR@"):
        assert line in text.splitlines()
