"""A call from one line of the board to another, made by a test or by learning."""

from collections.abc import Callable
from enum import StrEnum

from firmware.fsm import Machine, Timers
from firmware.trunk.line_job import BorrowedLine, Deaf


class State(StrEnum):
    """How far the call is; the called line itself tells when it rings."""

    IDLE = "idle"
    SEIZED = "seized"
    DIALLED = "dialled"
    ENDED = "ended"


class Event(StrEnum):
    """What happens to it."""

    SEIZE = "seize"
    DIAL_TONE = "dial_tone"
    TIME_OUT = "time_out"
    END = "end"


S, E = State, Event
TABLE = {
    S.IDLE: {E.SEIZE: S.SEIZED, E.END: S.ENDED},
    S.SEIZED: {E.DIAL_TONE: S.DIALLED, E.TIME_OUT: S.ENDED, E.END: S.ENDED},
    S.DIALLED: {E.END: S.ENDED},
    S.ENDED: {},
}
TIMEOUTS = {S.SEIZED: ("T_job_dial", E.TIME_OUT)}


class OwnCall(Deaf):
    """`failed` is told once when it ends by itself: "no_dial_tone", "caller", "no_board"."""

    def __init__(
        self,
        line: BorrowedLine,
        number: str,
        timers: Timers,
        dial_tone_s: float,
        failed: Callable[[str], None] = lambda _problem: None,
    ) -> None:
        self._line, self._number, self.failed = line, number, failed
        self._held = True
        self._machine = Machine("own_call", S.IDLE, TABLE, TIMEOUTS, timers, self._did)
        self._machine.seconds["T_job_dial"] = dial_tone_s
        line.attach(self)

    @property
    def dialled(self) -> bool:
        """The number is out: a ring of the other line is this call's."""
        return self._machine.state is S.DIALLED

    def begin(self) -> None:
        """Go off-hook and dial when the exchange is ready."""
        self._machine.fire(E.SEIZE)

    def hang_up(self) -> None:
        """End it and give the line back; again changes nothing."""
        self._machine.offer(E.END)

    def rang(self) -> None:
        """Somebody calls the line that was to call: he wins."""
        if self._machine.offer(E.END):
            self.failed("caller")

    def tone(self, name: str, hertz: float, dbm0: float) -> None:
        """The exchange is ready."""
        if name == "dial":
            self._machine.offer(E.DIAL_TONE)

    def lost(self, problem: str) -> None:
        """The line is gone."""
        self._held = False
        if self._machine.offer(E.END):
            self.failed(problem)

    def _did(self, _old: State, event: Event, new: State) -> None:
        if new is S.SEIZED:
            self._line.watch(("dial",))
            self._line.hook(off=True)
        elif new is S.DIALLED:
            self._line.watch(())
            self._line.dial(self._number)
        elif self._held:
            self._held = False
            self._line.release()
        if event is E.TIME_OUT:
            self.failed("no_dial_tone")
