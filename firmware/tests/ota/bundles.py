"""Bundles by the real `rauc bundle`, signed by a throw-away authority; a few seconds in all."""

import subprocess
from pathlib import Path

COMPATIBLE = "callbox-x86_64"
_EXTENSION = "extendedKeyUsage=codeSigning\nkeyUsage=digitalSignature\nbasicConstraints=CA:FALSE\n"
_SIZE = 1 << 20
_CA = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)


def release(version: str) -> str:
    """`/etc/callbox-release` of a root; in these tests the first bytes of its image."""
    return f"VERSION={version}\nBUILD=20261101T000000Z\nCOMPATIBLE={COMPATIBLE}\n"


def image(version: str) -> bytes:
    """A root file system that says no more than its release."""
    head = release(version).encode().ljust(4096, b"\n")
    return head + bytes(i * 7 % 251 for i in range(1 << 16)) * ((_SIZE - len(head)) >> 16)


class Workshop:
    """Authority, release key, and one bundle of each kind, all in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = self._authority("ca")
        self._authority("other-ca")
        self._leaf("ca", "release")
        self._leaf("other-ca", "stranger")
        for version in ("0.9.0", "1.0.0", "1.1.0", "1.2.0"):
            self.make(version, version)
        self.make("wrong-ca", "1.1.0", signer="stranger")
        self.make("other-kind", "1.1.0", compatible="callbox-arm64")
        good = self.path("1.1.0").read_bytes()
        self.path("truncated").write_bytes(good[: len(good) * 3 // 4])
        middle = len(good) // 3
        tampered = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
        self.path("tampered").write_bytes(tampered)
        self.path("junk").write_bytes(b"no bundle at all\n" * 100)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.raucb"

    def make(
        self, name: str, version: str, signer: str = "release", compatible: str = COMPATIBLE
    ) -> None:
        content = self.folder / f"content-{name}"
        content.mkdir()
        (content / "rootfs.img").write_bytes(image(version))
        (content / "manifest.raucm").write_text(
            f"[update]\ncompatible={compatible}\nversion={version}\ndescription=What is new.\n"
            "[bundle]\nformat=plain\n[image.rootfs]\nfilename=rootfs.img\n"
        )
        _run(
            "rauc",
            f"--cert={self.folder / signer}.pem",
            f"--key={self.folder / signer}.key",
            "--mksquashfs-args=-comp zstd -Xcompression-level 1 -processors 1",
            "bundle",
            content,
            self.path(name),
        )

    def _key(self, name: str) -> tuple[str | Path, ...]:
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        return (*curve, "-keyout", self.folder / f"{name}.key", "-subj", f"/CN={name}")

    def _authority(self, name: str) -> Path:
        out = self.folder / f"{name}.pem"
        extensions = [part for text in _CA for part in ("-addext", text)]
        _run("openssl", "req", "-x509", *self._key(name), *extensions, "-days", "9", "-out", out)
        return out

    def _leaf(self, authority: str, name: str) -> None:
        request, rules = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        rules.write_text(_EXTENSION)
        _run("openssl", "req", *self._key(name), "-out", request)
        _run(
            *("openssl", "x509", "-req", "-in", request, "-days", "9", "-extfile", rules),
            *("-CA", self.folder / f"{authority}.pem", "-CAkey", self.folder / f"{authority}.key"),
            *("-CAcreateserial", "-out", self.folder / f"{name}.pem"),
        )
