"""Where the proof finds what it examines; a test gives other places."""

import sys
from dataclasses import dataclass
from pathlib import Path

RELEASE = Path("/etc/callbox-release")
UNITS = (
    "callboxd.service",
    "callbox-isdn.service",
    "callbox-web.service",
    "callbox-nginx.service",
)


@dataclass(frozen=True)
class Context:
    """One box.  Times are seconds of the monotonic clock."""

    service: Path
    """callboxd's service socket."""
    release: Path = RELEASE
    """KEY=VALUE lines; BUILD is the earliest time that the clock may show."""
    units: tuple[str, ...] = UNITS
    """What systemd must have active; empty where there is no systemd."""
    origin: str = "https://127.0.0.1"
    """The pages, through nginx; "" leaves them out."""
    loopback: tuple[str, ...] = (sys.executable, "-m", "firmware.loopback")
    """Command of the loop-back call; empty leaves it out."""
    absent: tuple[str, ...] = ()
    """Trunks whose board was gone before the restart: the new version need not find it."""
    patience: float = 1.0
    """Factor on every limit, for machines slower than any box (emulation)."""
