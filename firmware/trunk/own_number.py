"""The check of a line's own number: another line calls it, it must ring here with its caller ID."""

from collections.abc import Callable
from enum import StrEnum

from firmware.contract.model import Verdict
from firmware.contract.views import LineCheck
from firmware.fsm import Machine, Timers
from firmware.trunk import line_limits
from firmware.trunk.caller_id import CallerId
from firmware.trunk.own_call import OwnCall


class State(StrEnum):
    """How far the check is."""

    NEW = "new"
    CALLING = "calling"
    RINGING = "ringing"
    HANGING_UP = "hanging_up"
    ENDING = "ending"
    DONE = "done"


class Event(StrEnum):
    """What happens to it."""

    START = "start"
    RANG = "rang"
    NUMBER = "number"
    FAILED = "failed"
    TIME_OUT = "time_out"
    STOP = "stop"


S, E = State, Event
TABLE = {
    S.NEW: {E.START: S.CALLING, E.FAILED: S.DONE, E.STOP: S.DONE},
    S.CALLING: {E.RANG: S.RINGING, E.TIME_OUT: S.HANGING_UP, E.FAILED: S.DONE, E.STOP: S.DONE},
    S.RINGING: {
        E.NUMBER: S.HANGING_UP,
        E.TIME_OUT: S.HANGING_UP,
        E.FAILED: S.DONE,
        E.STOP: S.DONE,
    },
    # What is left of the burst of our own call is no caller; a burst that comes later is.
    S.HANGING_UP: {E.TIME_OUT: S.ENDING, E.STOP: S.DONE},
    S.ENDING: {E.TIME_OUT: S.DONE, E.RANG: S.DONE, E.STOP: S.DONE},
    S.DONE: {},
}
TIMEOUTS = {
    S.CALLING: ("T_test_ring", E.TIME_OUT),
    S.RINGING: ("T_test_number", E.TIME_OUT),
    S.HANGING_UP: ("T_test_hang", E.TIME_OUT),
    S.ENDING: ("T_test_end", E.TIME_OUT),
}
Done = Callable[[LineCheck, str], None]
"""What was found, and "caller" when somebody else rings."""


class OwnNumber:
    """One check.  `done` is called once, not after `stop`; the calling line is given back."""

    def __init__(self, call: OwnCall, timers: Timers, expected: str, done: Done) -> None:
        """`expected` is the number of the calling line; empty: nothing is known, or sent."""
        self._call, self._expected, self._done = call, expected, done
        call.failed = self._failed
        self._heard: CallerId | None = None
        self._check = LineCheck("own_number", Verdict.BAD, detail="no_ring")
        self._machine = Machine("own_number", S.NEW, TABLE, TIMEOUTS, timers, self._did)

    def begin(self) -> None:
        """Have the other line call."""
        self._machine.fire(E.START)

    def stop(self) -> None:
        """Hang up; nothing is told any more."""
        self._machine.offer(E.STOP)

    def rang(self) -> None:
        """The tested line rings: by our call, or a caller's."""
        if self._machine.state is S.CALLING and not self._call.dialled:
            self._check = _skipped("caller")
            self._machine.fire(E.FAILED)
        elif self._machine.accepts(E.RANG):
            self._machine.fire(E.RANG)

    def caller_id(self, caller: CallerId) -> None:
        """Who calls; by DTMF this comes before the first ring."""
        self._heard = caller
        self._machine.offer(E.NUMBER)

    def _failed(self, problem: str) -> None:
        """The calling line could not call."""
        self._check = _skipped(problem)
        self._machine.offer(E.FAILED)

    def _did(self, old: State, event: Event, new: State) -> None:
        if new is S.CALLING:
            self._call.begin()
        elif new is S.RINGING and self._heard is not None:
            self._machine.fire(E.NUMBER)
        elif new is S.HANGING_UP:
            if old is S.RINGING:
                self._check = line_limits.caller(self._heard, self._expected)
            self._call.hang_up()
        elif new is S.DONE:
            self._call.hang_up()
            if event is not E.STOP:
                stranger = event is E.RANG or self._check.detail == "caller"
                self._done(self._check, "caller" if stranger else "")


def _skipped(why: str) -> LineCheck:
    return LineCheck("own_number", Verdict.SKIPPED, detail=why)
