"""Values of the configuration as people type them, and back.

Reading never refuses: what cannot be read is handed on as typed, and the daemon says
what is wrong with it, at its place.
"""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

Form = MultiDict[str, str]
_LARGEST = 1e15
"""Beyond it a number is handed on as typed, and so are nan and inf, which JSON does not have."""


def below(form: Form, name: str) -> Form:
    """The fields of a part inside: "<name>.<field>" as "<field>"."""
    head = f"{name}."
    pairs = form.items(multi=True)
    return MultiDict(
        [(key.removeprefix(head), text) for key, text in pairs if key.startswith(head)]
    )


def show_lines(values: list[Any]) -> str:
    """A list, one a line."""
    return "\n".join(str(value) for value in values)


def read_lines(text: str) -> list[str]:
    """Lines without blank ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def show_ranges(numbers: list[Any]) -> str:
    """Numbers as "1-15, 17-31"; what `read_ranges` left as text, as it is."""
    runs: list[list[Any]] = []
    for number in numbers:
        if runs and isinstance(runs[-1][-1], int) and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def read_ranges(text: str) -> list[Any]:
    """Numbers of "1-15, 17-31"; what is none stays text."""
    numbers: list[Any] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if dash and _is_short(first) and _is_short(last):
            # 31 channels at most: a slip of the finger must not make a list of a billion.
            numbers += range(int(first), min(int(last), int(first) + 64) + 1)
        else:
            numbers.append(number(part))
    return numbers


def show_number(value: Any) -> Any:
    """A number without a needless ".0"; what is none stays as it is."""
    return f"{value:.10g}" if isinstance(value, int | float) else value


def _is_short(digits: str) -> bool:
    return digits.isdecimal() and len(digits) < 10  # int refuses very many


def number(text: str) -> Any:
    """A whole or decimal number; anything else stays text."""
    for kind in (int, float):
        try:
            read = kind(text)
        except ValueError:
            continue
        return read if abs(read) < _LARGEST else text
    return text


def show_skills(skills: Mapping[str, Any]) -> str:
    """Skills as "name: level" or "name: level, weight", one a line."""
    return "\n".join(f"{name}: {_level(need)}" for name, need in skills.items())


def _level(need: Any) -> str:
    if not isinstance(need, Mapping):
        return str(need)
    parts = (need.get("level", ""), need.get("weight"))
    return ", ".join(str(show_number(part)) for part in parts if part is not None)


def read_skills(text: str, *, weighted: bool) -> dict[str, Any]:
    """Lines of `show_skills`."""
    skills: dict[str, Any] = {}
    for line in read_lines(text):
        name, _, rest = line.partition(":")
        level, _, weight = (part.strip() for part in rest.partition(","))
        need: dict[str, Any] = {"level": number(level)}
        if weight:
            need["weight"] = number(weight)
        skills[name.strip()] = need if weighted else number(rest.strip())
    return skills


def show_hours(hours: list[Mapping[str, str]]) -> str:
    """A day's hours as "09:00-12:00, 13:00-18:00"."""
    return ", ".join(f"{one['opens']}-{one['closes']}" for one in hours)


def read_hours(text: str) -> list[dict[str, str]]:
    """Hours of `show_hours`."""
    parts = [part.strip() for part in text.replace("–", "-").split(",") if part.strip()]
    pairs = [part.partition("-") for part in parts]
    return [{"opens": opens.strip(), "closes": closes.strip()} for opens, _, closes in pairs]


def show_tones(tones: list[Mapping[str, Any]]) -> str:
    """Tones as "450: 0.35/0.35" or "480+620: 0.5/0.5", one a line."""
    return "\n".join(
        f"{'+'.join(str(show_number(f)) for f in tone['frequencies'])}:"
        f" {show_number(tone['on_s'])}/{show_number(tone['off_s'])}"
        for tone in tones
    )


def read_tones(text: str) -> list[dict[str, Any]]:
    """Lines of `show_tones`; what cannot be read stays text, at its place."""
    tones = []
    for line in read_lines(text.replace("Hz", "").replace("：", ":")):
        frequencies, _, cadence = line.partition(":")
        on, _, off = cadence.partition("/")
        tones.append(
            {
                "frequencies": [number(one.strip()) for one in frequencies.split("+")],
                "on_s": number(on.strip()),
                "off_s": number(off.strip()),
            }
        )
    return tones
