"""A person's word on an update that the server wants confirmed, where the settings ask for it."""

from dataclasses import dataclass


@dataclass
class _Question:
    action: str
    version: str
    answer: bool | None = None
    told: bool = False


class Consent:
    """One question at a time: a newer deployment takes the place of an older one."""

    def __init__(self) -> None:
        self._question: _Question | None = None

    @property
    def open(self) -> str:
        """Version that waits for a yes or no; "" when none does."""
        question = self._question
        return question.version if question and question.answer is None else ""

    def answer(self, *, yes: bool) -> bool:
        """A person's word on what is open; False when nothing is."""
        if self._question is None or not self.open:
            return False
        self._question.answer = yes
        return True

    def asked_for(self, action: str, version: str) -> bool | None:
        """The answer, None until there is one; asks when this action is new."""
        if self._question is None or self._question.action != action:
            self._question = _Question(action, version)
        return self._question.answer

    def given(self, action: str) -> bool:
        """Whether a person has said yes to this action."""
        return bool(self._question and self._question.action == action and self._question.answer)

    def untold(self, action: str) -> bool:
        """Whether the server has not had this answer yet."""
        question = self._question
        return question is None or question.action != action or not question.told

    def told(self, action: str) -> None:
        """The server has it: a no is not said at each poll."""
        if self._question and self._question.action == action:
            self._question.told = True
