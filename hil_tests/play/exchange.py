"""What the exchange sees: every call, from its first sign to its end."""

from typing import Any

from board.sim.call import CallState, Party
from hil_tests.play.expectations import cause_words
from hil_tests.play.on_lines import OnLine
from hil_tests.play.stage import Stage

_SEEN = {
    CallState.ALERTING: "it rings",
    CallState.CONNECTED: "answered",
}


class ExchangeWatch:
    """Gives each person his calls, and notes them in the journal."""

    def __init__(self, stage: Stage, people: dict[str, OnLine]) -> None:
        """`people` by number."""
        self._stage, self._people = stage, people
        self._open: list[tuple[Party, str]] = []
        world = stage.world
        self._links = {f"e1{'-2' * at}": e1 for at, e1 in enumerate(world.e1s)}
        self._up = {name: True for name in self._links}
        for office in self._offices():
            office.on_call = self._new
            for person in people.values():
                office.answer_rule(person.number, person.answers())
        world.each_tick.append(self._look)

    def open_calls(self) -> int:
        """Calls that are not released."""
        return sum(office.open_calls for office in self._offices())

    def _offices(self) -> list[Any]:
        world = self._stage.world
        return [e1.office for e1 in world.e1s] + ([world.fxo.office] if world.fxo else [])

    def _new(self, call: Party) -> None:
        number = call.called if call.incoming else call.calling
        person = self._people.get(number)
        if person is not None:
            person.calls.append(call)
        words = "the box calls " if call.incoming else ""
        named = self._stage.named(number)
        text = f"{words}{named}" if call.incoming else f"{named} calls {call.called}"
        self._stage.note("exchange", text)
        self._open.append((call, call.state))

    def _look(self) -> None:
        for at, (call, state) in enumerate(self._open):
            if call.state != state:
                self._open[at] = call, call.state
                self._changed(call, state)
        if any(call.ended for call, _ in self._open):
            self._open = [(call, state) for call, state in self._open if not call.ended]
        for name, e1 in self._links.items():
            if e1.office.link_up != self._up[name]:
                self._up[name] = e1.office.link_up
                text = "up" if e1.office.link_up else "down"
                self._stage.note("exchange", f"{name}: signalling is {text}")

    def _changed(self, call: Party, before: str) -> None:
        number = call.called if call.incoming else call.calling
        named = self._stage.named(number)
        if call.state in _SEEN:
            self._stage.note("exchange", f"{named}: {_SEEN[call.state]}")
        elif call.state is CallState.CLEARING or (before is not CallState.CLEARING and call.ended):
            text = f"cleared by the {call.cleared_by}, {cause_words(call.cause)}"
            self._stage.note("exchange", f"{named}: {text}")
