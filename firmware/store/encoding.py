"""Events as JSON, with the field names of the contract."""

import dataclasses
import functools
import math
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from firmware.contract.events import EVENTS, Event, Recorded


@functools.cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(EVENTS[kind])


@functools.cache
def _names(kind: str) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(EVENTS[kind]))


def encode(event: Event) -> str:
    """The event's fields as a JSON object.  ValueError when a number is not finite (no JSON)."""
    # Not vars(): the dictionary that it makes would stay with each event that is kept.
    kind = type(event).__name__
    values = (getattr(event, name) for name in _names(kind))
    if not all(math.isfinite(value) for value in values if type(value) is float):
        raise ValueError(f"a number of {kind} is not finite")
    return _adapter(kind).dump_json(event).decode()


def decode(kind: str, body: str) -> Event | None:
    """The event of a ledger row; None for a kind that this version does not know."""
    if kind not in EVENTS:
        return None
    event: Event = _adapter(kind).validate_json(body)
    return event


def as_message(recorded: Recorded) -> dict[str, Any]:
    """`{seq, at_ms, kind, ...fields}` as clients get it."""
    head = {
        "seq": recorded.seq,
        "at_ms": recorded.at_ms,
        "kind": type(recorded.event).__name__,
    }
    fields: dict[str, Any] = to_jsonable_python(recorded.event)
    return head | fields
