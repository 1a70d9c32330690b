"""The figures of benchmarks by name, for machines: build/bench.json.

{"machine": text, "figures": {NAME: {"value": number, "unit": text, "against": text}}}
"""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path("build/bench.json")


@dataclass(frozen=True)
class Figure:
    """One figure; `against` says with what it was compared, "" for nothing."""

    value: float
    unit: str
    against: str = ""


def machine() -> str:
    """Processor, and how many of them."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} processors"


def keep(figures: Mapping[str, Figure], file: Path = FILE) -> None:
    """Put figures into the file; those that other commands wrote stay."""
    known = json.loads(file.read_text())["figures"] if file.exists() else {}
    known |= {name: asdict(figure) for name, figure in figures.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"machine": machine(), "figures": known}, indent=2) + "\n")
    new.replace(file)
