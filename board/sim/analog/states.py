"""States of a subscriber's line at the exchange, as a table; what they mean is in `line.py`."""

import logging
from enum import StrEnum

_LOGGER = logging.getLogger(__name__)


class LineState(StrEnum):
    """What the exchange does with a line."""

    IDLE = "idle"
    RINGING = "ringing"
    SEIZED = "seized"
    """Off-hook; a register is being looked for."""
    DIAL_TONE = "dial_tone"
    DIGITS = "digits"
    OUTGOING = "outgoing"
    """The number is complete: routing, ringback, conversation."""
    INCOMING = "incoming"
    """A call of somebody else was answered."""
    HELD = "held"
    """On-hook after an answered call, but the caller is still there."""
    CLEARED = "cleared"
    """The far end is gone, or nothing came of a call: tone or what the service says."""
    HOWLER = "howler"
    LOCKED_OUT = "locked_out"


class LineEvent(StrEnum):
    """What happens to it."""

    OFF_HOOK = "off_hook"
    ON_HOOK = "on_hook"
    RING = "ring"
    REGISTER = "register"
    DIGIT = "digit"
    COMPLETE = "complete"
    TIMEOUT = "timeout"
    FAR_CLEARED = "far_cleared"


S, E = LineState, LineEvent
TABLE: dict[LineState, dict[LineEvent, LineState]] = {
    S.IDLE: {E.OFF_HOOK: S.SEIZED, E.RING: S.RINGING},
    S.RINGING: {E.OFF_HOOK: S.INCOMING, E.FAR_CLEARED: S.IDLE},
    # Ringing that meets a line just seized: glare.
    S.SEIZED: {E.REGISTER: S.DIAL_TONE, E.RING: S.RINGING, E.ON_HOOK: S.IDLE},
    S.DIAL_TONE: {
        E.DIGIT: S.DIGITS,
        E.RING: S.RINGING,
        E.TIMEOUT: S.CLEARED,
        E.ON_HOOK: S.IDLE,
    },
    S.DIGITS: {
        E.DIGIT: S.DIGITS,
        E.COMPLETE: S.OUTGOING,
        E.TIMEOUT: S.OUTGOING,
        E.ON_HOOK: S.IDLE,
    },
    S.OUTGOING: {E.FAR_CLEARED: S.CLEARED, E.ON_HOOK: S.IDLE},
    S.INCOMING: {E.FAR_CLEARED: S.CLEARED, E.ON_HOOK: S.HELD},
    S.HELD: {E.OFF_HOOK: S.INCOMING, E.FAR_CLEARED: S.IDLE},
    S.CLEARED: {E.TIMEOUT: S.HOWLER, E.ON_HOOK: S.IDLE},
    S.HOWLER: {E.TIMEOUT: S.LOCKED_OUT, E.ON_HOOK: S.IDLE},
    S.LOCKED_OUT: {E.ON_HOOK: S.IDLE},
}


class Machine:
    """The state of one line and when it was entered; what a state does not accept is refused."""

    def __init__(self, name: str) -> None:
        self.name, self.state = name, S.IDLE
        self.history: list[tuple[int, LineState]] = [(0, S.IDLE)]
        self._timer: int | None = None

    def fire(self, event: LineEvent, tick: int) -> bool:
        """Take the transition for an event; False: refused."""
        following = TABLE[self.state].get(event)
        if following is None:
            _LOGGER.debug("%s{%s}: %s not permitted", self.name, self.state, event)
            return False
        _LOGGER.debug("%s{%s}: %s -> %s", self.name, self.state, event, following)
        self.state, self._timer = following, None
        self.history.append((tick, following))
        return True

    def start_timer(self, tick: int, seconds: float) -> None:
        """Let the state last so long at most."""
        self._timer = tick + round(seconds * 8000)

    def timer_over(self, tick: int) -> bool:
        """Whether its time is over; once."""
        over = self._timer is not None and tick >= self._timer
        if over:
            self._timer = None
        return over
