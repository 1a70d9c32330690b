"""Numbers for the engine's tables: index 0 is never given."""

from heapq import heappop, heappush
from itertools import count

from cython_dsp.engine.errors import NoRoom, UnknownHandle

_GENERATION = 1 << 12  # INDEX_OF() of engine.h


class Slots:
    """Free and used numbers of one table.

    With generations the lowest is given, so that the used ones lie together: a number is known from
    an earlier one of its index.  Without them one that was freed is used again late.
    """

    def __init__(self, what: str, size: int, *, generations: bool = False) -> None:
        self.used: set[int] = set()
        self._what = what
        self._free = [(0, index) for index in range(1, size)]
        self._freed = count(1)
        self._generations = generations
        self._taken = 0

    def take(self) -> int:
        """Return a new number; NoRoom when all are used."""
        if not self._free:
            raise NoRoom(f"no {self._what} left")
        _, index = heappop(self._free)
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
        freed = 0 if self._generations else next(self._freed)
        heappush(self._free, (freed, handle % _GENERATION))
