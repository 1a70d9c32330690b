"""A bundle as the product's, by the host's `rauc`: it can be served here, but not installed."""

import subprocess
from pathlib import Path

_MANIFEST = """
[update]
compatible={compatible}
version={version}
[bundle]
format=verity
[image.rootfs]
filename=rootfs.img
"""


def make_bundle(keys: Path, folder: Path, version: str, content: bytes) -> Path:
    """A verity bundle whose root file system is `content`; `keys` has release.pem, release.key."""
    source = folder / f"in-{version}"
    source.mkdir(parents=True)
    (source / "rootfs.img").write_bytes(content)
    manifest = _MANIFEST.format(compatible="callbox-x86_64", version=version)
    (source / "manifest.raucm").write_text(manifest)
    bundle = folder / f"callbox-{version}.raucb"
    pair = [f"--cert={keys / 'release.pem'}", f"--key={keys / 'release.key'}"]
    squash = "--mksquashfs-args=-comp zstd -Xcompression-level 1 -processors 1"
    command = ["rauc", "bundle", *pair, squash, source, bundle]
    subprocess.run(command, check=True, capture_output=True)
    return bundle
