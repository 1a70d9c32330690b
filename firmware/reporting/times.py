"""When things happened within a call, so that a step of the wall clock bends no duration.

A call's first event is stamped by UTC; all others by the monotonic time since then.
"""

from dataclasses import dataclass

from firmware.contract.events import CallCleared, CallOffered, Event, Recorded
from firmware.contract.ids import CallId


@dataclass(frozen=True)
class Moment:
    """An event of a call with its time: UTC milliseconds, true to the call's own start."""

    seq: int
    at_ms: int
    event: Event
    call: CallId


class CallTimes:
    """Starts of the calls that are open."""

    def __init__(self) -> None:
        self._offset: dict[CallId, int] = {}

    @property
    def any_open(self) -> bool:
        """Whether a call is not over."""
        return bool(self._offset)

    def moment(self, recorded: Recorded) -> Moment | None:
        """The event's place in its call; None without a call, or before or after it."""
        event = recorded.event
        call: CallId | None = getattr(event, "call", None)
        if call is None:
            return None
        if isinstance(event, CallOffered):
            self._offset[call] = recorded.at_ms - recorded.mono_ms
        offset = self._offset.get(call)
        if isinstance(event, CallCleared):
            self._offset.pop(call, None)
        if offset is None:
            return None
        return Moment(recorded.seq, recorded.mono_ms + offset, event, call)
