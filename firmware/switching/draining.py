"""Before a restart new calls are refused; those that are up go on to their own end.

Who asked for it must go on asking: a program that died cannot leave the box refusing calls.
"""

import logging
from collections.abc import Callable

from firmware.contract.events import DrainChanged, Event
from firmware.fsm import Timers

_LOGGER = logging.getLogger(__name__)


class Draining:
    """Off at the start.  Belongs to the loop."""

    def __init__(self, timers: Timers, emit: Callable[[Event], object]) -> None:
        self._timers, self._emit = timers, emit
        self.on = False
        """Whether new calls are refused now, but for those of the emergency class."""
        self._stop_timer: Callable[[], None] = lambda: None

    def set(self, *, on: bool) -> None:
        """Begin, go on (T_drain_kept runs anew), or end."""
        self._stop_timer()
        if on:
            self._stop_timer = self._timers.start("T_drain_kept", self._late)
        self._change(on=on)

    def close(self) -> None:
        """The box ends."""
        self._stop_timer()

    def _late(self) -> None:
        _LOGGER.error("drain{on}: nobody renews it, calls are taken again")
        self._change(on=False, late=True)

    def _change(self, *, on: bool, late: bool = False) -> None:
        if self.on != on:
            self.on = on
            _LOGGER.info("drain{%s}", "on" if on else "off")
            self._emit(DrainChanged(on, late))
