"""Test of an analogue line on demand: what a fitter would measure, and a call to its own number.

On-hook: voltage and polarity.  Off-hook: current, dial tone; after one digit, which breaks the
dial tone, noise and echo.  On-hook again: another line of the board calls it.  A caller always
wins: a ring in between ends the test and becomes his call.
"""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar

from firmware.contract.model import LineJobKind, Verdict
from firmware.contract.views import LineCheck, LineJob
from firmware.errors import MediaError, Refused
from firmware.fsm import Machine
from firmware.trunk import line_limits
from firmware.trunk.caller_id import CallerId
from firmware.trunk.line_job import (
    BorrowedLine,
    Deaf,
    JobTrunk,
    Order,
    Progress,
    Surroundings,
    own_number,
)
from firmware.trunk.own_call import OwnCall
from firmware.trunk.own_number import OwnNumber

_LOGGER = logging.getLogger(__name__)
BREAKING_DIGIT = "5"
"""Begins a number in no plan that would be complete, or an emergency call, with it alone."""
NOISE_S = 1.0
PROBE = ("greeting",)
"""Speech, as every canceller is made for; 3 to 4 s."""


class State(StrEnum):
    """How far the test is."""

    NEW = "new"
    RESTING = "resting"
    LOOPED = "looped"
    WAITING_TONE = "waiting_tone"
    QUIET = "quiet"
    MEASURING = "measuring"
    ECHO = "echo"
    CLEARING = "clearing"
    CALLING = "calling"
    DONE = "done"


class Event(StrEnum):
    """What happens to it."""

    START = "start"
    TIME_OUT = "time_out"
    TONE = "tone"
    MEASURED = "measured"
    CALLED = "called"
    END = "end"


S, E = State, Event
_END = {E.END: S.DONE}
TABLE = {
    S.NEW: {E.START: S.RESTING},
    S.RESTING: {E.TIME_OUT: S.LOOPED, **_END},
    S.LOOPED: {E.TIME_OUT: S.WAITING_TONE, **_END},
    S.WAITING_TONE: {E.TONE: S.QUIET, E.TIME_OUT: S.CLEARING, **_END},
    S.QUIET: {E.TIME_OUT: S.MEASURING, **_END},
    S.MEASURING: {E.MEASURED: S.ECHO, E.TIME_OUT: S.ECHO, **_END},
    S.ECHO: {E.TIME_OUT: S.CLEARING, **_END},
    S.CLEARING: {E.TIME_OUT: S.CALLING, **_END},
    S.CALLING: {E.CALLED: S.DONE, **_END},  # OwnNumber has the timers of this state
    S.DONE: {},
}
TIMEOUTS = {
    S.RESTING: ("T_test_rest", E.TIME_OUT),
    S.LOOPED: ("T_test_current", E.TIME_OUT),
    S.WAITING_TONE: ("T_test_tone", E.TIME_OUT),
    S.QUIET: ("T_test_quiet", E.TIME_OUT),
    S.MEASURING: ("T_test_measure", E.TIME_OUT),
    S.ECHO: ("T_test_echo", E.TIME_OUT),
    S.CLEARING: ("T_test_clear", E.TIME_OUT),
}
STEPS = {
    S.RESTING: "battery",
    S.LOOPED: "loop_current",
    S.WAITING_TONE: "dial_tone",
    S.QUIET: "noise",
    S.MEASURING: "noise",
    S.ECHO: "echo",
    S.CLEARING: "own_number",
    S.CALLING: "own_number",
}
_SHARE = {
    "battery": 0.0,
    "loop_current": 0.05,
    "dial_tone": 0.1,
    "noise": 0.2,
    "echo": 0.35,
    "own_number": 0.5,
}
Measure = Callable[[bytes], line_limits.LineNoise]
"""Of A-law at 8000 samples a second; called in a thread."""


