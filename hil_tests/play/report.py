"""What was played, as text and as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any

from hil_tests.play.expectations import cause_words
from hil_tests.play.journal import Entry, Journal

_SIDE = 16


@dataclass(frozen=True)
class Verdict:
    """One expectation, or a step that could not be done (`performed` is False)."""

    step: int
    line: int
    at_ms: float
    what: str
    wrong: tuple[str, ...] = ()
    performed: bool = True


@dataclass
class Report:
    """Everything that came out of a script."""

    story: str
    journal: Journal
    script: str
    verdicts: list[Verdict] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    steps_left: int = 0

    @property
    def holds(self) -> bool:
        """Whether all was done and all is as expected."""
        return not self.steps_left and not any(verdict.wrong for verdict in self.verdicts)

    def text(self) -> str:
        """For people."""
        lines = [self.story, "=" * len(self.story), ""]
        lines += [self._entry(entry) for entry in self.journal.entries()]
        lines += ["", "Call records of the box", ""]
        lines += [self._record(record) for record in self.records] or ["(none)"]
        lines += ["", "Expectations", ""]
        lines += [line for verdict in self.verdicts for line in self._verdict(verdict)]
        return "\n".join([*lines, "", self._last()]) + "\n"

    def json(self) -> dict[str, Any]:
        """For programs; times in UTC milliseconds and as they are printed."""
        return {
            "story": self.story,
            "holds": self.holds,
            "steps_left": self.steps_left,
            "timeline": [self._timed(asdict(entry)) for entry in self.journal.entries()],
            "records": self.records,
            "expectations": [self._timed(asdict(verdict)) for verdict in self.verdicts],
        }

    def _timed(self, content: dict[str, Any]) -> dict[str, Any]:
        return {"at": self.journal.clock(content["at_ms"]), **content}

    def _entry(self, entry: Entry) -> str:
        return f"{self.journal.clock(entry.at_ms)}  {entry.side:{_SIDE}} {entry.text}"

    def _verdict(self, verdict: Verdict) -> list[str]:
        sign = "✗" if verdict.wrong else "✓"
        at = self.journal.clock(verdict.at_ms)
        place = f"step {verdict.step}, {self.script} line {verdict.line}, {at}"
        return [f"{sign} {verdict.what}   ({place})", *(f"    {text}" for text in verdict.wrong)]

    def _record(self, record: dict[str, Any]) -> str:
        parts = [f"{record['calling'] or '(no number)'} → {record['called']}"]
        parts.append(str(record["outcome"] or "not over"))
        for key, word in (("queue", "queue"), ("agent", "agent"), ("disposition", "about")):
            if record[key]:
                parts.append(f"{word} {record[key]}")
        for key, word in (("waited_s", "waited"), ("talk_s", "talked"), ("hold_s", "held")):
            if record[key]:
                parts.append(f"{word} {record[key]:.1f} s")
        parts.append(f"ended by {record['by'] or 'nobody'}, {cause_words(record['cause'])}")
        if record["recordings"]:
            seconds = sum(one["frames"] or 0 for one in record["recordings"]) / 8000
            parts.append(f"{len(record['recordings'])} recordings, {seconds:.1f} s")
        return f"{self.journal.clock(record['start_ms'])}  " + "; ".join(parts)

    def _last(self) -> str:
        wrong = sum(bool(verdict.wrong) for verdict in self.verdicts)
        if self.holds:
            return f"All {len(self.verdicts)} expectations hold."
        left = f" {self.steps_left} steps were not played." if self.steps_left else ""
        return f"{wrong} of {len(self.verdicts)} did not hold.{left}"
