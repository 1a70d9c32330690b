"""What runs: `/etc/callbox-release` of this root, KEY=VALUE lines."""

from dataclasses import dataclass
from pathlib import Path

PATH = Path("/etc/callbox-release")
_LONGEST = 10_000


@dataclass(frozen=True)
class Release:
    """The version that runs; empty where the file does not say."""

    version: str = ""
    build: str = ""  # UTC, yyyymmddThhmmssZ
    compatible: str = ""


def read(path: Path = PATH) -> Release:
    """The release of this root; an empty one when the file is not there."""
    try:
        text = path.read_bytes()[:_LONGEST].decode(errors="replace")
    except OSError:
        return Release()
    lines = (line.partition("=") for line in text.splitlines())
    values = {key.strip(): value.strip().strip('"') for key, _, value in lines}
    return Release(values.get("VERSION", ""), values.get("BUILD", ""), values.get("COMPATIBLE", ""))
