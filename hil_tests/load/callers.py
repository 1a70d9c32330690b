"""Callers: what each does, by the dice, and that he speaks his mark as soon as an agent does."""

from dataclasses import dataclass
from functools import cache
from random import Random

from board.sim.alaw import RATE
from board.sim.call import Party
from board.sim.script import HangUp, Press, Script, Step, Wait, WaitConnect
from hil_tests.load.marks import NOBODY, WINDOW, marks, voice
from hil_tests.load.turns import callers_turn

LANGUAGE_KEYS = ("1", "2")
MENU_KEYS = ("1", "2", "0")
PATIENCE_S, SHORTEST_PATIENCE_S = 120.0, 20.0
SHORTEST_TALK_S, LONGEST_TALK = 4.0, 5.0  # the latter of the mean
MENU_S = 8.0
"""Mean of the time in the menus."""
STAYS_S = 1200.0
"""One who leaves the end to the agent."""
_PRESSES_NOTHING, _WRONG_KEY, _LEAVES_EARLY, _AGENT_ENDS = 0.03, 0.03, 0.04, 0.15


@dataclass(frozen=True)
class UntilAnswered(Step):
    """Listen until somebody's mark is heard; patience over: hang up."""

    patience_s: float

    def done(self, call: Party, tick: int, started: int) -> bool:
        """Somebody is there."""
        if tick - started >= self.patience_s * RATE:
            call.hang_up(tick)
            return False
        return tick % WINDOW == 0 and marks(call.heard_lately(WINDOW)) not in ([], [NOBODY])


@dataclass(frozen=True)
class Speak(Step):
    """Speak one's mark when it is one's turn."""

    mark: int
    seconds: float

    def done(self, call: Party, tick: int, started: int) -> bool:
        """All said."""
        if callers_turn(tick) and call.mouth.silent:
            call.mouth.say(_voice(self.mark))
        return tick - started >= self.seconds * RATE


@cache
def _voice(mark: int) -> bytes:
    return voice(mark)


def script(dice: Random, mark: int, mean_talk_s: float) -> Script:
    """Return a caller."""
    listens = [Wait(dice.uniform(0.5, 6.0)) for _ in range(3)]
    if dice.random() < _LEAVES_EARLY:
        return [WaitConnect(), *listens[: dice.randint(0, 2)], HangUp()]
    keys: list[Step] = []
    if dice.random() >= _PRESSES_NOTHING:
        keys = [Press(dice.choice(LANGUAGE_KEYS)), listens[1], Press(dice.choice(MENU_KEYS))]
    if keys and dice.random() < _WRONG_KEY:
        keys.insert(2, Press("9"))
    talk_s = max(SHORTEST_TALK_S, dice.expovariate(1 / mean_talk_s))
    talk_s = min(LONGEST_TALK * mean_talk_s, talk_s)
    if dice.random() < _AGENT_ENDS:
        talk_s = STAYS_S
    patience_s = max(SHORTEST_PATIENCE_S, dice.expovariate(1 / PATIENCE_S))
    talk = [UntilAnswered(patience_s), Speak(mark, talk_s), HangUp()]
    return [WaitConnect(), listens[0], *keys, *talk]
