"""When a callbox-isdn with a stepped clock need not be stepped (board/isdn/PROTOCOL.md, Clock).

No I/O.  A quiet stretch is left out; before the next message its clock is brought up to date.
"""

from board.host import isdn_events as ev
from board.host.isdn_lines import line


class Steps:
    """The clock of one process."""

    def __init__(self) -> None:
        self._told = True
        self._at_ms = self._now_ms = 0  # its time, and that of its owner
        self._due_ms = 0

    def quiet(self, now_ms: int) -> bool:
        """Whether a step to that time would do nothing; it counts as done then."""
        due = self._due_ms
        if self._told or 0 <= due <= now_ms:
            return False
        self._now_ms = now_ms
        return True

    def before_message(self) -> bytes | None:
        """Something is to be said: the STEP that was left out, if any."""
        self._told = True
        if self._now_ms <= self._at_ms:
            return None
        self._at_ms = self._now_ms
        return line("STEP", to_ms=self._now_ms)

    def step(self, to_ms: int) -> bytes:
        """The STEP to that time."""
        self._at_ms = self._now_ms = to_ms
        self._told = False
        return line("STEP", to_ms=to_ms)

    def idle(self, event: ev.Idle) -> bool:
        """Whether this ends the last step, and not one before it."""
        if event.now_ms < self._at_ms:
            return False
        self._due_ms = event.due_ms
        return True
