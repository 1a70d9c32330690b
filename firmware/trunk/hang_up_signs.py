"""Signs by which an exchange tells that the far end hung up, looked for after a test call.

A reversed polarity, a battery drop, or a tone with a cadence that is neither the country's dial
tone nor its ringback.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from firmware.contract.analog import BusyTone, HangUp
from firmware.contract.model import Verdict
from firmware.contract.views import LineCheck
from firmware.errors import MediaError
from firmware.fsm import Timers
from firmware.timers import Clock
from firmware.trunk.line_job import BorrowedLine

_LOGGER = logging.getLogger(__name__)
HISTORY_S = 8.0
LEAST_S = 3.0
"""No cadence has three cycles in less."""
CYCLES = 3
"""As many of the slowest tones (0.75 s on, 0.75 s off) are surely in the history."""
SAME_HZ, SAME_PART = 25.0, 0.15
"""Two tones are one when their frequencies and durations differ by no more, as for the watch."""
MOST_TONES = 4
DROP_S = 0.1
"""Exchanges take the voltage away for 100 to 800 ms."""
BURST_S = (0.08, 10.0)
FREQUENCY_HZ = (300.0, 1500.0)
"""Tones beyond these cannot be watched (`cython_dsp.progress`)."""
NOTHING = "nothing"
_NO_SIGN = {"dial": "only_dial_tone", "ringback": "only_ringback"}


class LearntTone(Protocol):
    """A tone with its cadence, found in what the line said (`cython_dsp.learning`)."""

    @property
    def frequencies(self) -> Sequence[float]:
        """One or two, in Hz."""

    @property
    def cadence(self) -> Sequence[float]:
        """Seconds on, off ... of one cycle; empty: continuous."""

    @property
    def cycles(self) -> int:
        """Whole cycles that were seen."""

    @property
    def level_dbm0(self) -> float:
        """Of the burst."""


class Pattern(Protocol):
    """A tone of a country (`cython_dsp.progress`)."""

    @property
    def frequencies(self) -> Sequence[float]:
        """One or two, in Hz."""

    @property
    def cadence(self) -> Sequence[float]:
        """Seconds on, off, on, off ...; empty: continuous."""


@dataclass(frozen=True)
class Ear:
    """What understands sound."""

    find_cadence: Callable[[bytes], LearntTone | None]
    """Of A-law at 8000 samples a second; takes its time, so it is called in a thread."""
    country_tones: Callable[[], Mapping[str, Pattern]]
    """Of the site's country, by name: "dial", "ringback", "busy" ..."""


Change = Callable[[HangUp], HangUp]
"""What a sign makes of a line's settings."""


class Signs:
    """Listens to one line from the moment it is made; `found` or `failed` is called once."""

    def __init__(
        self,
        line: BorrowedLine,
        ear: Ear,
        timers: Timers,
        clock: Clock,
        found: Callable[[tuple[LineCheck, ...], Change], None],
        failed: Callable[[str], None],
    ) -> None:
        self.nothing = NOTHING
        """What to say when nothing is found in the end."""
        self._line, self._ear, self._timers, self._clock = line, ear, timers, clock
        self._found, self._failed = found, failed
        self._since, self._rest = clock.monotonic(), line.facts.reversed
        self._gone_at: float | None = None
        self._over = False
        self._stop_steady: Callable[[], None] = lambda: None
        self._stop_gap: Callable[[], None] = lambda: None
        self._task: asyncio.Task[None] | None = None
        self._stop_look = timers.start("T_learn_look", self._look)

    def stop(self) -> None:
        """Listen no more; nothing is called any more."""
        self._over = True
        self._stop_steady()
        self._stop_gap()
        self._stop_look()

    def polarity(self) -> None:
        """A reversal that stays is a sign; a battery drop may look like two."""
        self._stop_steady()
        self._stop_steady = self._timers.start("T_learn_steady", self._steady)

    def battery(self, *, there: bool) -> None:
        """A drop that ends is a sign; one that does not is a broken line."""
        if not there and self._gone_at is None:
            self._gone_at = self._clock.monotonic()
            self._stop_gap = self._timers.start("T_learn_gap", self._broken)
        elif there and self._gone_at is not None:
            gap_s = self._clock.monotonic() - self._gone_at
            self._gone_at = None
            self._stop_gap()
            if gap_s >= DROP_S:  # else the current of a reversal went through zero
                self._tell((LineCheck("battery_drop", Verdict.GOOD),), _with_battery)

    def _steady(self) -> None:
        if self._line.facts.reversed is not self._rest:
            self._tell((LineCheck("polarity_drop", Verdict.GOOD),), _with_polarity)

    def _broken(self) -> None:
        self.stop()
        self._failed("no_battery")

    def _look(self) -> None:
        self._stop_look = self._timers.start("T_learn_look", self._look)
        seconds = min(self._clock.monotonic() - self._since, HISTORY_S)
        if seconds >= LEAST_S and (self._task is None or self._task.done()):
            try:
                alaw = self._line.history(seconds)
            except MediaError:  # the engine lost the port; the other signs are left
                _LOGGER.exception("learning: nothing can be heard")
                return
            self._task = asyncio.get_running_loop().create_task(self._understand(alaw))

    async def _understand(self, alaw: bytes) -> None:
        tone = await asyncio.to_thread(self._ear.find_cadence, alaw)
        if tone is None or self._over:
            return
        other = self._other_tone(tone)
        if other:
            self.nothing = other
        elif tone.cycles >= CYCLES and _can_be_watched(tone):
            busy = _busy_tone(tone)
            self._tell(_checks(tone), lambda old: with_tone(old, busy))

    def _other_tone(self, tone: LearntTone) -> str:
        """Which tone it is that says nothing of a hang-up; empty: none of them."""
        tones = self._ear.country_tones()
        for name, problem in _NO_SIGN.items():
            if name in tones and _is(tone, tones[name]):
                return problem
        return "" if tone.cadence else "only_dial_tone"

    def _tell(self, checks: tuple[LineCheck, ...], change: Change) -> None:
        self.stop()
        self._found(checks, change)


