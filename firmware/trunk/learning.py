"""Learn how the exchange tells on an analogue line that the far end hung up.

One test call: the line is called, answers, asks to hang up and listens.  What it finds (a
reversed polarity, a battery drop, a tone with its cadence) becomes the line's setting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import ClassVar

from firmware.config import Configuration
from firmware.contract.model import LineJobKind
from firmware.contract.views import LineCheck, LineJob
from firmware.errors import CallboxError, ConfigConflict, Refused
from firmware.fsm import Machine
from firmware.trunk.hang_up_signs import NOTHING, Change, Ear, Signs
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

PROMPTS = ("goodbye",)
"""What makes a person hang up."""
PROPOSALS = 3
OWN_CALL_S = 45.0
"""Dial tone, dialling, call set-up: our own line needs no five minutes to call."""
Save = Callable[[Order, Change], Awaitable[None]]


def saver(configuration: Configuration) -> Save:
    """What writes a line's `hang_up` as a new revision, made by the person who asked."""

    async def save(order: Order, change: Change) -> None:
        path = f"analog.{order.trunk}.lines.{order.line}.hang_up"
        for _ in range(PROPOSALS):
            trunk = configuration.current.analog.get(order.trunk)
            if trunk is None or str(order.line) not in trunk.lines:
                raise Refused("no_such_line", "the line was taken out of the configuration")
            value = change(trunk.lines[str(order.line)].hang_up).model_dump(mode="json")
            try:
                await configuration.propose(configuration.revision, path, value, order.actor)
            except ConfigConflict:  # somebody saved in between: again, on what he saved
                continue
            return
        raise Refused("not_saved", "the configuration changed all the time")

    return save


class State(StrEnum):
    """How far learning is."""

    NEW = "new"
    WAITING = "waiting"
    ANSWERED = "answered"
    ASKING = "asking"
    LISTENING = "listening"
    SAVING = "saving"
    DONE = "done"


class Event(StrEnum):
    """What happens to it."""

    START = "start"
    RANG = "rang"
    TIME_OUT = "time_out"
    ASKED = "asked"
    FOUND = "found"
    SAVED = "saved"
    NOT_SAVED = "not_saved"
    END = "end"


S, E = State, Event
TABLE = {
    S.NEW: {E.START: S.WAITING, E.END: S.DONE},
    S.WAITING: {E.RANG: S.ANSWERED, E.TIME_OUT: S.DONE, E.END: S.DONE},
    S.ANSWERED: {E.TIME_OUT: S.ASKING, E.END: S.DONE},
    S.ASKING: {E.ASKED: S.LISTENING, E.TIME_OUT: S.LISTENING, E.END: S.DONE},
    S.LISTENING: {E.FOUND: S.SAVING, E.TIME_OUT: S.DONE, E.END: S.DONE},
    S.SAVING: {E.SAVED: S.DONE, E.NOT_SAVED: S.DONE, E.TIME_OUT: S.DONE},
    S.DONE: {},
}
TIMEOUTS = {
    S.WAITING: ("T_learn_call", E.TIME_OUT),
    S.ANSWERED: ("T_learn_settle", E.TIME_OUT),
    S.ASKING: ("T_learn_ask", E.TIME_OUT),
    S.LISTENING: ("T_learn_listen", E.TIME_OUT),
    S.SAVING: ("T_learn_save", E.TIME_OUT),
}
STEPS = {
    S.WAITING: "call_now",
    S.ANSWERED: "hang_up_now",
    S.ASKING: "hang_up_now",
    S.LISTENING: "listening",
    S.SAVING: "saving",
}
_SHARE = {"call_now": 0.05, "hang_up_now": 0.3, "listening": 0.5, "saving": 0.9}
_TOO_LATE = {S.WAITING: "no_call", S.SAVING: "not_saved"}


