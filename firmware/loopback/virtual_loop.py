"""An asyncio loop whose time moves only when it is told to.

`settle()` runs everything that is ready, `advance(seconds)` moves the clock from timer to
timer, and work given to the default executor is done at once in the loop's own thread, so
that nothing is ever pending on the wall clock.
"""

import asyncio
import contextvars
import heapq
import selectors
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class InlineExecutor(ThreadPoolExecutor):
    """Does the work while it is being submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn` now; the future is finished when it is returned."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  a future carries any error to its waiter
            future.set_exception(error)
        return future


class VirtualLoop(asyncio.SelectorEventLoop):
    """Same loop, own clock.  `time()` starts at 1000.0 s so that no zero hides a bug."""

    _ready: deque[asyncio.Handle]  # of the base class
    _scheduled: list[asyncio.TimerHandle]
    _timer_cancelled_count: int

    def __init__(self) -> None:
        self._poll = selectors.DefaultSelector()
        self._virtual = 1000.0
        super().__init__(self._poll)
        self.set_default_executor(InlineExecutor(1))

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual

    def settle(self) -> None:
        """Run until nothing is ready at the present time."""
        while self._work_is_ready():
            self.call_soon(self.stop, context=contextvars.Context())
            self.run_forever()

    def advance(self, seconds: float) -> None:
        """Let time pass; timers fire in order, each at its own time."""
        end = self._virtual + seconds
        self.settle()
        while (due := self._next_timer()) is not None and due <= end:
            self._virtual = max(self._virtual, due)
            self.settle()
        self._virtual = end

    def _next_timer(self) -> float | None:
        # The base class keeps its timers in a heap, and drops cancelled ones when they lead it.
        while self._scheduled and self._scheduled[0].cancelled():
            self._timer_cancelled_count -= 1
            heapq.heappop(self._scheduled)
        return self._scheduled[0].when() if self._scheduled else None

    def _work_is_ready(self) -> bool:
        if self._ready or self._poll.select(0):
            return True
        due = self._next_timer()
        # The base class fires timers up to its clock resolution early.
        return due is not None and due <= self._virtual
