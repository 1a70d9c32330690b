"""Commands as a script has them, made into what the contract wants."""

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from firmware.contract.commands import COMMANDS
from firmware.contract.queries import QUERIES
from hil_tests.play.deeds import Command
from hil_tests.play.page import Page
from hil_tests.play.source import typed
from hil_tests.play.stage import StepError

_CALL_OF = "call of "


def fields_of(deed: Command, call_of: Callable[[str], str]) -> dict[str, Any]:
    """Texts where the contract has texts, else numbers, true and false; "call of X" is its id."""
    kind = COMMANDS.get(deed.name) or QUERIES[deed.name]
    hints = get_type_hints(kind)
    found: dict[str, Any] = {}
    for name, value in deed.parameters.items():
        if isinstance(value, str) and value.startswith(_CALL_OF):
            found[name] = call_of(value.removeprefix(_CALL_OF))
        elif isinstance(value, str) and _is_text(hints.get(name)):
            found[name] = str(value)
        else:
            found[name] = typed(value)
    return found


async def configure(page: Page, changes: dict[str, Any]) -> None:
    """Change places of the configuration in force, all at once, as an administrator."""
    view = await page.query("Config")
    document = view["document"]
    for place, value in changes.items():
        put(document, place, typed(value))
    await propose(page, document)


async def propose(page: Page, document: dict[str, Any]) -> None:
    """Have a whole configuration accepted."""
    revision = (await page.query("Config"))["revision"]
    await page.ask("ProposeConfig", base_revision=revision, path="", value=document)


def put(document: Any, place: str, value: Any) -> None:
    """Put a value at a place as "queues.sales.ring_s".  StepError where there is no such place."""
    *way, last = place.split(".")
    at = document
    for step in way:
        at = _inside(at, step, place)
    if isinstance(at, list):
        index = _index(at, last, place)
        at[index : index + 1] = [value]
    elif isinstance(at, dict):
        at[last] = value
    else:
        raise StepError(f"the configuration has no '{place}'")


def _inside(at: Any, step: str, place: str) -> Any:
    if isinstance(at, list) and _index(at, step, place) < len(at):
        return at[int(step)]
    if isinstance(at, dict) and step in at:
        return at[step]
    raise StepError(f"the configuration has no '{place}': nothing is at '{step}'")


def _index(at: list[Any], step: str, place: str) -> int:
    """Up to one behind the last: that adds."""
    if not step.isdecimal() or int(step) > len(at):
        raise StepError(f"the configuration has no '{place}': '{step}' of a list of {len(at)}")
    return int(step)


def _is_text(hint: Any) -> bool:
    """Whether a field takes texts: str, an id of the contract, an enumeration, or one of these."""
    parts = get_args(hint)
    if parts:
        return any(_is_text(part) for part in parts)
    kind = getattr(hint, "__supertype__", hint)
    return isinstance(kind, type) and issubclass(kind, str)
