"""The form of the set-up: what is offered, what was typed, what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware.contract.commands import FinishSetup
from firmware.contract.model import Language
from firmware.contract.setup_views import SetupLine, SetupView
from firmware.contract.views import Problem
from webui.auth import MIN_PASSWORD
from webui.daemon import Refused
from webui.errors import problem_text, refusal
from webui.language import selected
from webui.translate import _

Form = Mapping[str, str]
HOME = {  # time zone and area code that are offered first
    "CN": ("Asia/Shanghai", "010"),
    "US": ("America/New_York", ""),
    "GB": ("Europe/London", "020"),
    "TW": ("Asia/Taipei", "02"),
    "HK": ("Asia/Hong_Kong", ""),
    "SG": ("Asia/Singapore", ""),
    "MY": ("Asia/Kuala_Lumpur", "03"),
    "DE": ("Europe/Berlin", "030"),
    "FR": ("Europe/Paris", "01"),
    "JP": ("Asia/Tokyo", "03"),
    "AU": ("Australia/Sydney", "02"),
    "IN": ("Asia/Kolkata", "011"),
}
MOST_AGENTS = 30
_LONGEST_NAME = 80
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_LEFT_OUT = str.maketrans("", "", " -()./\t")


@dataclass
class Typed:
    """What stands in the form, and what is wrong with it."""

    values: dict[str, str]
    numbers: dict[str, str] = field(default_factory=dict)  # by the place of a line
    problems: dict[str, list[str]] = field(default_factory=dict)  # by field
    others: list[str] = field(default_factory=list)

    def wrong(self, name: str, words: str) -> None:
        """Say something at a field."""
        self.problems.setdefault(name, []).append(words)


def offered() -> dict[str, str]:
    """What is filled in at first, by the language of the page."""
    country = "CN" if selected() == Language.ZH_CN else "GB"
    zone, area = HOME[country]
    return {
        "company": "",
        "language": selected(),
        "country": country,
        "area_code": area,
        "timezone": zone,
        "agents": "",
    }


def typed_in(setup: SetupView, form: Form) -> Typed:
    """What was sent."""
    names = ("company", "language", "country", "area_code", "timezone", "agents")
    values = {name: form.get(name, "").strip() for name in names}
    numbers = {line.place: form.get(f"numbers.{line.place}", "").strip() for line in present(setup)}
    return Typed(values, numbers)


def command_of(typed: Typed, form: Form, key: str, address: str) -> FinishSetup:
    """What callboxd is asked; `typed.problems` says what cannot be."""
    values, password = typed.values, form.get("password", "")
    if not values["company"]:
        typed.wrong("company", _("must be given"))
    if len(password) < MIN_PASSWORD:
        typed.wrong("password", _("needs at least %(n)s characters", n=MIN_PASSWORD))
    elif password != form.get("again", ""):
        typed.wrong("again", _("The two passwords differ."))
    agents = tuple(name.strip() for name in values["agents"].splitlines() if name.strip())
    if len(agents) > MOST_AGENTS:
        typed.wrong("agents", _("At most %(n)s here; add the others later.", n=MOST_AGENTS))
    if any(len(name) > _LONGEST_NAME for name in agents):
        typed.wrong("agents", _("A name is too long. Is each on a line of its own?"))
    return FinishSetup(
        label_password=key,
        company=values["company"],
        password=password,
        language=Language.EN if values["language"] == Language.EN else Language.ZH_CN,
        country=values["country"],
        area_code=values["area_code"],
        timezone=values["timezone"],
        numbers=_numbers(typed),
        agents=agents,
        address=address,
    )


def _numbers(typed: Typed) -> dict[str, tuple[str, ...]]:
    """Numbers by line, without blanks and dashes; lines left empty are left out."""
    found = {}
    for place, text in typed.numbers.items():
        parts = re.split(r"[,;，；、\n]+", text)
        numbers = tuple(part.translate(_LEFT_OUT) for part in parts if part.strip())
        if not all(_NUMBER.fullmatch(number) for number in numbers):
            typed.wrong(f"numbers.{place}", _("This is no telephone number."))
        elif len(numbers) > 1 and "." in place:
            typed.wrong(f"numbers.{place}", _("An analogue line has one number."))
        elif numbers:
            found[place] = numbers
    return found


def tell(typed: Typed, error: Refused) -> None:
    """callboxd's problems at their fields."""
    for problem in error.problems:
        if name := _field(problem):
            typed.wrong(name, problem_text(problem))
    if not typed.problems:
        typed.others.append(refusal(error))


def _field(problem: Problem) -> str:
    """The field of a problem's place in the configuration or the command; "" for none."""
    match problem.path.split("."):
        case ["site", name]:
            return "company" if name == "name" else name
        case ["numbers", *place]:
            return f"numbers.{'.'.join(place)}"
        case ["trunks", trunk, *_rest]:
            return f"numbers.{trunk}"
        case ["analog", trunk, "lines", socket, *_rest]:
            return f"numbers.{trunk}.{socket}"
        case [("area_code" | "country" | "timezone" | "agents") as name, *_rest]:
            return name
    return ""


def present(setup: SetupView) -> list[SetupLine]:
    """Lines whose board is there."""
    return [line for line in setup.lines if line.present]
