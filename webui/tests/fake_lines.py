"""Analogue lines of the fake box: their state, faults, tests and learning."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from firmware.contract import commands as c
from firmware.contract import events as e
from firmware.contract.ids import TrunkId
from firmware.contract.model import LineJobKind
from firmware.contract.views import AnalogView, LineJob
from webui.tests.refusal import No


class FakeLines:
    """One board; `emit` takes each event."""

    def __init__(
        self, analog: dict[str, AnalogView], emit: Callable[[e.Event], dict[str, Any]]
    ) -> None:
        self.analog, self.emit = analog, emit
        self.jobs: dict[tuple[str, int], LineJob] = {}

    def latest(self, trunk: str, line: int) -> LineJob:
        if trunk not in self.analog:
            raise No(404, "no_such_line")
        return self.jobs.get((trunk, line), LineJob(TrunkId(trunk), line))

    def on_TestLine(self, command: c.TestLine, _: Any) -> Any:
        return self.job(command.line, LineJobKind.TEST, "battery", from_line=command.from_line)

    def on_LearnLine(self, command: c.LearnLine, _: Any) -> Any:
        return self.job(command.line, LineJobKind.LEARN, "call_now")

    def on_CancelLineJob(self, command: c.CancelLineJob, _: Any) -> Any:
        job = self.jobs[command.trunk, command.line]
        return self.job(command.line, job.kind, job.step, done=True, problem="cancelled")

    def line(self, number: int, **changes: Any) -> None:
        """An analogue line changes."""
        board = self.analog["analog"]
        lines = tuple(replace(one, **changes) if one.line == number else one for one in board.lines)
        self.analog["analog"] = replace(board, lines=lines)
        line = lines[number - 1]
        self.emit(e.LineChanged(board.trunk, number, line.state, line.faults, line.call))

    def job(self, line: int, kind: LineJobKind, step: str, **changes: Any) -> Any:
        """A test or learning of a line goes on."""
        changes.pop("from_line", None)
        trunk = TrunkId("analog")
        old = self.jobs.get((trunk, line)) or LineJob(trunk, line)
        job = replace(old, kind=kind, step=step, **({"done": False, "problem": ""} | changes))
        self.jobs[trunk, line] = job
        return self.emit(e.LineJobChanged(trunk, line, kind, step, done=job.done))
