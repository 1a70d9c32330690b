"""Virtual time of a world of several processes: it moves by ticks of 5 ms."""

from collections.abc import Callable, Coroutine
from typing import Any

from firmware.loopback.sites import Stuck
from firmware.loopback.ticking import TICK_S, Ticking
from firmware.loopback.virtual_loop import VirtualLoop
from firmware.loopback.world import EPOCH_MS, VirtualClock

_ROUNDS = 20
"""A question and its answer take so many turns of both loops at most while time stands."""


class Time(Ticking):
    """The people's loop, and what is to be done later."""

    def __init__(self, epoch_ms: int = EPOCH_MS) -> None:
        """`epoch_ms`: virtual UTC at the beginning."""
        self.loop, self.ticks = VirtualLoop(), 0
        self._clock = VirtualClock(self.loop, epoch_ms)
        self._due: list[tuple[int, Callable[[], None]]] = []

    def settle(self) -> None:
        """Whatever is ready is done; time stands."""
        raise NotImplementedError

    def ask(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """The same while time stands, if callboxd can answer at once."""
        task = self.loop.create_task(coroutine)
        for _ in range(_ROUNDS):
            if task.done():
                return task.result()
            self.settle()
        self.run(10.0, task.done)
        if not task.done():
            task.cancel()
            raise Stuck("it did not finish in virtual time")
        return task.result()

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something done before the tick in which so much time has passed."""
        self._due.append((self.ticks + round(seconds / TICK_S), do))

    def _what_is_due(self) -> None:
        now = [do for due, do in self._due if due <= self.ticks]
        self._due = [entry for entry in self._due if entry[0] > self.ticks]
        for do in now:
            do()

    @property
    def now_ms(self) -> int:
        """Virtual UTC in milliseconds, whatever the box's clock says."""
        return self._clock.utc_ms()
