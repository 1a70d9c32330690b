"""The configuration of a new box: without the example company, and as set-up makes it."""

import copy
from typing import Any

from firmware.contract.commands import FinishSetup
from firmware.contract.views import Problem
from firmware.errors import ConfigRejected

FIRST_AGENT = 8001
_OPEN = {"calendar": "always", "flow": "main", "closed_flow": "closed"}


def empty(default: dict[str, Any]) -> dict[str, Any]:
    """`default` without its people, numbers and blacklist; every call gets to the main flow."""
    document = copy.deepcopy(default)
    for trunk in document["trunks"].values():
        trunk["numbers"] = []
    for board in document["analog"].values():
        for line in board["lines"].values():
            line["number"] = ""
    document |= {"agents": {}, "blacklist": [], "routes": [{"called": "*", **_OPEN}]}
    return document


def planned(document: dict[str, Any], wanted: FinishSetup) -> dict[str, Any]:
    """`document` with what was typed.  Raises ConfigRejected for lines that are not there."""
    document = copy.deepcopy(document)
    document["site"] |= {
        "name": wanted.company,
        "country": wanted.country,
        "area_code": wanted.area_code,
        "language": wanted.language.value,
        "timezone": wanted.timezone,
    }
    if wanted.country != "CN":  # the box knows the public holidays of one country
        for calendar in document["calendars"].values():
            calendar["holidays"] = "none"
    document["agents"] = {
        # In every queue, so that no caller waits where nobody works.
        agent: {"name": name, "queues": list(document["queues"])}
        for agent, name in numbered(wanted.agents).items()
    }
    for place, numbers in wanted.numbers.items():
        _allot(document, place, numbers)
    typed = dict.fromkeys(number for numbers in wanted.numbers.values() for number in numbers)
    document["routes"] = [{"called": number, **_OPEN} for number in [*typed, "*"]]
    return document


def numbered(names: tuple[str, ...]) -> dict[str, str]:
    """Agents' names by the number with which they log in."""
    return {str(FIRST_AGENT + n): name for n, name in enumerate(names)}


def _allot(document: dict[str, Any], place: str, numbers: tuple[str, ...]) -> None:
    """Numbers of an E1 line, or the one of a socket."""
    trunk, _, socket = place.partition(".")
    if not socket and trunk in document["trunks"]:
        document["trunks"][trunk]["numbers"] = list(numbers)
    elif trunk in document["analog"] and len(numbers) == 1:
        document["analog"][trunk]["lines"].setdefault(socket, {})["number"] = numbers[0]
    else:
        text = "there is no such line, or it has one number only"
        raise ConfigRejected([Problem(f"numbers.{place}", "no_such_place", text)])
