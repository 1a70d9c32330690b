"""What the web application needs to know before its first request."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SECRET_BYTES = 32


@dataclass(frozen=True)
class Options:
    """Where things are.  All lie below one run directory, but for what the box has elsewhere."""

    daemon: Path
    """Unix socket of callboxd."""
    ota: Path
    """Unix socket of callbox-ota."""
    database: Path
    """The daemon's ledger and call records, opened read-only."""
    uploads: Path
    """Where an upload waits for callboxd or callbox-ota; named by its SHA-256."""
    secret: bytes
    """Signs the form tokens; the same in every worker and after a restart."""
    prompts: Path | None = None
    """Prompts replaced on this box, above the delivered ones."""

    @classmethod
    def of(cls, run: Path, uploads: Path | None = None, own: Path | None = None) -> "Options":
        """The options of a run directory; makes the secret and the upload folder once.

        `own`: the folder of the secret, for nobody else.
        """
        data = run / "data"
        uploads = uploads or data / "uploads"
        uploads.mkdir(parents=True, exist_ok=True)
        return cls(
            daemon=run / "callboxd.sock",
            ota=run / "ota.sock",
            database=data / "calls.db",
            uploads=uploads,
            secret=_secret((own or data) / "web.key"),
            prompts=data / "prompts",
        )


def from_environment(environment: Mapping[str, str] = os.environ) -> Options:
    """The options of the directory named by CALLBOX_RUN (default: ./run).

    On the box CALLBOX_UPLOADS and CALLBOX_WEB_DATA name folders that other users own.
    """
    run = Path(environment.get("CALLBOX_RUN", "run")).resolve()
    uploads, own = (environment.get(name) for name in ("CALLBOX_UPLOADS", "CALLBOX_WEB_DATA"))
    return Options.of(run, Path(uploads) if uploads else None, Path(own) if own else None)


def _secret(path: Path) -> bytes:
    """Read the key, or make it: two workers that start together keep the same one."""
    with contextlib.suppress(FileNotFoundError):
        key = path.read_bytes()
        if len(key) >= _SECRET_BYTES:
            return key
        path.unlink()  # cut short by a power cut: a key that everybody knows
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # the other worker was first
        path.hardlink_to(fresh)
    fresh.unlink()
    return path.read_bytes()