def with_tone(old: HangUp, tone: BusyTone) -> HangUp:
    """Tones on, with this one in place of one like it, or of the oldest where there are many."""
    others = [known for known in old.tones if not _alike(known, tone)]
    return old.model_copy(update={"tone": True, "tones": (*others[-MOST_TONES + 1 :], tone)})


def _with_polarity(old: HangUp) -> HangUp:
    return old.model_copy(update={"polarity": True})


def _with_battery(old: HangUp) -> HangUp:
    return old.model_copy(update={"battery": True})


def _can_be_watched(tone: LearntTone) -> bool:
    low, high = FREQUENCY_HZ
    return (
        len(tone.frequencies) in (1, 2)
        and len(tone.cadence) == 2  # BusyTone has one burst in a cycle
        and all(low <= f <= high for f in tone.frequencies)
        and all(BURST_S[0] <= duration <= BURST_S[1] for duration in tone.cadence)
    )


def _busy_tone(tone: LearntTone) -> BusyTone:
    on_s, off_s = (round(seconds, 3) for seconds in tone.cadence)
    frequencies = tuple(round(f, 1) for f in tone.frequencies)
    return BusyTone(frequencies=frequencies, on_s=on_s, off_s=off_s)


def _checks(tone: LearntTone) -> tuple[LineCheck, ...]:
    first, *second = (round(frequency, 1) for frequency in tone.frequencies)
    return (
        LineCheck("tone", Verdict.GOOD, first, "Hz"),
        *(LineCheck("tone_second", Verdict.GOOD, other, "Hz") for other in second),
        LineCheck("tone_on", Verdict.GOOD, round(tone.cadence[0], 3), "s"),
        LineCheck("tone_off", Verdict.GOOD, round(tone.cadence[1], 3), "s"),
        LineCheck("tone_level", Verdict.GOOD, round(tone.level_dbm0, 1), "dBm0"),
    )


def _alike(one: BusyTone, other: BusyTone) -> bool:
    durations = ((one.on_s, other.on_s), (one.off_s, other.off_s))
    return _same_frequencies(one.frequencies, other.frequencies) and _same(durations)


def _is(tone: LearntTone, pattern: Pattern) -> bool:
    """Whether the tone is the country's: each burst with its pause is one of the pattern's.

    Frequencies count by their middle: a modulated tone may be heard as one or as two.
    """
    if (
        not tone.frequencies
        or abs(_middle(tone.frequencies) - _middle(pattern.frequencies)) > SAME_HZ
    ):
        return False
    if not pattern.cadence:
        return not tone.cadence
    known = _bursts(pattern.cadence)
    return bool(tone.cadence) and all(
        any(_same(((on, its_on), (off, its_off))) for its_on, its_off in known)
        for on, off in _bursts(tone.cadence)
    )


def _bursts(cadence: Sequence[float]) -> list[tuple[float, float]]:
    """Each burst with the pause behind it."""
    return list(zip(cadence[::2], cadence[1::2], strict=False))


def _same_frequencies(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = zip(sorted(one), sorted(other), strict=False)
    return len(one) == len(other) and all(abs(a - b) <= SAME_HZ for a, b in pairs)


def _middle(frequencies: Sequence[float]) -> float:
    return sum(frequencies) / len(frequencies)


def _same(durations: Sequence[tuple[float, float]]) -> bool:
    return all(abs(a - b) <= SAME_PART * max(a, b) for a, b in durations)
