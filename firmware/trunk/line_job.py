"""What a line test and learning have in common: a borrowed line, a view of their progress.

A job is a state machine on a line that calls cannot take meanwhile.  Whatever happens, the
line is given back when the job ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from firmware.contract.analog import AnalogLine
from firmware.contract.events import Event, LineJobChanged
from firmware.contract.ids import TrunkId
from firmware.contract.model import Language, LineJobKind
from firmware.contract.views import LineCheck, LineJob
from firmware.errors import Refused
from firmware.fsm import Timers
from firmware.timers import Clock
from firmware.trunk.caller_id import CallerId


@dataclass(frozen=True)
class LineFacts:
    """What the board told last of a line."""

    battery: bool
    volts: int
    """Of the ring wire against the tip wire."""
    milliamperes: int
    reversed: bool
    in_use: bool = False


class Borrower(Protocol):
    """Who has a line that no call has; told what the line does."""

    def rang(self) -> None:
        """A ring burst began."""

    def polarity(self, *, turned: bool) -> None:
        """The polarity changed; `turned` against that of the line at rest."""

    def battery(self, *, there: bool) -> None:
        """The voltage went away or came back."""

    def caller_id(self, caller: CallerId) -> None:
        """Who calls, as the exchange sent it."""

    def tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A watched tone began: its name, first frequency and level."""

    def lost(self, problem: str) -> None:
        """The line was taken away ("no_board", "line_lost"); it must not be used any more."""


class BorrowedLine(Protocol):
    """One analogue line, in the state TESTING, in the hands of a job."""

    @property
    def facts(self) -> LineFacts:
        """What the board told last."""

    def attach(self, borrower: Borrower) -> None:
        """Who is told from now on."""

    def hook(self, *, off: bool) -> None:
        """Close or open the loop."""

    def watch(self, names: Sequence[str]) -> None:
        """Tell of these tones of the site's country ("dial", "ringback"); none ends it."""

    def play(self, prompts: Sequence[str], language: Language, done: Callable[[], None]) -> None:
        """Play prompts into the line."""

    def dial(self, digits: str) -> None:
        """Send digits, as the line is set to dial."""

    def history(self, seconds: float) -> bytes:
        """What the line said last, A-law, 8000 samples a second."""

    def echo(self) -> tuple[float, float]:
        """Echo return loss, and what the canceller adds to it, dB; 0: not known."""

    def release(self) -> None:
        """Give the line back, on-hook; a ring that is under way becomes a call."""


class JobTrunk(Protocol):
    """What jobs need of a trunk of analogue lines."""

    @property
    def board(self) -> bool:
        """Whether the board is there."""

    def borrow(self, line: int) -> BorrowedLine:
        """Take a line that no call has; Refused("line_busy") or ("no_board")."""

    def idle_lines(self) -> Sequence[int]:
        """Lines that could be borrowed now and have no fault, 1 and up."""


@dataclass(frozen=True)
class Order:
    """What was asked for."""

    trunk: TrunkId
    line: int
    from_line: int | None
    actor: str


@dataclass(frozen=True)
class Surroundings:
    """What every job is given."""

    timers: Timers
    clock: Clock
    emit: Callable[[Event], object]
    settings: Callable[[TrunkId, int], AnalogLine]
    """Of a line; the default ones when it is no more in the configuration."""
    language: Callable[[], Language]
    """Of the site."""
    dialable: Callable[[str], bool]
    """Whether a number may be dialled by a machine: never one of the emergency services."""


class Job(Protocol):
    """A test or learning, running or done."""

    @property
    def view(self) -> LineJob:
        """How far it is, and what it found."""

    @property
    def lines(self) -> frozenset[int]:
        """Lines that it has; empty when it is done."""

    def start(self) -> None:
        """Take the lines and begin; Refused when they are not free."""

    def cancel(self) -> None:
        """End it, lines idle; again changes nothing."""


Maker = Callable[[JobTrunk, Order], Job]


class Progress:
    """The view of one job, and the events that tell of it."""

    def __init__(
        self, kind: LineJobKind, order: Order, around: Surroundings, share: Mapping[str, float]
    ) -> None:
        """`share` says how far the job is when a step begins, 0 to 1."""
        self._kind, self._around, self._share = kind, around, share
        self.view = LineJob(order.trunk, order.line, kind, started_ms=around.clock.utc_ms())

    def step(self, step: str) -> None:
        """The job went on."""
        if step != self.view.step:
            self.view = replace(self.view, step=step, progress=self._share[step])
            self._tell()

    def found(self, *checks: LineCheck) -> None:
        """Something was measured."""
        self.view = replace(self.view, checks=(*self.view.checks, *checks))

    def end(self, problem: str = "") -> None:
        """The job is done; `problem` when without result."""
        self.view = replace(self.view, done=True, progress=1.0, problem=problem)
        self._tell()

    def _tell(self) -> None:
        view = self.view
        self._around.emit(
            LineJobChanged(view.trunk, view.line, self._kind, view.step, done=view.done)
        )


class Deaf:
    """A borrower that takes no notice; jobs override what concerns them."""

    def rang(self) -> None:
        """A ring burst began."""

    def polarity(self, *, turned: bool) -> None:
        """The polarity changed."""

    def battery(self, *, there: bool) -> None:
        """The voltage went away or came back."""

    def caller_id(self, caller: CallerId) -> None:
        """Who calls."""

    def tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A watched tone began."""


def own_number(around: Surroundings, order: Order) -> str:
    """The number of the line, to be called by another line; Refused where that is not possible."""
    number = around.settings(order.trunk, order.line).number
    if not number:
        raise Refused("no_number", "the line's own number is not set")
    if not around.dialable(number):
        raise Refused("emergency_number", "the line's number is one of the emergency services")
    return number
