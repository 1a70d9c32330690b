"""What a day comes to, and its agents: the same on virtual and in real time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from firmware.contract.model import Outcome
from hil_tests.load import audit
from hil_tests.load.audit import Kept, Offered, People

FIRST_AGENT = 8001


@dataclass
class Figures:
    """Counts; see `result`."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    blocked: int = 0
    rejected: int = 0
    answered_s: float = 0.0
    recorded_s: float = 0.0
    violations: list[str] = field(default_factory=list)

    def result(self, simulated_s: float) -> dict[str, Any]:
        """As it is printed; no tick was late."""
        return {
            "offered": self.offered,
            "answered": self.answered,
            "abandoned": self.abandoned,
            "blocked": self.blocked,
            "rejected": self.rejected,
            "answered_s": round(self.answered_s, 2),
            "recorded_s": round(self.recorded_s, 2),
            "simulated_s": round(simulated_s, 1),
            "late_ticks": 0,
            "bare_late_ticks": 0,
            "tick_p999_ms": 0.0,
            "violations": self.violations,
        }

    def count(self, seen: Offered, kept: Iterable[Kept], people: People) -> None:
        """One more call, and what it was."""
        talked_s = audit.answered_s(seen, people)
        self.answered_s += talked_s
        self.recorded_s += sum(audit.recorded_s(one) for one in kept)
        if seen.connect_ms is None and seen.cleared_by == "box":
            self.rejected += 1
        elif talked_s > 0 or any(one.record.outcome is Outcome.ANSWERED for one in kept):
            self.answered += 1
        else:
            self.abandoned += 1


def staff(document: dict[str, Any], names: list[str]) -> None:
    """Agents for both queues, and for either; a free day for nobody."""
    kinds = (["sales"], ["service"], ["sales", "service"])
    document["agents"] = {
        name: {"name": f"Agent {name}", "queues": kinds[number % len(kinds)]}
        for number, name in enumerate(names)
    }
