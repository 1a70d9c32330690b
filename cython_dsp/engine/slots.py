"""Numbers for the engine's tables: index 0 is never given."""

from heapq import heappop, heappush
from itertools import count

from cython_dsp.engine.errors import NoRoom, UnknownHandle

_GENERATION = 1 << 12  # INDEX_OF() of engine.h


class Slots:
    """Free and used numbers of one table.

    The lowest is given, so that the used ones, and the memory they have, lie together.  With
    generations a number is known from an earlier one of its index; `late`: one that was freed is
    used again after all others, since somebody may still speak of it.
    """

    def __init__(
        self, what: str, size: int, *, generations: bool = False, late: bool = False
    ) -> None:
        self.used: set[int] = set()
        self._what = what
        self._free = [(0, index) for index in range(1, size)]
        self._freed = count(1)
        self._generations, self._late = generations, late
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
        freed = next(self._freed) if self._late else 0
        heappush(self._free, (freed, handle % _GENERATION))
