"""What the box tells an administrator, from outside: its events and its live picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hil_tests.play.expectations import cause_words
from hil_tests.play.page import Page
from hil_tests.play.stage import Stage

USER = "admin"
_NEAR_MS = 2000.0


@dataclass(frozen=True)
class Seen:
    """An event, and the story's time of it."""

    at_ms: float
    event: dict[str, Any]

    @property
    def kind(self) -> str:
        """Name of its class in the contract."""
        return str(self.event["kind"])


class Observer:
    """Looks on; what happens is noted in the journal."""

    def __init__(self, stage: Stage, password: str) -> None:
        self._stage = stage
        self.page = Page(str(stage.world.options.socket), USER, password, since=0)
        self.page.on_event, self.page.on_line = self._event, self._line
        self.events: list[Seen] = []
        self._numbers: dict[str, tuple[str, str]] = {}  # of each call: calling, called
        stage.calls_of, stage.who = self.calls_of, self.who

    @property
    def picture(self) -> dict[str, Any]:
        """Live views by name."""
        return self.page.views

    def calls_of(self, numbers: list[str]) -> list[str]:
        """The calls with one of these numbers, in order."""
        return [call for call, pair in self._numbers.items() if {*pair} & {*numbers}]

    def who(self, call: str | None) -> str:
        """Whose call it is, with his name."""
        calling, called = self._numbers.get(call or "", ("", ""))
        return self._stage.named(called if called in self._stage.names else calling)

    def _event(self, event: dict[str, Any]) -> None:
        now, at_ms = self._stage.now_ms, float(event["at_ms"])
        if abs(now - at_ms) > _NEAR_MS:  # its clock was stepped, or it tells of what was missed
            at_ms = now
        self.events.append(Seen(at_ms, event))
        if event["kind"] == "CallOffered":
            self._numbers[event["call"]] = event["calling"], event["called"]
        words = WORDS.get(event["kind"])
        if words is not None:
            who = f"{self.who(event['call'])}: " if "call" in event else ""
            self._stage.journal.add(at_ms, "box", who + words(event))

    def _line(self, here: bool) -> None:
        if not here:
            self._stage.note("box", "does not answer any more")
        elif self.events and self.events[-1].kind != "UserLoggedIn":
            self._stage.note("box", "answers")


def _span(event: dict[str, Any]) -> str:
    if not event["board"]:
        return f"{event['trunk']}: the board is gone"
    alarms = ", ".join(event["alarms"]) or "no alarm"
    return f"{event['trunk']}: {alarms}, signalling {'up' if event['link'] else 'down'}"


def _transfer(event: dict[str, Any]) -> str:
    to = event["to_agent"] or event["to_number"] or "a queue"
    return f"is handed by agent {event['by']} to {to}"


WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "BoxStarted": lambda e: f"starts; {e['closed_calls']} open calls were closed",
    "CallOffered": lambda e: f"{e['direction']} call, {e['calling']} to {e['called']}",
    "IvrStep": lambda e: (
        f"menu {e['flow']}.{e['node']}{' by key ' * bool(e['choice'])}{e['choice']}"
    ),
    "DigitReceived": lambda e: f"pressed {e['digit']}",
    "CallQueued": lambda e: f"waits in the queue {e['queue']}, position {e['position']}",
    "CallDequeued": lambda e: f"left the queue after {e['waited_s']:.1f} s: {e['outcome']}",
    "AgentOffered": lambda e: f"is offered to agent {e['agent']}",
    "AgentMissed": lambda e: f"was not answered by agent {e['agent']} ({e['misses']} in a row)",
    "CallBridged": lambda e: f"is connected{' with agent ' * bool(e['agent'])}{e['agent'] or ''}",
    "CallTransferred": _transfer,
    "CallCleared": lambda e: f"is over: {e['outcome']}, by {e['by']}, {cause_words(e['cause'])}",
    "RecordingStarted": lambda _: "is recorded",
    "DispositionSet": lambda e: f"was about: {e['disposition']}",
    "SpanChanged": _span,
    "LineChanged": lambda e: f"line {e['line']} {e['state']} {' '.join(e['faults'])}".strip(),
    "ConfigApplied": lambda e: f"configuration {e['revision']} by {e['actor']}",
    "LogInRefused": lambda e: f"log-in of {e['user']} refused",
    "DrainChanged": lambda e: "refuses new calls" if e["on"] else "takes calls again",
    "AlarmChanged": lambda e: f"alarm {e['alarm']} {'on' if e['active'] else 'over'} {e['detail']}",
}
"""Other events are not told; scripts can still expect them."""
