"""What each side saw, with its time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Entry:
    """One line; `at_ms` is the story's UTC, `side` a person's name, "exchange", "box", "story"."""

    at_ms: float
    side: str
    text: str


class Journal:
    """Entries as they come; told in order of time."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._entries: list[Entry] = []

    def add(self, at_ms: float, side: str, text: str) -> None:
        """Keep a line."""
        self._entries.append(Entry(at_ms, side, text))

    def entries(self) -> list[Entry]:
        """All, the earliest first."""
        return sorted(self._entries, key=lambda entry: entry.at_ms)

    def clock(self, at_ms: float) -> str:
        """The time of the day, to 0.1 s."""
        at = datetime.fromtimestamp(int(at_ms // 100) / 10, UTC).astimezone(self._zone)
        return at.strftime("%H:%M:%S.") + str(at.microsecond // 100_000)
