"""Ringing of one line and who calls: by FSK between rings 1 and 2, or by DTMF before ring 1.

A burst of less than half a second may be the splash that announces the caller's number, so a
number that follows it is used when the phone rings really.  Times are monotonic seconds.
"""

from collections.abc import Callable

from firmware.contract.analog import AnalogLine
from firmware.fsm import Timers
from firmware.trunk.caller_id import CallerId, DtmfCallerId, parse_fsk

_SPLASH_S = 0.5
_FRESH_S = 12.0
"""A number older than this belongs to a call that never rang."""
_LONGEST_BURST_S = 8.0
_LONGEST_PAUSE_S = 10.0
"""Also long enough for an exchange that leaves the second ring out."""


class CallerWatch:
    """Of one line, from one call to the next."""

    def __init__(self, timers: Timers, known: Callable[[], None]) -> None:
        """`known` is called when a caller's number is complete."""
        self.caller: CallerId | None = None
        self.bursts = 0
        self.rings_since: float | None = None
        self._timers, self._known = timers, known
        self._dtmf = DtmfCallerId()
        self._caller_at = self._began = self._ended = 0.0
        self._splash = self._ringing = False
        self._pauses: list[float] = []
        self._stop: Callable[[], None] = lambda: None

    def reset(self) -> None:
        """The line is idle again."""
        self._stop()
        self.caller, self.bursts, self.rings_since, self._pauses = None, 0, None, []
        self._dtmf = DtmfCallerId()
        self._splash = self._ringing = False

    def burst(self, at: float, *, begins: bool) -> None:
        """A burst of ringing begins or ends."""
        self._ringing = begins
        if begins:
            self._forget_old(at)
            if self.bursts:
                self._pauses.append(at - self._ended)
            else:
                self.rings_since = at
            self.bursts += 1
            self._began = at
            self._splash = False
        else:
            self._ended = at
            self._splash = at - self._began < _SPLASH_S

    @property
    def patience_s(self) -> float:
        """For how long nothing more may come before the caller has given up."""
        if self._ringing:
            return _LONGEST_BURST_S
        if len(self._pauses) < 2:
            return _LONGEST_PAUSE_S
        return min(_LONGEST_PAUSE_S, 1.5 * max(self._pauses) + 0.5)

    @property
    def worth_noting(self) -> bool:
        """Whether somebody called: one splash alone is none."""
        return self.bursts > 1 or not self._splash or self.caller is not None

    def enough(self, settings: AnalogLine) -> bool:
        """Whether the call may be offered now: the number is there, or is not waited for."""
        if not settings.wait_caller_id or settings.caller_id == "none" or self.bursts >= 2:
            return True
        return self.caller is not None and not self._splash

    def digit(self, digit: str, now: float) -> None:
        """A DTMF digit while the line is on-hook."""
        self._stop()
        self._take(self._dtmf.digit(digit, now), now)
        self._wait(now)

    def fsk(self, message: bytes, now: float) -> None:
        """A message with a right checksum."""
        self._take(parse_fsk(message), now)

    def _wait(self, now: float) -> None:
        deadline = self._dtmf.deadline
        if deadline is not None:
            self._stop = self._timers.start(
                "T_caller_digits",
                lambda: self._take(self._dtmf.expire(deadline), deadline),
                max(0.0, deadline - now),
            )

    def _take(self, caller: CallerId | None, now: float) -> None:
        if caller is not None:
            self.caller, self._caller_at = caller, now
            self._known()

    def _forget_old(self, now: float) -> None:
        if self.bursts == 0 and self.caller is not None and now - self._caller_at > _FRESH_S:
            self.caller = None
