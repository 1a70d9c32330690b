"""The numbers that calls of the box reach: by its last four digits a number says what happens."""

from typing import Protocol

from board.sim import script
from board.sim.script import HangUp, Say, Script, Wait
from board.sim.speech import babble, sentence, sentences

# pattern, cause of Q.850 (0: answered), and what to say of it on the page
ENTRIES: tuple[tuple[str, int, str, str], ...] = (
    ("*", 0, "3 秒后接听并说话", "answers after 3 s and speaks"),
    ("*0017", 17, "占线", "busy"),
    ("*0018", 18, "不在服务区（8 秒后）", "out of reach (after 8 s)"),
    ("*0019", 19, "无人接听（振铃 30 秒）", "no answer (rings 30 s)"),
    ("*0021", 21, "拒接", "rejected"),
    ("*0001", 1, "空号（先听到提示音）", "unallocated (a tone is heard first)"),
)


def dialogue(language: str, party: str, seed: int) -> Script:
    """Return what somebody says once connected: sentences with pauses, then good-bye."""
    names = sentences(language, party)
    clips = [sentence(language, name) for name in names if not name.endswith("goodbye")]
    steps: list[script.Step] = []
    for clip in clips or [babble(4.0, seed), babble(3.0, seed + 1)]:
        steps += [Say(clip), Wait(5.0)]
    if f"{party}_goodbye" in names:
        steps.append(Say(sentence(language, f"{party}_goodbye")))
    return [*steps, Wait(1.0), HangUp()]


def _rule(cause: int) -> Script:
    by_cause = {
        17: script.busy(),
        18: script.unreachable(),
        19: script.no_answer(30.0),
        21: script.rejected(),
        1: script.announces("vacant", 1),
    }
    return by_cause.get(cause, script.answers(3.0, dialogue("zh_CN", "caller", 1)))


class Answers(Protocol):
    """An exchange, of whatever lines."""

    def answer_rule(self, pattern: str, script: Script) -> None:
        """Answer calls of the box to numbers like `pattern` with a script."""


def install(office: Answers) -> None:
    """Give an exchange these numbers."""
    for pattern, cause, _, _ in ENTRIES:
        office.answer_rule(pattern, _rule(cause))
