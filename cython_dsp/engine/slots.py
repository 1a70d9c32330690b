"""Numbers for the engine's tables: index 0 is never given, a freed one is used again late."""

from collections import deque

from cython_dsp.engine.errors import NoRoom, UnknownHandle

_GENERATION = 1 << 12  # INDEX_OF() of engine.h


class Slots:
    """Free and used numbers of one table."""

    def __init__(self, what: str, size: int, *, generations: bool = False) -> None:
        self.used: set[int] = set()
        self._what = what
        self._free = deque(range(1, size))
        self._generations = generations
        self._taken = 0

    def take(self) -> int:
        """Return a new number; NoRoom when all are used."""
        if not self._free:
            raise NoRoom(f"no {self._what} left")
        index = self._free.popleft()
        if self._generations:
            self._taken = (self._taken + 1) % (1 << 18)
            index += (1 + self._taken) * _GENERATION
        self.used.add(index)
        return index

    def check(self, handle: int) -> int:
        """Return handle when it is in use, else raise UnknownHandle."""
        if handle not in self.used:
            raise UnknownHandle(f"no {self._what} {handle}")
        return handle

    def give_back(self, handle: int) -> None:
        """Make the number free again."""
        self.used.remove(handle)
        self._free.append(handle % _GENERATION)
