"""The engine's door: one object, all of it called from one thread (or under one lock)."""

import errno
import os

from cython_dsp.engine.boards import Boards
from cython_dsp.engine.errors import EngineBusy
from cython_dsp.engine.finds import Find, FindKind
from cython_dsp.engine.lateness import Lateness, TickLateness
from cython_dsp.engine.players import Players
from cython_dsp.engine.ports import Ports
from cython_dsp.engine.recorders import Recorders
from cython_dsp.engine.rtp import Rtp
from cython_dsp.engine.supervision import Supervision

RETURN_LEG, RETURN_CLIP, RETURN_RECORDER, RETURN_LINE = 1, 2, 3, 4  # of engine.h


class Engine(Boards, Ports, Players, Recorders, Rtp, Supervision):
    """All samples of the box, 5 ms at a time, in a thread of its own or stepped by hand.

    Commands are done at the border of the next tick.  `sample_memory_mb` bounds the clips.
    """

    def start(self) -> None:
        """Start the thread; the master board's blocks are its ticks, without one a timer."""
        self._raise(self._core.start())

    def stop(self) -> None:
        """End the thread and finish all recordings; may block for the disk."""
        self._core.stop()

    def step(self, ticks: int = 1, timeout: float = 2.0) -> None:
        """Run ticks by hand, each when the master board's next block is there.

        Raises TimeoutError when a block does not come within `timeout` seconds (the ticks before
        it were run), EngineBusy while the thread runs.
        """
        self._raise(self._core.step(ticks, round(timeout * 1000)))

    @property
    def tick(self) -> int:
        """Ticks of 5 ms since the engine was made."""
        return self._core.tick()

    def fileno(self) -> int:
        """Return an eventfd that is readable while finds wait."""
        return self._core.fileno()

    def finds(self) -> list[Find]:
        """Take everything that was found since the last time, oldest first."""
        found = [
            Find(FindKind(kind), port, tick, value, data)
            for kind, port, tick, value, data in self._core.finds()
        ]
        for what, index in self._core.returns():
            self._take_back(what, index)
        return found

    def statistics(self) -> dict[str, int]:
        """Return the engine's counters, and what is in use of each table.

        `late_ticks` were done more than 5 ms after they were due (`lateness`).
        """
        used = {
            "boards": len(self._boards.used),
            "ports": len(self._ports.used),
            "clips": len(self._clips.used),
            "clip_bytes": sum(self._clip_bytes.values()),
            "legs": len(self._legs.used),
            "recorders": len(self._recorders.used),
            "lines": len(self._lines.used),
        }
        return self._core.counters() | used

    def lateness(self) -> TickLateness:
        """Return how late the ticks of the thread were, since the engine was made."""
        due, awake = (Lateness(tuple(counts)) for counts in self._core.lateness())
        return TickLateness(due, awake)

    def _take_back(self, what: int, index: int) -> None:
        if what == RETURN_CLIP:
            self._forget_clip(index)
        elif what == RETURN_RECORDER:
            self._recorders.give_back(index)
        elif what == RETURN_LEG:
            self._forget_leg(index)
        elif what == RETURN_LINE:
            self._forget_line(index)

    def _raise(self, error: int) -> None:
        if error == errno.ETIMEDOUT:
            raise TimeoutError("the master board sent no block")
        if error == errno.EBUSY:
            raise EngineBusy("the engine's thread runs")
        if error:
            raise OSError(error, os.strerror(error))
