"""A release key that never leaves its token signs an update (PKCS#11)."""

import os
import subprocess

import pytest

from hil_tests.qemu.bundles import PKI, TREE, run

pytestmark = [pytest.mark.image, pytest.mark.timeout(600)]
PIN, KEY = "271828", "pkcs11:token=callbox;object=release"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
CONF = "/etc/softhsm/softhsm2.conf"
TOKENS = "/var/lib/softhsm/tokens"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """Folder of a token with the development release key, as a vendor's ceremony fills one."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {TOKENS}\nobjectstore.backend = file\n")
    fill = (
        f"softhsm2-util --init-token --free --label callbox --so-pin {PIN} --pin {PIN}"
        " && openssl pkcs8 -topk8 -nocrypt -in /run/release.key -out /tmp/key"
        f" && softhsm2-util --import /tmp/key --token callbox --label release --id 01 --pin {PIN}"
    )
    binds = {
        folder / "tokens": TOKENS,
        folder / "conf": CONF,
        PKI / "release.key": "/run/release.key",
    }
    options = [word for here, there in binds.items() for word in ("--bind", here, there)]
    run("sh", "image/builder.sh", "run", *options, "--", "sh", "-c", fill, cwd=TREE)
    return folder


def sign(token, root, target, pin):
    """`bundle.sh` with the key in the token; what it said, and whether it worked."""
    settings = {
        "CALLBOX_SIGN_KEY": KEY,
        "CALLBOX_SIGN_CERT": str(PKI / "release.pem"),
        "CALLBOX_PKCS11_MODULE": MODULE,
        "CALLBOX_PKCS11_FILES": f"{token}/tokens={TOKENS}:{token}/conf={CONF}",
        "RAUC_PKCS11_PIN": pin,
    }
    done = subprocess.run(
        ["sh", "image/bundle.sh", root, target], capture_output=True, text=True, check=False,
        cwd=TREE, env={**os.environ, **settings},
    )  # fmt: skip
    return done.returncode == 0, done.stdout + done.stderr


def test_a_key_in_a_token_signs_what_boxes_trust(token, tmp_path):
    root, target = tmp_path / "root", tmp_path / "update.raucb"
    root.write_bytes(os.urandom(1 << 20))
    worked, said = sign(token, root, target, PIN)
    assert worked, said
    (tmp_path / "conf").write_text(
        "[system]\ncompatible=callbox-x86_64\nbootloader=noop\n"
        f"[keyring]\npath={PKI / 'keyring.pem'}\ncheck-purpose=codesign\n"
    )
    run("rauc", f"--conf={tmp_path / 'conf'}", "info", target)  # fails for a signature it doubts


def test_with_the_wrong_pin_no_update_is_made(token, tmp_path):
    root, target = tmp_path / "root", tmp_path / "update.raucb"
    root.write_bytes(os.urandom(1 << 20))
    worked, said = sign(token, root, target, "314159")
    assert not worked
    assert "PIN incorrect" in said
    assert not target.exists()
    assert "314159" not in said
