"""One caller's way through a flow: play, menu, collect, and the exits to people."""

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from firmware.contract.events import DigitReceived, IvrStep
from firmware.contract.flow import AnyNode, Collect, Flow, Hangup, Menu, Play, Queue, Transfer
from firmware.contract.model import CallPhase, Cause, Language, LegState, Outcome, Party
from firmware.errors import Refused
from firmware.fsm import Machine
from firmware.switching.call import Call, Treatment
from firmware.switching.connection import Connection, LegEvent

_LOGGER = logging.getLogger(__name__)
STEPS_MAX = 500
"""A flow that goes round without an end is ended by the box."""

IvrState = StrEnum("IvrState", "IDLE PLAYING MENU FIRST_DIGIT NEXT_DIGIT")
IvrEvent = StrEnum("IvrEvent", "PLAY PLAYED AWAIT_KEY AWAIT_DIGIT DIGIT KEY TIME_OVER")
S, E = IvrState, IvrEvent

TABLE = {
    S.IDLE: {E.PLAY: S.PLAYING, E.AWAIT_KEY: S.MENU, E.AWAIT_DIGIT: S.FIRST_DIGIT},
    # A key pressed while a prompt plays interrupts it.
    S.PLAYING: {
        E.PLAYED: S.IDLE,
        E.KEY: S.IDLE,
        E.DIGIT: S.NEXT_DIGIT,
        E.TIME_OVER: S.IDLE,
    },
    S.MENU: {E.KEY: S.IDLE, E.TIME_OVER: S.IDLE},
    S.FIRST_DIGIT: {E.DIGIT: S.NEXT_DIGIT, E.KEY: S.IDLE, E.TIME_OVER: S.IDLE},
    S.NEXT_DIGIT: {E.DIGIT: S.NEXT_DIGIT, E.KEY: S.IDLE, E.TIME_OVER: S.IDLE},
}
TIMEOUTS = {
    S.PLAYING: ("T_prompt", E.TIME_OVER),
    S.MENU: ("T_menu", E.TIME_OVER),
    S.FIRST_DIGIT: ("T_first_digit", E.TIME_OVER),
    S.NEXT_DIGIT: ("T_next_digit", E.TIME_OVER),
}


class Exits(Protocol):
    """Where a flow leads that is not of the flow."""

    def enter_queue(self, call: Call, node: Queue, otherwise: Callable[[], None]) -> None:
        """Wait for an agent; `otherwise` when the queue is full or the wait too long."""

    def transfer(self, call: Call, number: str, otherwise: Callable[[], None]) -> None:
        """Connect to an outside number, or Refused; `otherwise` when it fails later."""


