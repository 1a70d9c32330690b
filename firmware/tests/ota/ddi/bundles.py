"""Signed bundles made by the host's `rauc`, with keys of the tests' own."""

import subprocess
from pathlib import Path

_KEYS = Path(__file__).parents[4] / "image" / "pki" / "make.sh"
_MANIFEST = """
[update]
compatible={compatible}
version={version}
[bundle]
format={kind}
[image.rootfs]
filename=rootfs.img
"""


def make_keys(folder: Path) -> Path:
    """Development keys, as image/pki/make.sh says."""
    subprocess.run(["sh", _KEYS, folder], check=True, capture_output=True)
    return folder


def make_bundle(
    keys: Path, folder: Path, version: str, content: bytes, *, kind: str = "verity"
) -> Path:
    """A bundle whose root file system is `content`."""
    source = folder / f"in-{version}-{kind}"
    source.mkdir(parents=True)
    (source / "rootfs.img").write_bytes(content)
    (source / "manifest.raucm").write_text(
        _MANIFEST.format(compatible="callbox-x86_64", version=version, kind=kind)
    )
    bundle = folder / f"callbox-{version}.raucb"
    pair = [f"--cert={keys / 'release.pem'}", f"--key={keys / 'release.key'}"]
    squash = "--mksquashfs-args=-comp zstd -Xcompression-level 1 -processors 1"
    subprocess.run(
        ["rauc", "bundle", *pair, squash, source, bundle], check=True, capture_output=True
    )
    return bundle
