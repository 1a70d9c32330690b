"""Table-driven state machines, after the state tables of the telecom standards.

A machine is data: the events each state accepts, where each leads, and which timer
runs while a state lasts.  What a transition does stays with the owner (`on_change`).
"""

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)
_LOGGER = logging.getLogger(__name__)


class EventRefused(Exception):
    """The event is not permitted in the present state."""


class Timers(Protocol):
    """What a machine needs of a clock."""

    def start(
        self, name: str, expired: Callable[[], None], seconds: float | None = None
    ) -> Callable[[], None]:
        """Start the timer `name` (for its default without `seconds`); return what cancels it."""


class Machine(Generic[S, E]):
    """One instance: a name for the log, a present state, a running timer.

    `seconds` overrides the default duration of a timer by its name, from the moment
    a state is entered next: a queue's own ring time, for example.
    """

    def __init__(
        self,
        name: str,
        initial: S,
        table: Mapping[S, Mapping[E, S]],
        timeouts: Mapping[S, tuple[str, E]],
        timers: Timers,
        on_change: Callable[[S, E, S], None],
    ) -> None:
        self.name, self.state = name, initial
        self.seconds: dict[str, float] = {}
        self._table, self._timeouts = table, timeouts
        self._timers, self._on_change = timers, on_change
        self._stop_timer: Callable[[], None] = lambda: None

    def accepts(self, event: E) -> bool:
        """Say whether `event` is permitted in the present state."""
        return event in self._table.get(self.state, {})

    def fire(self, event: E) -> None:
        """Take the transition for `event`, or raise EventRefused and stay put."""
        old = self.state
        if not self.accepts(event):
            _LOGGER.info("%s{%s}: %s refused", self.name, old, event)
            raise EventRefused(f"{self.name}{{{old}}}: {event} not permitted")
        new = self._table[old][event]
        _LOGGER.debug("%s{%s}: %s -> %s", self.name, old, event, new)
        self.stop()
        self.state = new
        if new in self._timeouts:
            timer, expiry = self._timeouts[new]
            self._stop_timer = self._timers.start(
                timer, lambda: self.fire(expiry), self.seconds.get(timer)
            )
        self._on_change(old, event, new)

    def offer(self, event: E) -> bool:
        """Take the transition if it is permitted; events from the network never raise."""
        try:
            self.fire(event)
        except EventRefused:
            return False
        return True

    def stop(self) -> None:
        """Cancel the running timer; the owner is going away."""
        self._stop_timer()
        self._stop_timer = lambda: None


def diagram(table: Mapping[S, Mapping[E, S]], timeouts: Mapping[S, tuple[str, E]]) -> str:
    """Draw a table as a Mermaid state diagram; a timer's name stands at its expiry."""
    lines = ["stateDiagram-v2"]
    for state, moves in table.items():
        timer, expiry = timeouts.get(state, ("", None))
        for event, target in moves.items():
            label = f"{event} ({timer})" if event == expiry else f"{event}"
            lines.append(f"    {state} --> {target}: {label}")
    return "\n".join(lines) + "\n"
