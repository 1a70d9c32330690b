"""Numbers as they are spoken: what is said becomes a list of prompt ids, played in order.

Mandarin says 两 before a measure word, 百 and 千 (两位, 两百), 二 elsewhere (十二, 一百零二),
一十 after hundreds (一百一十), one 零 for any zeros between digits (一千零五), and 幺 for the 1
of telephone, agent and ticket numbers.  English says "and" before the last two digits.
Mandarin runs number and measure word together, so the usual ones are one clip (两位客户).
"""

from collections.abc import Callable

from firmware.contract.model import Language

LARGEST = 9999
_SEPARATORS = frozenset(" -.()")
_SYMBOLS = {"*": "key_star", "#": "key_hash", "+": "digit_plus"}
_AS_ONE = {"customer": 30, "minute": 30, "hour": 3}
"""Chinese clips that hold number and measure word: up to this number."""
_GROUPS = {7: (3, 4), 8: (4, 4), 10: (3, 3, 4), 11: (3, 4, 4)}


def number(value: int, language: Language) -> list[str]:
    """Say a cardinal number from 0 to LARGEST standing alone; ValueError outside."""
    if not 0 <= value <= LARGEST:
        raise ValueError(f"{value} is not between 0 and {LARGEST}")
    return _GRAMMARS[language](value)


def count(value: int, language: Language) -> list[str]:
    """Say how many: a number before a measure word or noun (两位, two callers)."""
    if value == 2 and language is Language.ZH_CN:
        return ["number_2_liang"]
    return number(value, language)


def digits(text: str, language: Language) -> list[str]:
    """Say digit by digit (agent, ticket, customer number); ValueError on anything unsayable.

    `*`, `#` and `+` are named; blanks, hyphens, dots and brackets are passed over.
    """
    return [_digit(sign, language) for sign in text if sign not in _SEPARATORS]


def telephone(text: str, language: Language) -> list[str]:
    """Say a telephone number in groups, as it would be dictated: 139 0013 8000."""
    clips = digits(text, language)
    said: list[str] = []
    for size in _GROUPS.get(len(clips), (len(clips),)):
        said += ["pause", *clips[:size]]
        clips = clips[size:]
    return said[1:]


def minutes(value: int, language: Language) -> list[str]:
    """Say a duration of whole minutes, from an hour on in hours and minutes."""
    hours, rest = divmod(value, 60)
    said = _measured(hours, "hour", language) if hours else []
    return said + _measured(rest, "minute", language) if rest or not hours else said


def seconds(value: int, language: Language) -> list[str]:
    """Say a duration of whole seconds."""
    return _measured(value, "second", language)


def position(place: int, language: Language) -> list[str]:
    """Say the caller's place in the queue, 1 being the next to be served.

    Chinese counts who is in front (您前面还有两位客户), English names the place.
    """
    if place < 1:
        raise ValueError(f"{place} is no place in a queue")
    if place == 1:
        return ["position_next"]
    if language is Language.ZH_CN:
        return ["position_before", *_measured(place - 1, "customer", language)]
    return ["position_before", *number(place, language), "position_after"]


def estimated_wait(value: int, language: Language) -> list[str]:
    """Say the estimated wait in whole minutes; 0 is less than a minute."""
    if value == 0:
        return ["wait_under_minute"]
    return ["wait_before", *minutes(value, language)]


def agent(identity: str, language: Language) -> list[str]:
    """Say who serves the caller: 工号八零零幺为您服务."""
    return ["agent_before", *digits(identity, language), "agent_after"]


def _digit(sign: str, language: Language) -> str:
    if sign in _SYMBOLS:
        return _SYMBOLS[sign]
    if sign not in "0123456789":
        raise ValueError(f"{sign!r} cannot be said as a digit")
    return "digit_1_yao" if sign == "1" and language is Language.ZH_CN else f"digit_{sign}"


def _measured(value: int, unit: str, language: Language) -> list[str]:
    if language is Language.ZH_CN and 1 <= value <= _AS_ONE.get(unit, 0):
        return [f"{unit}s_{value}"]
    if unit == "customer":
        return [*count(value, language), "position_after"]
    plural = "" if value == 1 else "s"
    return [*count(value, language), f"unit_{unit}{plural}"]


def _split(value: int) -> tuple[int, int, int]:
    """Thousands and hundreds as their own values, and what is left below 100."""
    return value // 1000 * 1000, value // 100 % 10 * 100, value % 100


def _chinese(value: int) -> list[str]:
    thousands, hundreds, rest = _split(value)
    said = [f"number_{part}" for part in (thousands, hundreds) if part]
    if not said:
        return [f"number_{rest}"]
    if not rest:
        return said
    if not hundreds or rest < 10:  # zeros between digits, however many, are one 零
        said.append("number_0")
    return [*said, f"number_tail_{rest}" if 10 <= rest < 20 else f"number_{rest}"]


def _english(value: int) -> list[str]:
    thousands, hundreds, rest = _split(value)
    said = [f"number_{part}" for part in (thousands, hundreds) if part]
    if not said:
        return [f"number_{rest}"]
    return [*said, "number_and", f"number_{rest}"] if rest else said


_GRAMMARS: dict[Language, Callable[[int], list[str]]] = {
    Language.ZH_CN: _chinese,
    Language.EN: _english,
}
