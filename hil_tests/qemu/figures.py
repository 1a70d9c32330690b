"""Figures of the image, kept by the tests that see them: build/image/figures.json.

`make image-bench` builds, measures and writes them into BENCHMARKS.md.  Times are those of a
machine without acceleration; a box is about twenty times faster.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cython_dsp.bench import put
from hil_tests.qemu import bundles

FILE = bundles.IMAGE / "figures.json"


@dataclass(frozen=True)
class Row:
    """One line of the table; the limit is the product's own, None where there is none."""

    name: str
    words: str
    unit: str
    limit: float | None


ROWS = (
    Row("build_s", "image, built again after a change of the version", "s", None),
    Row("bundle_mb", "update file as released (zstd), without speech models", "MB", 300),
    Row("start_s", "power on until a caller is answered, in QEMU", "s", 90),
    Row("install_s", "update from a server by streaming, until the restart, in QEMU", "s", None),
    Row("outage_s", "outage of an update, in QEMU", "s", None),
    Row("stream_mb", "fetched for an update in which one file changed", "MB", None),
    Row("memory_mib", "memory in use at rest, all services running", "MiB", 550),
)


def keep(name: str, value: float) -> None:
    """Remember a figure; the last one of a name counts."""
    assert name in {row.name for row in ROWS}, name
    FILE.write_text(json.dumps({**_known(), name: round(value, 1)}, indent=1))


def table() -> str:
    """Markdown; a figure that nobody has seen says so."""
    known = _known()
    lines = ["## The image (`make image-bench`)", "", f"{os.cpu_count()} processors.", ""]
    lines += ["| what | figure | limit |", "| --- | --- | --- |"]
    for row in ROWS:
        seen = f"{known[row.name]:g} {row.unit}" if row.name in known else "not measured"
        limit = f"{row.limit:g} {row.unit}" if row.limit else ""
        lines.append(f"| {row.words} | {seen} | {limit} |")
    return "\n".join(lines)


def build() -> None:
    """Time the image again with another version, and the size of its update file."""
    began, version = time.monotonic(), {**os.environ, "VERSION": f"0.0.{os.getpid()}"}
    bundles.run("make", "image", cwd=bundles.TREE, env=version)
    keep("build_s", time.monotonic() - began)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "release.raucb")
        bundles.run(
            "sh", "image/bundle.sh", bundles.IMAGE / "rootfs.ext4", target,
            cwd=bundles.TREE, env=version,
        )  # fmt: skip
        keep("bundle_mb", target.stat().st_size / 1e6)


def _known() -> dict[str, float]:
    known: dict[str, float] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return known


def main() -> None:
    """`build` measures the image on the disk; `write` puts all figures into BENCHMARKS.md."""
    if sys.argv[1] == "build":
        build()
        return
    put(bundles.TREE / "BENCHMARKS.md", "image", table())
    sys.stdout.write(table() + "\n")


if __name__ == "__main__":
    main()
