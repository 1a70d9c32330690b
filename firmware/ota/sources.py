"""Bundles on the box: the folder of uploads, and USB sticks.

They are copied, not linked or moved: RAUC takes a bundle's file into its own possession (on a
stick, mounted read-only, it cannot, and refuses), a stick may be pulled, and whoever put the
file there could still write to it.
"""

import asyncio
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO

from firmware.contract.update import UpdateReason
from firmware.errors import Refused
from firmware.ota.offer import Stopped

SUFFIX = ".raucb"
_MOST = 50
_BLOCK = 4 << 20
_MARGIN = 64 << 20
"""Bytes of the disk that a copy leaves free: calls are recorded there."""


def on_sticks(usb: Path) -> tuple[str, ...]:
    """Bundles on USB sticks, as paths below `usb`; blocks."""
    found = [*usb.glob(f"*{SUFFIX}"), *usb.glob(f"*/*{SUFFIX}")]
    names = (str(path.relative_to(usb)) for path in sorted(found) if _is_plain(path))
    return tuple(name for name, _ in zip(names, range(_MOST), strict=False))


def uploaded(uploads: Path, name: str) -> Path:
    """The upload of this name; blocks.  Refused: no_such_file."""
    path = uploads / name
    if Path(name).name != name or name.startswith(".") or not _is_plain(path):
        raise Refused("no_such_file", "there is no upload of this name")
    return path


def on_stick(usb: Path, name: str) -> Path:
    """The bundle of this name from `on_sticks`; blocks.  Refused: no_such_file."""
    if name not in on_sticks(usb):
        raise Refused("no_such_file", "there is no such bundle on a USB stick")
    return usb / name


async def copy(source: Path, target: Path, told: Callable[[int, int], None]) -> None:
    """Copy a bundle; `target` is there when it is whole and on the disk.  Stopped."""
    part = target.with_name(target.name + ".part")
    try:
        reading, size = await _opened(source)
        with reading:
            free = (await asyncio.to_thread(shutil.disk_usage, target.parent)).free
            if free < size + _MARGIN:
                raise Stopped(UpdateReason.NO_SPACE, f"{free} bytes are free, {size} are needed")
            with _create(part) as writing:
                await _blocks(reading, writing, lambda done: told(done, size))
        await asyncio.to_thread(_settle, part, target)
    except OSError as error:
        why = UpdateReason.NO_SPACE if error.errno == 28 else UpdateReason.NOT_FETCHED
        raise Stopped(why, f"the bundle cannot be copied: {error.strerror}") from error


async def _blocks(reading: IO[bytes], writing: IO[bytes], told: Callable[[int], None]) -> None:
    done = 0
    while block := await asyncio.to_thread(reading.read, _BLOCK):
        await asyncio.to_thread(writing.write, block)
        done += len(block)
        told(done)
    await asyncio.to_thread(_sync, writing)


def clear(folder: Path) -> None:
    """Remove what was fetched; blocks for a moment: no other update may begin meanwhile."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() or path.is_symlink():
            path.unlink(missing_ok=True)


def _is_plain(path: Path) -> bool:
    try:
        return path.suffix == SUFFIX and stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


async def _opened(path: Path) -> tuple[IO[bytes], int]:
    """A stick may take its time; who is cancelled meanwhile leaves no file open."""
    # No task: when everything ends all tasks are cancelled, and its file would be nobody's.
    opening = asyncio.get_running_loop().run_in_executor(None, _open, path)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(lambda done: done.exception() or done.result()[0].close())
        raise


def _create(path: Path) -> IO[bytes]:
    return path.open("wb")


def _open(path: Path) -> tuple[IO[bytes], int]:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    file = os.fdopen(number, "rb")
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise Stopped(UpdateReason.NOT_FETCHED, "the bundle is no file")
    return file, found.st_size


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle(part: Path, target: Path) -> None:
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
