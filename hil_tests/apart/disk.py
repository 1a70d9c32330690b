"""The disk under the box's data: it can be full, block, and lose what was not synced (`disk.c`)."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from hil_tests.apart.orders import BLOCKED, BROKEN, IN_ORDER

_SOURCE = Path(__file__).with_name("disk.c")
_PAGE = 4096


class Disk:
    """One data folder.  No real disk comes to harm."""

    def __init__(self, folder: Path, data: Path, told: Callable[[int], object]) -> None:
        """`folder`: for the library and its state; `told` gets a value of order `d`."""
        self._state, self._data, self._told = folder / "disk", data, told
        self._library = folder / "disk.so"
        self._state.write_bytes(bytes(_PAGE))
        self.full = self._blocked = False
        command = ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC"]
        command += ["-o", str(self._library), str(_SOURCE)]
        subprocess.run(command, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that has this disk."""
        return {
            "LD_PRELOAD": str(self._library.resolve()),
            "CALLBOX_DISK": str(self._state.resolve()),
            "CALLBOX_DATA": str(self._data.resolve()),
        }

    @property
    def condition(self) -> int:
        """As a value of order `d`."""
        if self._blocked:
            return BLOCKED
        return BROKEN if self.full else IN_ORDER

    def fill(self, *, full: bool) -> None:
        """Nothing gets longer any more, or there is room again."""
        self.full = full
        self._tell()

    def block(self, *, blocked: bool) -> None:
        """Who writes or syncs waits, or goes on."""
        self._blocked = blocked
        self._tell()

    def lose_power(self) -> None:
        """What was never synced is gone; the processes are dead before."""
        kept: dict[int, int] = {}
        log = self._state.with_name(self._state.name + ".synced")
        for line in log.read_text().splitlines() if log.exists() else ():
            inode, size = map(int, line.split())
            kept[inode] = size
        for path in self._data.rglob("*"):
            if path.is_file() and not path.is_symlink():
                known = path.stat()
                if known.st_size > kept.get(known.st_ino, 0):
                    with path.open("r+b") as file:
                        file.truncate(kept.get(known.st_ino, 0))

    def _tell(self) -> None:
        with self._state.open("r+b") as state:
            state.write(bytes([self.full, self._blocked]))
        self._told(self.condition)
