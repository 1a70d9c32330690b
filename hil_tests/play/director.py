"""Plays a script: step after step, on virtual time."""

import contextlib
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from board.sim import line
from hil_tests.play import deeds, faults
from hil_tests.play.expectations import Expectation
from hil_tests.play.on_lines import OnLine
from hil_tests.play.report import Report, Verdict
from hil_tests.play.script import At, Script, Step, Wait, padded
from hil_tests.play.stage import StepError
from hil_tests.play.theatre import BROKEN, Theatre, opened
from hil_tests.play.words import told

_SETTLES_S = 1.0
"""After the last step: what is on its way arrives."""
_SLOW_S = 5.0
_HEARD_S = 0.5


def play(script: Script, seed: int = 1) -> Report:
    """Play all of it.  ScriptError where its configuration or its people cannot be."""
    with opened(script, seed) as theatre:
        return Director(theatre).play()


class Director:
    """Plays once."""

    def __init__(self, theatre: Theatre) -> None:
        self._theatre, self._stage = theatre, theatre.stage
        script = theatre.script
        self._report = Report(script.head.story, theatre.journal, script.source.name)

    def play(self) -> Report:
        """A step that cannot be done ends the play; so does a world that stands still."""
        steps = self._theatre.script.steps
        for at, step in enumerate(steps):
            try:
                self.perform(step)
            except (StepError, *BROKEN) as error:
                self._cannot(step, str(error))
                self._report.steps_left = len(steps) - at - 1
                break
        with contextlib.suppress(*BROKEN):
            self._stage.world.run(_SETTLES_S)
            self._report.records = self._theatre.judge.records()
        self._who_heard_whom()
        return self._report

    def perform(self, step: Step) -> None:
        """One step; StepError when it cannot be done."""
        match step.what:
            case Wait():
                self._stage.world.run(step.what.seconds)
            case At():
                self._until(step.what.time)
            case Expectation():
                self._expect(step, step.what)
            case faults.Fault():
                self._stage.note("story", told(step.what))
                self._fault(step.what)
            case deeds.Call():
                self._calls(step, step.what)
            case _:
                self._does(step.who, step.what)

    def _cannot(self, step: Step, why: str) -> None:
        who = f"{step.who}: " if step.who else ""
        what = f"{who}{step.what.word or 'a command'}"
        verdict = Verdict(step.number, step.line, self._stage.now_ms, what, (why,), performed=False)
        self._report.verdicts.append(verdict)

    # --- time ---

    def _until(self, clock: str) -> None:
        zone = self._theatre.script.begins.tzinfo
        now = datetime.fromtimestamp(self._stage.now_ms / 1000, zone)
        wanted = datetime.combine(now.date(), time.fromisoformat(padded(clock)), zone)
        seconds = (wanted - now) / timedelta(seconds=1)
        if seconds < 0:
            shown = self._stage.journal.clock(self._stage.now_ms)
            raise StepError(f"it is {shown} already, not {clock}")
        self._stage.world.run(seconds)

    # --- people ---

    def _calls(self, step: Step, deed: deeds.Call) -> None:
        for at, person in enumerate(self._theatre.cast.on_lines[step.who]):
            due = deed.after + at * deed.every
            if due == 0:
                person.call(deed)
            else:
                self._stage.schedule(due, partial(self._later, step, person))

    def _later(self, step: Step, person: OnLine) -> None:
        assert isinstance(step.what, deeds.Call)
        try:
            person.call(step.what)
        except StepError as error:
            self._cannot(step, str(error))

    def _does(self, name: str, deed: deeds.Deed) -> None:
        desk = self._theatre.cast.desks.get(name)
        if desk is not None:
            self._stage.note(name, f"» {told(deed)}")
            desk.do(deed)
            return
        for person in self._theatre.cast.on_lines[name]:
            person.do(deed)

    # --- expectations ---

    def _expect(self, step: Step, expected: Expectation) -> None:
        wrong = tuple(self._theatre.judge.wrong(expected))
        what = told(expected)
        verdict = Verdict(step.number, step.line, self._stage.now_ms, what, wrong)
        self._report.verdicts.append(verdict)
        self._stage.note("story", f"{'✗' if wrong else '✓'} {what}")

    def _who_heard_whom(self) -> None:
        """Known when all is over; each stretch is noted at its beginning."""
        cast, judge = self._theatre.cast, self._theatre.judge
        people = [one for some in cast.on_lines.values() for one in some]
        heard = [(one.name, call.heard()) for one in people for call in one.calls]
        heard += [(desk.name, desk.hearing()) for desk in cast.desks.values()]
        for name, hearing in heard:
            if hearing is None or not len(hearing.samples):
                continue
            start_ms = self._stage.utc_of(hearing.tick)
            for at_ms, who, seconds in judge.ears.stretches(start_ms, hearing.samples):
                if who != name and seconds >= _HEARD_S:
                    self._stage.journal.add(at_ms, name, f"hears {who} for {seconds:.1f} s")

    # --- faults ---

    def _fault(self, fault: faults.Fault) -> None:
        world = self._stage.world
        match fault:
            case faults.AlarmOnSpan():
                bits = 0 if fault.alarm == "none" else getattr(line, fault.alarm.upper())
                self._office(fault.on).set_alarms(bits)
            case faults.DChannel():
                self._office(fault.on).cut_d_channel(cut=fault.what == "cut")
            case faults.Unplug():
                self._named(fault.board, world.unplug)
            case faults.Plug():
                self._named(fault.board, world.plug)
            case faults.Kill():
                self._named(fault.process, world.kill)
            case _:
                self._fault_of_all(fault)

    def _fault_of_all(self, fault: faults.Fault) -> None:
        world = self._stage.world
        match fault:
            case faults.StepClock():
                world.jump(fault.seconds)
            case faults.Disk() if fault.disk == "slow":
                world.disk(stall_s=_SLOW_S)
            case faults.Disk():
                world.disk(full=fault.disk == "full")
            case faults.CutPower():
                world.cut_power()
            case faults.PowerOn():
                world.power_on()

    def _office(self, name: str) -> Any:
        for e1, known in zip(self._stage.world.e1s, ("e1", "e1-2"), strict=False):
            if name == known:
                return e1.office
        raise StepError(f"there is no line {name} in this script")

    @staticmethod
    def _named(name: str, deed: Callable[[str], None]) -> None:
        try:
            deed(name)
        except ValueError as error:
            raise StepError(str(error)) from None