class Learning(Deaf):
    """One run on one line.

    Problems: no_call, nothing, only_dial_tone, only_ringback, no_battery, no_board, line_lost,
    no_dial_tone, caller, no_such_line, not_saved, cancelled.
    """

    def __init__(
        self, trunk: JobTrunk, order: Order, around: Surroundings, ear: Ear, save: Save
    ) -> None:
        self._trunk, self._order, self._around = trunk, order, around
        self._ear, self._save = ear, save
        self._progress = Progress(LineJobKind.LEARN, order, around, _SHARE)
        name = f"learning({order.trunk}/{order.line})"
        self._machine = Machine(name, S.NEW, TABLE, TIMEOUTS, around.timers, self._did)
        self._line: BorrowedLine | None = None
        self._call: OwnCall | None = None
        self._signs: Signs | None = None
        self._saving: asyncio.Task[None] | None = None
        self._problem = ""

    @property
    def view(self) -> LineJob:
        """How far it is, and what it found."""
        return self._progress.view

    @property
    def lines(self) -> frozenset[int]:
        """Lines that it has."""
        if self._machine.state in (S.NEW, S.DONE):
            return frozenset()
        return frozenset(n for n in (self._order.line, self._order.from_line) if n is not None)

    def start(self) -> None:
        """Take the line, and that which calls it; Refused when they are not free."""
        order = self._order
        number = own_number(self._around, order) if order.from_line is not None else ""
        self._line = self._trunk.borrow(order.line)
        self._line.attach(self)
        if order.from_line is not None:
            self._machine.seconds["T_learn_call"] = OWN_CALL_S
            try:
                self._call = self._other_line(order.from_line, number)
            except Refused:
                self._line.release()
                raise
        self._machine.fire(E.START)

    def cancel(self) -> None:
        """End it, lines idle."""
        self._fail("cancelled")

    def rang(self) -> None:
        """The test call, unless it is to come from our own line and that has not dialled."""
        if self._call is not None and not self._call.dialled:
            self._fail("caller")
        else:
            self._machine.offer(E.RANG)

    def polarity(self, *, turned: bool) -> None:
        """Perhaps a sign."""
        if self._signs is not None:
            self._signs.polarity()

    def battery(self, *, there: bool) -> None:
        """Perhaps a sign."""
        if self._signs is not None:
            self._signs.battery(there=there)

    def lost(self, problem: str) -> None:
        """The line is gone."""
        self._line = None
        self._fail(problem)

    def _other_line(self, line: int, number: str) -> OwnCall:
        dial_tone_s = self._around.settings(self._order.trunk, line).dial_tone_s
        other = self._trunk.borrow(line)
        return OwnCall(other, number, self._around.timers, dial_tone_s, self._fail)

    def _fail(self, problem: str) -> None:
        if self._machine.accepts(E.END):
            self._problem = problem
            self._machine.fire(E.END)

    def _did(self, old: State, event: Event, new: State) -> None:
        if event is E.TIME_OUT and new is S.DONE:
            nothing = NOTHING if self._signs is None else self._signs.nothing
            self._problem = _TOO_LATE.get(old, nothing)
        if new in STEPS:
            self._progress.step(STEPS[new])
        if new in self._ENTERS:
            self._ENTERS[new](self)

    def _wait(self) -> None:
        if self._call is not None:
            self._call.begin()

    def _answer(self) -> None:
        if self._line is not None:
            self._line.hook(off=True)

    def _ask(self) -> None:
        """Have the caller hang up: a person is asked, our own line just does it."""
        if self._call is not None:
            self._hang_up()
            self._asked()
        elif self._line is not None:
            language = self._around.language()
            self._line.play(PROMPTS, language, self._asked)

    def _asked(self) -> None:
        self._machine.offer(E.ASKED)

    def _listen(self) -> None:
        if self._line is not None:
            around = self._around
            self._signs = Signs(
                self._line, self._ear, around.timers, around.clock, self._found, self._fail
            )

    def _found(self, checks: tuple[LineCheck, ...], change: Change) -> None:
        self._progress.found(*checks)
        self._machine.fire(E.FOUND)
        loop = asyncio.get_running_loop()
        self._saving = loop.create_task(self._save_it(change), name="learning")

    async def _save_it(self, change: Change) -> None:
        try:
            await self._save(self._order, change)
        except CallboxError as error:  # refused, rejected, or the database cannot be written
            self._problem = error.code if isinstance(error, Refused) else "not_saved"
            self._machine.offer(E.NOT_SAVED)
        else:
            self._machine.offer(E.SAVED)

    def _free(self) -> None:
        """The lines are idle again from here on; also while the result is being written."""
        if self._signs is not None:
            self._signs.stop()
            self._signs = None
        self._hang_up()
        line, self._line = self._line, None
        if line is not None:
            line.release()

    def _hang_up(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.hang_up()

    def _end(self) -> None:
        self._free()
        self._progress.end(self._problem)

    _ENTERS: ClassVar[dict[State, Callable[["Learning"], None]]] = {
        S.WAITING: _wait,
        S.ANSWERED: _answer,
        S.ASKING: _ask,
        S.LISTENING: _listen,
        S.SAVING: _free,
        S.DONE: _end,
    }
