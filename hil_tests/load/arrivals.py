"""Who calls, and when, by the dice: the same on both clocks."""

from random import Random

from hil_tests.load import callers
from hil_tests.load.exchange_side import Lines, Placed
from hil_tests.load.marks import CALLERS
from hil_tests.load.plan import Plan


class Arrivals:
    """Callers of a day; those who find no free line are blocked."""

    def __init__(self, plan: Plan, dice: Random, lines: Lines) -> None:
        self._plan, self._dice, self._lines = plan, dice, lines
        self._marks = list(CALLERS)
        self.offered = self.blocked = 0

    def between_s(self) -> float:
        """Seconds until the next one."""
        return self._dice.expovariate(self._plan.calls_per_s)

    def call(self) -> Placed | None:
        """He calls; None: all lines are busy."""
        mark = self._marks.pop(0)
        script = callers.script(self._dice, mark, self._plan.talk_s)
        calling = f"138{self.offered + self.blocked:08d}"
        placed = self._lines.place(self._dice, calling, mark, script)
        if placed is None:
            self.blocked += 1
            self._marks.append(mark)
        else:
            self.offered += 1
        return placed

    def over(self, placed: Placed) -> None:
        """Another may speak as he did."""
        self._marks.append(placed.mark)
