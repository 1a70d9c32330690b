"""What the web application needs to know before its first request."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_SECRET_BYTES = 32


@dataclass(frozen=True)
class Options:
    """Where things are.  All lie below one run directory."""

    daemon: Path
    """Unix socket of callboxd."""
    database: Path
    """The daemon's ledger and call records, opened read-only."""
    uploads: Path
    """Where an uploaded prompt waits for the daemon; named by its SHA-256."""
    secret: bytes
    """Signs the form tokens; the same in every worker and after a restart."""
    prompts: Path | None = None
    """Prompts replaced on this box, above the delivered ones."""

    @classmethod
    def of(cls, run: Path) -> "Options":
        """The options of a run directory; makes the secret and the upload folder once."""
        data = run / "data"
        uploads = data / "uploads"
        uploads.mkdir(parents=True, exist_ok=True)
        return cls(
            daemon=run / "callboxd.sock",
            database=data / "calls.db",
            uploads=uploads,
            secret=_secret(data / "web.key"),
            prompts=data / "prompts",
        )


def from_environment() -> Options:
    """The options of the directory named by CALLBOX_RUN (default: ./run)."""
    return Options.of(Path(os.environ.get("CALLBOX_RUN", "run")).resolve())


def _secret(path: Path) -> bytes:
    """Read the key, or make it: two workers that start together keep the same one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
    return path.read_bytes()
