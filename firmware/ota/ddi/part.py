"""A file that comes in parts: resumed after a cut, whole and checked before it has its name.

Beside the target lies `<name>.part`; the target appears by a rename when size and hash match.
All of it blocks: call it by `asyncio.to_thread`.
"""

import hashlib
import io
import os
import shutil
from pathlib import Path
from typing import IO

from firmware.contract.update import UpdateReason
from firmware.ota.offer import Offer, Stopped

_BLOCK = 1 << 20
_SYNC_EVERY = 16 << 20
_MARGIN = 64 << 20
"""Bytes of the disk that a download leaves free: calls are recorded there."""


def sum_of(offer: Offer) -> tuple[str, str]:
    """Name and value of the strongest hash there is; empty strings when there is none."""
    for name in ("sha256", "sha1", "md5"):
        if value := getattr(offer, name):
            return name, value
    return "", ""


class Part:
    """The growing file of one offer."""

    def __init__(self, offer: Offer, target: Path) -> None:
        self._offer, self._target = offer, target
        self._path = target.with_name(target.name + ".part")
        self._file: IO[bytes] = io.BytesIO()  # until `open`
        self.size = 0
        self._unsynced = 0

    def open(self) -> int:
        """Take up what there is; bytes of it.  Raises Stopped (no_space)."""
        self._target.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
        self._file = os.fdopen(number, "r+b")
        self._hash = hashlib.new(sum_of(self._offer)[0] or "sha256", usedforsecurity=False)
        self.size = 0
        while block := self._file.read(_BLOCK):
            self._hash.update(block)
            self.size += len(block)
        if self.size > self._offer.size:
            self.restart()
        free = shutil.disk_usage(self._target.parent).free
        if free < self._offer.size - self.size + _MARGIN:
            self.close()
            raise Stopped(UpdateReason.NO_SPACE, f"{free} bytes are free")
        return self.size

    def restart(self) -> None:
        """From the first byte again."""
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.new(self._hash.name, usedforsecurity=False)
        self.size = self._unsynced = 0

    def write(self, data: bytes) -> None:
        """Append.  Raises Stopped (damaged: more than was announced; no_space)."""
        if self.size + len(data) > self._offer.size:
            raise Stopped(UpdateReason.DAMAGED, "the file is longer than announced")
        try:
            self._file.write(data)
            self._unsynced += len(data)
            if self._unsynced >= _SYNC_EVERY:
                self._sync()
        except OSError as error:
            raise Stopped(UpdateReason.NO_SPACE, error.strerror or "") from None
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> bool:
        """Give it its name when it is what was announced; else begin again and say False."""
        name, value = sum_of(self._offer)
        if self.size != self._offer.size or (name and self._hash.hexdigest() != value):
            self.restart()
            return False
        self._sync()
        self.close()
        self._path.replace(self._target)
        folder = os.open(self._target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unsynced = 0

    def close(self) -> None:
        """Leave what there is for the next time."""
        self._file.close()
