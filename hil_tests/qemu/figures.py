"""Figures of the image, kept by the tests that see them: build/image/figures.json.

`python -m hil_tests.qemu.figures` (`make image-bench`) writes them into BENCHMARKS.md.
"""

import json
import sys
from dataclasses import dataclass

from hil_tests.qemu.bundles import IMAGE, TREE

FILE = IMAGE / "figures.json"
PAGE = TREE / "BENCHMARKS.md"
BEGIN, END = "<!-- image: make image-bench -->", "<!-- /image -->"


@dataclass(frozen=True)
class Row:
    """One line of the table; the limit is the product's own, None where there is none."""

    name: str
    words: str
    unit: str
    limit: float | None


ROWS = (
    Row("build_s", "image, built again after a change of the application", "s", None),
    Row("root_mib", "root file system, what is in it", "MiB", None),
    Row("bundle_mb", "update file (zstd), without speech models", "MB", 300),
    Row("start_s", "power on until a caller is answered, in QEMU without acceleration", "s", 90),
    Row("install_s", "installing from a server by streaming, in QEMU", "s", None),
    Row("outage_s", "outage of an update, in QEMU", "s", None),
    Row("stream_mb", "fetched for an update in which one file changed", "MB", None),
    Row("memory_mib", "memory in use at rest, all services running", "MiB", 550),
)


def keep(name: str, value: float) -> None:
    """Remember a figure; the last one of a name counts."""
    assert name in {row.name for row in ROWS}, name
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    FILE.write_text(json.dumps({**known, name: round(value, 1)}, indent=1))


def table(known: dict[str, float]) -> str:
    """Markdown; a figure that nobody has seen says so."""
    lines = ["| what | figure | limit |", "|---|---|---|"]
    for row in ROWS:
        seen = f"{known[row.name]:g} {row.unit}" if row.name in known else "not measured"
        limit = f"{row.limit:g} {row.unit}" if row.limit else ""
        lines.append(f"| {row.words} | {seen} | {limit} |")
    return "\n".join(lines)


def main() -> None:
    """Put the table in the place of the one before."""
    made = f"{BEGIN}\n{table(json.loads(FILE.read_text()))}\n{END}"
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(before + made + rest.partition(END)[2])
    sys.stdout.write(made + "\n")


if __name__ == "__main__":
    main()
