"""Where a script is played: a world, its time, and what everybody on it shares."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from board.sim.alaw import RATE
from board.sim.call import Heard, Party
from hil_tests.play.cast import Person
from hil_tests.play.journal import Journal
from hil_tests.world import World


class StepError(Exception):
    """What somebody is to do cannot be done; says why."""


class Listener(Protocol):
    """Anybody with a telephone."""

    name: str
    mark: int

    def hearing(self) -> Heard | None:
        """All that he heard, in his last call; None: there was none."""


@dataclass
class Stage:
    """The world as all others here use it; nothing of the box but its socket."""

    world: World
    journal: Journal
    names: dict[str, str]
    """By telephone number."""
    people: dict[str, Person]
    calls_of: Callable[[list[str]], list[str]] = lambda _numbers: []
    """The box's names of the calls with a number, in order."""
    who: Callable[[str], str] = lambda _call: ""
    """Whose call it is."""

    @property
    def now_ms(self) -> float:
        """The story's time in UTC."""
        return self.world.now_ms

    @property
    def tick(self) -> int:
        """Of the exchange, 8 kHz."""
        return int(self.world.office.tick)

    def utc_of(self, tick: int) -> float:
        """Virtual UTC in ms of a tick of the exchange."""
        return self.world.utc_of(tick)

    def note(self, side: str, text: str) -> None:
        """Something is seen now."""
        self.journal.add(self.now_ms, side, text)

    def named(self, number: str) -> str:
        """A number with the person's name, if it is anybody's."""
        name = self.names.get(number)
        return f"{name} ({number})" if name else number or "(no number)"

    def number_of(self, name: str) -> str:
        """A person's number, or what is one itself."""
        person = self.people.get(name)
        return person.numbers()[0] if person and person.numbers() else name

    def target(self, to: str) -> dict[str, str]:
        """Of a transfer, as the contract has it."""
        if to.startswith("queue "):
            return {"to_queue": to.removeprefix("queue ")}
        person = self.people.get(to)
        if person is not None and person.agent:
            return {"to_agent": person.agent}
        return {"to_number": self.number_of(to)}

    def call_of(self, name: str) -> str:
        """The box's name of somebody's present or last call.  StepError when there was none."""
        calls = self.calls_of(self.people[name].numbers()) if name in self.people else []
        if not calls:
            raise StepError(f"the box knows of no call of {name}")
        return calls[-1]

    def do(self, doing: Coroutine[Any, Any, Any], seconds: float = 10.0) -> Any:
        """Let the world go on until it is done; StepError when it does not end."""
        task = self.world.loop.create_task(doing)
        self.world.loop.settle()
        if not self.world.run(seconds, task.done):
            task.cancel()
            self.world.run(0.05)
            raise StepError(f"the box does not answer within {seconds:g} s")
        return task.result()

    def schedule(self, seconds: float, deed: Callable[[], None]) -> None:
        """Do something later, while the story goes on."""
        due = self.tick + round(seconds * RATE)

        def look() -> None:
            if self.tick >= due:
                self.world.each_tick.remove(look)
                deed()

        self.world.each_tick.append(look)


__all__ = ["Heard", "Listener", "Party", "Stage", "StepError"]
