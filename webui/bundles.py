"""Update files from a browser: streamed to the upload folder, never held in memory.

The file waits there under its SHA-256 for callbox-ota, which checks its signature.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

MAX_BYTES = 2 << 30
"""nginx has the same limit."""
RESERVE_BYTES = 256 << 20
"""Left free on the disk: calls are recorded meanwhile."""
SUFFIX = ".raucb"
_PART, _LOCK = ".part", ".upload-lock"
_CHUNK = 1 << 20
_GROUP_READS = 0o640


class UploadProblem(Exception):
    """Why a file was not taken: busy, no_space, incomplete."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def room(folder: Path) -> int:
    """How many bytes a file may have."""
    return max(0, min(MAX_BYTES, shutil.disk_usage(folder).free - RESERVE_BYTES))


def keep(stream: IO[bytes], size: int, folder: Path) -> Path:
    """Store `size` bytes under their SHA-256; whole or not at all.  Raises UploadProblem."""
    with _alone(folder):
        for left in folder.glob(f"*{_PART}"):  # of a worker that was killed
            left.unlink(missing_ok=True)
        if size > room(folder):
            raise UploadProblem("no_space")
        descriptor, name = tempfile.mkstemp(dir=folder, suffix=_PART)
        try:
            with os.fdopen(descriptor, "wb") as target:
                digest = _copy(stream, size, target)
                os.fchmod(target.fileno(), _GROUP_READS)
            path = Path(name).replace(folder / f"{digest}{SUFFIX}")
        finally:
            Path(name).unlink(missing_ok=True)
        _sync(folder)
        return path


def _copy(stream: IO[bytes], size: int, target: IO[bytes]) -> str:
    """The SHA-256 of what was written; a full disk is no_space."""
    digest, left = sha256(), size
    try:
        while left and (chunk := stream.read(min(_CHUNK, left))):
            digest.update(chunk)
            target.write(chunk)
            left -= len(chunk)
        target.flush()
        os.fsync(target.fileno())
    except OSError as error:
        raise UploadProblem("no_space") from error
    if left:
        raise UploadProblem("incomplete")
    return digest.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One upload at a time: two would fill the disk twice."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UploadProblem("busy") from None
    try:
        yield
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
