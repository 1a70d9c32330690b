"""The label's password: the only secret of a new box, until it is set up.

The factory puts it into a systemd credential; without one it is made at the first start.  It is
kept in the file `first-log-in`, which the console shows and set-up removes.
"""

import os
import secrets
from pathlib import Path

CREDENTIAL = "callbox.label-password"
FILE = "first-log-in"
_NAME = "setup"  # in the file, where other first log-ins have their user
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_GROUPS, _GROUP = 3, 4


def plain(password: str) -> str:
    """As it is compared: people type labels without dashes and in either case."""
    return "".join(password.split()).replace("-", "").casefold()


def readable() -> str:
    """A random password that can be read aloud and typed: 12 of 31 letters, 59 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def password(data: Path, credentials: Path | None) -> str:
    """The label's password, in the file; made when neither factory nor file has one.  Blocks."""
    given = _text(credentials / CREDENTIAL).strip() if credentials is not None else ""
    kept = _kept(data / FILE)
    chosen = (given if plain(given) else kept) or readable()
    if chosen != kept:
        write(data / FILE, f"{_NAME} {chosen}\n")
    return chosen


def forget(data: Path) -> None:
    """The box is set up: the file is of no use any more.  Blocks."""
    if _kept(data / FILE):
        (data / FILE).unlink()
        _sync(data)


def _kept(path: Path) -> str:
    name, _, rest = _text(path).strip().partition(" ")
    return rest.strip() if name == _NAME else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def write(path: Path, text: str) -> None:
    """Write a secret, whole or not at all: a power cut leaves no half password.  Blocks."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