class LineTest(Deaf):
    """One run on one line.

    Problems: no_battery, in_use, caller, no_board, line_lost, cancelled.
    """

    def __init__(
        self, trunk: JobTrunk, order: Order, around: Surroundings, measure: Measure
    ) -> None:
        self._trunk, self._order, self._around = trunk, order, around
        self._measure = measure
        self._settings = around.settings(order.trunk, order.line)
        self._progress = Progress(LineJobKind.TEST, order, around, _SHARE)
        name = f"line_test({order.trunk}/{order.line})"
        self._machine = Machine(name, S.NEW, TABLE, TIMEOUTS, around.timers, self._did)
        self._machine.seconds["T_test_tone"] = self._settings.dial_tone_s
        self._line: BorrowedLine | None = None
        self._call: OwnCall | None = None
        self._own: OwnNumber | None = None
        self._task: asyncio.Task[None] | None = None
        self._other, self._since = order.from_line, 0.0
        self._problem, self._no_call = "", ""
        self._dial_tone: tuple[LineCheck, ...] = ()

    @property
    def view(self) -> LineJob:
        """How far it is, and what it found."""
        return self._progress.view

    @property
    def lines(self) -> frozenset[int]:
        """Lines that it has."""
        if self._machine.state in (S.NEW, S.DONE):
            return frozenset()
        other = self._other if self._call is not None else None
        return frozenset(n for n in (self._order.line, other) if n is not None)

    def start(self) -> None:
        """Take the line, and that which is named to call it; Refused when they are not free."""
        number = own_number(self._around, self._order) if self._other is not None else ""
        line = self._trunk.borrow(self._order.line)
        if self._other is not None:
            try:
                self._call = self._call_from(self._other, number)
            except Refused:
                line.release()
                raise
            self._call.failed = self._lost_call
        self._line = line
        line.attach(self)
        self._machine.fire(E.START)

    def cancel(self) -> None:
        """End it, line idle."""
        self._fail("cancelled")

    def rang(self) -> None:
        """Our own call, or a caller, who wins."""
        if self._own is not None:
            self._own.rang()
        else:
            self._fail("caller")

    def tone(self, name: str, hertz: float, dbm0: float) -> None:
        """The dial tone; it is told once, perhaps while the current settles."""
        if name == "dial" and self._machine.state in (S.LOOPED, S.WAITING_TONE):
            after_s = self._around.clock.monotonic() - self._since
            self._dial_tone = line_limits.dial_tone(hertz, dbm0, after_s)
            if self._machine.accepts(E.TONE):
                self._machine.fire(E.TONE)

    def caller_id(self, caller: CallerId) -> None:
        """Who calls: our own line, as it seems."""
        if self._own is not None:
            self._own.caller_id(caller)

    def lost(self, problem: str) -> None:
        """The line is gone."""
        self._line = None
        self._fail(problem)

    def _fail(self, problem: str) -> None:
        if self._machine.accepts(E.END):
            self._problem = problem
            self._machine.fire(E.END)

    def _did(self, old: State, event: Event, new: State) -> None:
        if old is S.WAITING_TONE and event is E.TIME_OUT:
            self._no_dial_tone()
        elif old is S.MEASURING and event is E.TIME_OUT:
            self._progress.found(_skipped("noise", "not_measured"))
        if new in STEPS:
            self._progress.step(STEPS[new])
        if new is S.DONE:
            self._end()
        elif new in self._ENTERS and self._line is not None:
            self._ENTERS[new](self, self._line)

    def _loop(self, line: BorrowedLine) -> None:
        """Voltage and polarity are read; a dead or used line is left alone."""
        battery = line_limits.battery(line.facts)
        self._progress.found(battery)
        if battery.verdict is Verdict.BAD:
            self._fail(battery.detail)
            return
        hang_up = self._settings.hang_up.polarity or self._settings.answer_polarity
        self._progress.found(line_limits.polarity(line.facts, matters=hang_up))
        line.watch(("dial",))
        line.hook(off=True)
        self._since = self._around.clock.monotonic()

    def _wait_tone(self, line: BorrowedLine) -> None:
        self._progress.found(line_limits.loop_current(line.facts.milliamperes))
        if self._dial_tone:
            self._machine.fire(E.TONE)

    def _break_tone(self, line: BorrowedLine) -> None:
        self._progress.found(*self._dial_tone)
        line.watch(())
        line.dial(BREAKING_DIGIT)

    def _hear_noise(self, line: BorrowedLine) -> None:
        try:
            alaw = line.history(NOISE_S)
        except MediaError:  # the engine lost the port: skipped when the time is over
            _LOGGER.exception("line_test: nothing can be heard")
            return
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._measured(alaw), name="line_test")

    async def _measured(self, alaw: bytes) -> None:
        found = await asyncio.to_thread(self._measure, alaw)
        if self._machine.accepts(E.MEASURED):
            self._progress.found(line_limits.noise(found))
            self._machine.fire(E.MEASURED)

    def _sound(self, line: BorrowedLine) -> None:
        line.play(PROBE, self._around.language(), lambda: None)

    def _clear(self, line: BorrowedLine) -> None:
        line.watch(())
        if not any(check.detail == "no_dial_tone" for check in self.view.checks):
            self._progress.found(line_limits.echo(line.echo()[0]))
        line.hook(off=False)

    def _no_dial_tone(self) -> None:
        self._progress.found(
            LineCheck("dial_tone", Verdict.BAD, detail="no_dial_tone"),
            _skipped("noise", "no_dial_tone"),
            _skipped("echo", "no_dial_tone"),
        )

    def _call_here(self, _line: BorrowedLine) -> None:
        """The named line, or any idle one, calls."""
        try:
            call = self._call or self._any_call()
        except Refused as error:
            self._called(_skipped("own_number", error.code), "")
            return
        expected = self._around.settings(self._order.trunk, self._other or 0).number
        self._call = call
        self._own = OwnNumber(call, self._around.timers, expected, self._called)
        self._own.begin()

    def _any_call(self) -> OwnCall:
        if self._no_call:
            raise Refused(self._no_call)
        number = own_number(self._around, self._order)
        idle = self._trunk.idle_lines()
        if not idle:
            raise Refused("no_other_line", "no other line of the board is idle")
        self._other = idle[0]
        return self._call_from(self._other, number)

    def _call_from(self, line: int, number: str) -> OwnCall:
        dial_tone_s = self._around.settings(self._order.trunk, line).dial_tone_s
        return OwnCall(self._trunk.borrow(line), number, self._around.timers, dial_tone_s)

    def _lost_call(self, why: str) -> None:
        """The named line cannot call when it comes to that: it has a caller of its own."""
        self._call, self._no_call = None, why

    def _called(self, check: LineCheck, problem: str) -> None:
        self._progress.found(check)
        self._problem = problem
        self._machine.offer(E.CALLED)

    def _end(self) -> None:
        """Every line is idle again, whatever happened."""
        own, self._own = self._own, None
        call, self._call = self._call, None
        line, self._line = self._line, None
        if own is not None:
            own.stop()
        if call is not None:
            call.hang_up()
        if line is not None:
            line.release()
        self._progress.end(self._problem)

    _ENTERS: ClassVar[dict[State, Callable[["LineTest", BorrowedLine], None]]] = {
        S.LOOPED: _loop,
        S.WAITING_TONE: _wait_tone,
        S.QUIET: _break_tone,
        S.MEASURING: _hear_noise,
        S.ECHO: _sound,
        S.CLEARING: _clear,
        S.CALLING: _call_here,
    }


def _skipped(check: str, why: str) -> LineCheck:
    return LineCheck(check, Verdict.SKIPPED, detail=why)
