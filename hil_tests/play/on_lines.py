"""People on telephone lines: callers, and those whom the box calls."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from board.sim.call import CallState, Heard, Party
from board.sim.script import (
    Alert,
    Answer,
    HangUp,
    Press,
    Say,
    Script,
    Step,
    Wait,
    WaitConnect,
    busy,
    no_answer,
    rejected,
    unallocated,
    unreachable,
)
from board.sim.speech import sentence
from hil_tests.load.callers import Speak, UntilAnswered
from hil_tests.load.marks import NOBODY, marks
from hil_tests.play import deeds
from hil_tests.play.cast import Person
from hil_tests.play.stage import Stage, StepError
from hil_tests.play.studio import Studio

_ENDS = (CallState.CLEARING, CallState.ENDED)
_LATELY = 4000  # samples
_NOT_ANSWERING: dict[str, Callable[[], Script]] = {
    "busy": busy,
    "not answering": no_answer,
    "rejecting": rejected,
    "unreachable": unreachable,
    "unknown": unallocated,
}


class Performer(Step):
    """The last step of a script: does what its person is told, one thing after the other."""

    def __init__(self, person: "OnLine") -> None:
        self._person = person
        self._doing: tuple[deeds.Deed, Step, int] | None = None

    def start(self, call: Party, tick: int) -> None:
        """The telephone is in his hand."""
        self._doing = None
        self._person.took(call)

    def done(self, call: Party, tick: int, started: int) -> bool:
        """Never: there may be more to do."""
        while call.state not in _ENDS:
            if self._doing is not None:
                _, step, since = self._doing
                if not step.done(call, tick, since):
                    return False
                self._doing = None
            if not self._person.orders:
                return False
            deed, step = self._person.orders.popleft()
            self._doing = deed, step, tick
            self._person.tells(deed)
            step.start(call, tick)
        return False


class OnLine:
    """One person; `orders` is what he still has to do."""

    def __init__(
        self, name: str, person: Person, number: str, mark: int, stage: Stage, studio: Studio
    ) -> None:
        self.name, self.number, self.mark, self._spec = name, number, mark, person
        self._stage, self._studio = stage, studio
        self.orders: deque[tuple[deeds.Deed, Step]] = deque()
        self.calls: list[Party] = []
        """All between him and the box, as the exchange has them."""

    def hearing(self) -> Heard | None:
        """Of his last call."""
        return self.calls[-1].heard() if self.calls else None

    # --- what he does ---

    def call(self, deed: deeds.Call) -> None:
        """Call the box now.  StepError when he cannot."""
        if self.calls and not self.calls[-1].ended:
            raise StepError(f"{self.name} is in a call already")
        script = [WaitConnect(deed.patience), Performer(self)]
        self.orders = deque(self._orders(deed.then))
        self._place(deed, script)

    def answers(self) -> Script:
        """How he takes a call of the box."""
        if self._spec.state is not None:
            return _NOT_ANSWERING[self._spec.state]()
        return [Alert(), Wait(self._spec.rings), Answer(), Performer(self)]

    def took(self, call: Party) -> None:
        """A call begins with him; one who is called does what he always does."""
        if call.incoming:
            self.orders = deque(self._orders(self._spec.then))

    def do(self, deed: deeds.Deed) -> None:
        """After all else; StepError when he is in no call."""
        if not self.calls or self.calls[-1].state in _ENDS:
            raise StepError(f"{self.name} is in no call: {self.how_it_ended()}")
        if isinstance(deed, deeds.HangUpAtOnce):
            self._stage.note(self.name, "hangs up at once")
            self.calls[-1].hang_up(self._stage.tick)
        else:
            self.orders += self._orders([deed])

    def how_it_ended(self) -> str:
        """Of the last call."""
        if not self.calls:
            return "there was none"
        call = self.calls[-1]
        return f"the last one was cleared by the {call.cleared_by} with cause {call.cause}"

    def tells(self, deed: deeds.Deed) -> None:
        """Note what he does now."""
        self._stage.note(self.name, _told(deed))

    def hears_lately(self) -> bool:
        """Whether somebody's mark is in what he hears."""
        return marks(self.calls[-1].heard_lately(_LATELY)) not in ([], [NOBODY])

    def _place(self, deed: deeds.Call, script: Script) -> None:
        line = self._line(deed.number)
        world = self._stage.world
        if line is not None:
            world.analog.place_call(line, self.number, script)
            return
        names = ["e1", "e1-2"][: len(world.e1s)]
        if deed.on not in names:
            raise StepError(f"there is no line {deed.on} for {deed.number}")
        world.e1s[names.index(deed.on)].office.place_call(deed.number, self.number, script)

    def _line(self, number: str) -> Any:
        fxo = self._stage.world.fxo
        lines = fxo.office.lines if fxo else []
        for line in lines:
            if number in (line.number, f"analog {line.index}"):
                return line
        if number.startswith("analog"):
            raise StepError(f"there is no line '{number}'")
        return None

    def _orders(self, wanted: Sequence[deeds.Deed]) -> list[tuple[deeds.Deed, Step]]:
        return [(deed, self._step(deed)) for deed in wanted]

    def _step(self, deed: deeds.Deed) -> Step:  # noqa: PLR0911  one line for each word
        match deed:
            case deeds.Listen():
                return Wait(deed.seconds)
            case deeds.Press():
                return Press(deed.keys)
            case deeds.WaitForSomebody():
                return UntilAnswered(deed.patience)
            case deeds.Talk():
                return Speak(self.mark, deed.seconds)
            case deeds.Speak():
                return Say(stored(deed.sentence))
            case deeds.Say():
                return Say(self._studio.say(deed.text, deed.language, deed.voice))
            case deeds.HangUp():
                return HangUp(deed.cause or 16)
        raise StepError(f"nobody on a line can do that: {deed.word}")


def stored(name: str) -> bytes:
    """A stored sentence in A-law; StepError for one that is not there."""
    try:
        return sentence(*name.split("/"))
    except FileNotFoundError:
        raise StepError(f"there is no sentence {name}") from None


def _told(deed: deeds.Deed) -> str:
    words = {
        deeds.Listen: "listens for {seconds:g} s",
        deeds.Press: "presses {keys}",
        deeds.WaitForSomebody: "waits for somebody, at most {patience:g} s",
        deeds.Talk: "talks for {seconds:g} s",
        deeds.Speak: "says the sentence {sentence}",
        deeds.Say: "says “{text}”",
    }
    return words.get(type(deed), "hangs up").format(**deed.model_dump())
