"""What the box's screen and serial line say: how to reach it, and how to begin.

`python -m firmware.console --tty /dev/tty1 ...` writes the text again whenever it changes: an
address came, set-up removed the label's password.  A text console has no Chinese letters, so the
text is English; it reads nothing from the keyboard.
"""

import argparse
import contextlib
import hashlib
import logging
import os
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from firmware import notify
from firmware.addresses import reachable

_LOGGER = logging.getLogger(__name__)
NAME = "callbox.local"
_LOOK_S = 2.0
_LONGEST = 4096
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
"""Cursor home, screen and what scrolled off it away: an old password does not stay."""


@dataclass(frozen=True)
class Sources:
    """Files that the text is made of; each may be missing."""

    release: Path
    first: Path
    """First log-ins, until set-up is finished."""
    ca: Path
    """Certificate of the box's own authority, PEM."""


def text(sources: Sources, addresses: Sequence[str]) -> str:
    """The whole screen, ASCII, lines of 79 characters at most."""
    lines = ["", f"  Callbox {_version(sources.release)}".rstrip(), ""]
    if addresses:
        lines += ["  Open in a browser:", f"    https://{NAME}"]
        lines += [f"    https://{_in_url(address)}" for address in addresses]
    else:
        lines += ["  No network address yet.  Is the cable in?"]
    fingerprint = _fingerprint(sources.ca)
    if fingerprint:
        half = len(fingerprint) // 2 + 1
        lines += ["", "  Certificate authority of this box, SHA-256:"]
        lines += [f"    {fingerprint[:half]}", f"    {fingerprint[half:]}"]
    first = _first(sources.first)
    if first:
        lines += ["", "  Not set up yet.  Password, as on the label:", *first]
    return "\n".join([*lines, "", ""])


def show(tty: Path, screen: str) -> None:
    """Put it on a terminal in place of what was there; a terminal that is not there is left."""
    try:
        descriptor = os.open(tty, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        _LOGGER.debug("%s: %s", tty, error)
        return
    with contextlib.suppress(OSError):  # a serial line that nobody drains, or without its chip
        os.write(descriptor, (_CLEAR + screen.replace("\n", "\r\n")).encode("ascii", "replace"))
    os.close(descriptor)


def watch(sources: Sources, ttys: Sequence[Path]) -> None:
    """Show and look again, for ever."""
    shown = ""
    while True:
        screen = text(sources, reachable())
        if screen != shown:
            for tty in ttys:
                show(tty, screen)
            shown = screen
        notify.alive()
        time.sleep(_LOOK_S)


def main() -> None:
    """Parse the options and run until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", type=Path, default=Path("/etc/callbox-release"))
    parser.add_argument("--first", type=Path, required=True, help="file of the first log-ins")
    parser.add_argument("--ca", type=Path, required=True, help="certificate of the authority")
    parser.add_argument("--tty", type=Path, action="append", required=True)
    chosen = parser.parse_args()
    watch(Sources(chosen.release, chosen.first, chosen.ca), chosen.tty)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("ascii", "replace")
    except OSError:
        return ""


def _version(path: Path) -> str:
    values = dict(line.partition("=")[::2] for line in _read(path).splitlines())
    return _plain(values.get("VERSION", ""))


def _first(path: Path) -> list[str]:
    return [f"    {_plain(line)}" for line in _read(path).splitlines()][:12]


def _plain(line: str) -> str:
    """No control characters: a terminal would obey them."""
    return "".join(letter for letter in line if letter.isprintable())[:70]


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _fingerprint(path: Path) -> str:
    try:
        der = ssl.PEM_cert_to_DER_cert(_read(path).strip())
    except ValueError:  # missing, or being made
        return ""
    return hashlib.sha256(der).digest().hex(":").upper()


if __name__ == "__main__":
    main()
