"""Who hears whom: from the places of a call to the relation (listener, talker, gain).

Pure.  Everything that is ever connected goes through `relation`, so that a new kind of
connection (monitoring, whisper) is a new column here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Port = int
Hears = tuple[tuple[Port, float], ...]
"""What one listener hears: (talker, gain in dB)."""


@dataclass(frozen=True)
class Place:
    """One party's place in a call."""

    port: Port
    joined: bool = False
    """Hears the other joined places and is heard by them."""
    players: tuple[Port, ...] = ()
    """What is played to this party: prompts, music or tones."""


def relation(places: Sequence[Place]) -> dict[Port, Hears]:
    """Who hears whom; a party never hears himself, and music never reaches the other side."""
    return {place.port: _heard_by(place, places) for place in places}


def _heard_by(place: Place, places: Sequence[Place]) -> Hears:
    others = (other.port for other in places if other.joined and other.port != place.port)
    talkers = [*others] if place.joined else []
    return tuple((talker, 0.0) for talker in (*talkers, *place.players))


def changes(old: Mapping[Port, Hears], new: Mapping[Port, Hears]) -> dict[Port, Hears]:
    """What must be told to the engine; a port that left the call hears nothing any more."""
    gone: dict[Port, Hears] = {port: () for port, heard in old.items() if port not in new and heard}
    return gone | {port: heard for port, heard in new.items() if old.get(port, ()) != heard}
