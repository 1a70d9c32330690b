"""Virtual time that moves by ticks of 5 ms, for whatever is ticked."""

from collections.abc import Callable, Coroutine
from typing import Any

from firmware.loopback.sites import Stuck
from firmware.loopback.virtual_loop import VirtualLoop

TICK_S = 0.005


class Ticking:
    """People of a loop wait for something while the world goes on."""

    loop: VirtualLoop

    def tick(self) -> None:
        """5 ms of everything."""
        raise NotImplementedError

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Tick until `until()` or the time is over; return `until()`."""
        for _ in range(round(seconds / TICK_S)):
            if until():
                return True
            self.tick()
        return until()

    def await_(self, coroutine: Coroutine[Any, Any, Any], seconds: float = 10.0) -> Any:
        """Let the world go on until a coroutine of the loop is finished; return its result."""
        task = self.loop.create_task(coroutine)
        self.loop.settle()
        self.run(seconds, task.done)
        if not task.done():
            task.cancel()
            raise Stuck("it did not finish in virtual time")
        return task.result()
