"""How far an update is, in the server's words, not too often.  Pure: time is an argument.

hawkBit keeps at most 1000 entries of an action: a state is told once, its percents in tenths.
"""

from typing import Any

from firmware.contract.update import UpdateState, UpdateView
from firmware.ota.ddi.feedback import STATES, status

LEAST_S = 10.0
"""Between two feedbacks of the same state."""
_STEP = 10


class Progress:
    """Remembers what was told of the action that is under way."""

    def __init__(self) -> None:
        self._told: tuple[str, UpdateState, int] | None = None
        self._at = 0.0

    def due(self, action: str, view: UpdateView, now: float) -> bool:
        """Whether there is something new to tell."""
        if not action or _sentence(view) == "":
            return False
        if self._told is None or self._told[:2] != (action, view.state):
            return True
        return view.percent >= self._told[2] + _STEP and now >= self._at + LEAST_S

    def tell(self, action: str, view: UpdateView, now: float) -> dict[str, Any]:
        """The feedback, which counts as told."""
        self._told, self._at = (action, view.state, view.percent), now
        return status("proceeding", [_sentence(view)], percent=max(0, min(100, view.percent)))


def _sentence(view: UpdateView) -> str:
    if view.state == UpdateState.FETCHING:
        return f"Downloaded {view.percent}% of the bundle."
    return STATES.get(view.state, "")
