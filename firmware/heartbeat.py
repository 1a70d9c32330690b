"""What the hardware and init may rely on: the watchdog is fed only while calls can be served.

That is while the loop turns and the media thread makes ticks; when either hangs, systemd kills
this process (WatchdogSec of its unit) and starts it again.
"""

import asyncio
import logging
from collections.abc import Callable

from firmware import notify

_LOGGER = logging.getLogger(__name__)
_PART = 4
"""Beats within the watchdog's time: one may be late without an end of all calls."""


class Heartbeat:
    """`tick` counts up as long as samples are handled."""

    def __init__(self, tick: Callable[[], int], watchdog_s: float | None) -> None:
        self._tick, self._watchdog_s = tick, watchdog_s
        self._last = -1
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Beat from now on, when anybody listens; in the loop that is watched."""
        if self._watchdog_s is not None:
            self._task = asyncio.create_task(self._beat(self._watchdog_s / _PART))

    def stop(self) -> None:
        """Beat no more: the end was asked for."""
        if self._task is not None:
            self._task.cancel()

    def beat(self) -> None:
        """Say that this process is alive, if it is."""
        tick = self._tick()
        if tick != self._last:
            notify.alive()
        else:
            _LOGGER.error("heartbeat: the media thread stands at tick %d", tick)
        self._last = tick

    async def _beat(self, seconds: float) -> None:
        while True:
            self.beat()
            await asyncio.sleep(seconds)