class Session(Treatment):
    """The treatment of a call that is in a flow."""

    phase = CallPhase.IVR

    def __init__(self, call: Call, name: str, flow: Flow, exits: Exits) -> None:
        self.call, self.name, self.flow = call, name, flow
        self._exits = exits
        self._node: AnyNode = flow.nodes[flow.start]
        self._tries = 0
        self._digits = ""
        self._steps = 0
        self._entering = False
        self._pending: list[tuple[str, str]] = []
        self._after: Callable[[], None] = lambda: None
        self._machine = Machine(f"ivr({call.id})", S.IDLE, TABLE, TIMEOUTS, call.timers, self._did)

    def begin(self) -> None:
        """Answer (or let the caller hear us unanswered) and enter the first node."""
        if self.flow.answer:
            self.call.caller.answer()
        elif self.call.caller.line is not None:
            self.call.caller.offer(LegEvent.ALERT)
            self.call.caller.line.alert()
        self.go(self.flow.start)

    def go(self, node: str, choice: str = "") -> None:
        """Enter a node, also from outside (the queue was full, the transfer failed)."""
        self._pending.append((node, choice))
        if self._entering:  # the loop below takes it: no recursion, whatever the flow
            return
        self._entering = True
        try:
            while self._pending and not self.call.cleared:
                self._enter(*self._pending.pop(0))
        finally:
            self._entering = False

    def digit(self, call: Call, digit: str) -> None:
        """A key of the caller; one that nothing waits for is passed over."""
        if isinstance(self._node, Menu) and self._machine.state in (S.PLAYING, S.MENU):
            self._menu_key(self._node, digit)
        elif isinstance(self._node, Collect) and self._machine.state is not S.IDLE:
            self._collect_key(self._node, digit)

    def gone(self, call: Call, leg: Connection, cause: Cause) -> None:
        """The caller left before any person answered."""
        call.clear(cause, leg.by, Outcome.IVR_ABANDONED)

    def stop(self, call: Call) -> None:
        """The flow is over or interrupted."""
        self._machine.stop()
        if self._machine.state is not S.IDLE:
            self._after = lambda: None
            self._machine.fire(E.TIME_OVER)

    def _enter(self, name: str, choice: str) -> None:
        call = self.call
        self._steps += 1
        node = self._node = self.flow.nodes[name]
        self._tries = 0
        if call.treatment is not self:
            call.treat(self)
        call.emit(IvrStep(call.id, self.name, name, choice))
        call.story.path.append(self._label(name, node))
        if self._steps > STEPS_MAX:
            _LOGGER.error("call(%s): flow %s goes round without an end", call.id, self.name)
            call.clear(Cause.TEMPORARY_FAILURE, Party.BOX, Outcome.IVR_COMPLETED)
            return
        call.join()
        self._run(node)

    def _run(self, node: AnyNode) -> None:
        match node:
            case Menu():
                self._play(node.prompts, lambda: self._await_key(node))
            case Collect():
                self._digits = ""
                self._play(node.prompts, lambda: self._await_digit(node))
            case Play():
                self._play(node.prompts, lambda: self.go(node.next))
            case Queue():
                self._exits.enter_queue(self.call, node, lambda: self.go(node.otherwise))
            case Transfer():
                self._play(node.prompts, lambda: self._transfer(node))
            case Hangup():
                self._play(node.prompts, lambda: self._hang_up(node))

    def _label(self, name: str, node: AnyNode) -> str:
        return node.label.get(self.call.office.settings().site.language, name)

    def _play(self, prompts: tuple[str, ...], then: Callable[[], None]) -> None:
        if not prompts:
            then()
            return
        self._after = then
        self._machine.fire(E.PLAY)
        self.call.caller.play(prompts, self.call.story.language, self._played)

    def _played(self) -> None:
        self._machine.offer(E.PLAYED)

    def _did(self, old: IvrState, event: IvrEvent, _new: IvrState) -> None:
        if event is E.TIME_OVER and old is not S.PLAYING:
            self._nothing_pressed(old)
        elif event in (E.PLAYED, E.TIME_OVER):
            after, self._after = self._after, lambda: None
            after()

    def _await_key(self, node: Menu) -> None:
        self._machine.seconds["T_menu"] = node.wait_s
        self._machine.fire(E.AWAIT_KEY)

    def _await_digit(self, node: Collect) -> None:
        self._machine.seconds["T_first_digit"] = node.first_digit_s
        self._machine.seconds["T_next_digit"] = node.next_digit_s
        self._machine.fire(E.AWAIT_DIGIT)

    def _menu_key(self, node: Menu, key: str) -> None:
        self.call.caller.quiet()
        self._machine.fire(E.KEY)
        self.call.emit(DigitReceived(self.call.id, key))
        if key in node.language_of:
            self.call.story.language = Language(node.language_of[key])
        if key in node.keys:
            self.go(node.keys[key], key)
        else:
            self._again(node, "invalid_choice")

    def _collect_key(self, node: Collect, key: str) -> None:
        self.call.caller.quiet()
        self.call.emit(DigitReceived(self.call.id, key))
        if key == node.end_key:
            self._machine.fire(E.KEY)
            self._collected(node, "invalid_choice")
            return
        self._digits += key
        self._machine.seconds["T_next_digit"] = node.next_digit_s
        self._machine.fire(E.DIGIT)
        if len(self._digits) >= node.max_digits:
            self._machine.fire(E.KEY)
            self._collected(node, "invalid_choice")

    def _collected(self, node: Collect, excuse: str) -> None:
        if len(self._digits) < node.min_digits:
            self._again(node, excuse)
            return
        self.call.story.variables[node.variable] = self._digits
        self.go(node.next)

    def _nothing_pressed(self, was: IvrState) -> None:
        if self.call.treatment is not self or self.call.cleared:
            return
        if isinstance(self._node, Collect):
            self._collected(self._node, "no_input" if was is S.FIRST_DIGIT else "invalid_choice")
        elif isinstance(self._node, Menu):
            self._again(self._node, "no_input")

    def _again(self, node: Menu | Collect, excuse: str) -> None:
        self._tries += 1
        self._digits = ""
        if self._tries >= node.tries:
            self.go(node.otherwise)
            return
        prompts = (excuse, *node.prompts)
        if isinstance(node, Menu):
            self._play(prompts, lambda: self._await_key(node))
        else:
            self._play(prompts, lambda: self._await_digit(node))

    def _transfer(self, node: Transfer) -> None:
        try:
            self._exits.transfer(self.call, node.number, lambda: self.go(node.otherwise))
        except Refused as refusal:
            _LOGGER.warning("call(%s): transfer refused: %s", self.call.id, refusal.code)
            self.go(node.otherwise)

    def _hang_up(self, node: Hangup) -> None:
        answered = self.call.caller.state is not LegState.INITIATED
        answered = answered and self.call.caller.state is not LegState.ALERTING
        outcome = Outcome.IVR_COMPLETED if answered else Outcome.REJECTED
        self.call.clear(Cause.of(node.cause), Party.BOX, outcome)
