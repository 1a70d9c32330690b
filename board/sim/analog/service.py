"""What the exchange does for one subscriber: tones, ringing, caller ID, answering, clearing.

Plain values that a test may change at any time; they count from the next thing that happens.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from board.sim.analog.caller_id import CallerIdStyle
from board.sim.analog.ringing import RINGS, RingStyle
from board.sim.progress_tones import Tone


class DialTone(StrEnum):
    """How dial tone comes; digits before it find no register and are lost."""

    IMMEDIATE = "immediate"
    """After `dial_tone_s`."""
    LATE = "late"
    """After `late_s`."""
    ABSENT = "absent"
    """Never: no register is free."""
    SILENT = "silent"
    """A register is there, but no tone."""
    STUTTER = "stutter"
    """The special dial tone: a message waits, calls are diverted."""


class Clear(StrEnum):
    """What a line shows when the far end of an answered call hangs up."""

    BUSY_TONE = "busy_tone"
    SILENCE_THEN_TONE = "silence_then_tone"
    """The tone after `silence_s`."""
    TONE_IN_SPEECH = "tone_in_speech"
    """Somebody goes on speaking, as in a conference."""
    POLARITY = "polarity"
    """A reversal, or the end of the one at the answer; then silence."""
    BATTERY_DROP = "battery_drop"
    """No voltage for `drop_ms`; then silence."""
    NOTHING = "nothing"


# Numbers of mainland China whose length is known; others end by the pause after the last digit.
NUMBERS_CN = (
    *("110", "119", "120", "122", "100??", "123??", "95???"),
    "1[3-9]?????????",
    "01[3-9]?????????",
    *("010????????", "02?????????"),
    "[2-8]???????",
)


@dataclass
class Service:
    """All times in seconds unless the name says otherwise."""

    country: str = "CN"
    """Of the tones (board.sim.progress_tones.ZONES)."""
    ring: RingStyle = field(default_factory=lambda: RINGS["CN"])
    caller_id: CallerIdStyle = field(default_factory=CallerIdStyle)

    dial_tone: DialTone = DialTone.IMMEDIATE
    dial_tone_s: float = 0.3
    late_s: float = 4.0
    first_digit_s: float = 10.0
    """Without one: congestion tone, then the howler."""
    between_digits_s: float = 4.0
    """After so long without a digit a number is complete."""
    numbers: tuple[str, ...] = NUMBERS_CN
    """Patterns of numbers that are complete at their last digit."""
    routing_s: float = 0.5
    """From the last digit to what follows."""

    ringback: bytes = b""
    """A-law music that the caller hears instead of ringback tone."""
    answer_polarity: bool = False
    """Reverse the pair when the called party answers a call of the box."""

    clear: Clear = Clear.BUSY_TONE
    clear_tone: Tone | None = None
    """Instead of the country's busy tone."""
    clear_tone_error: float = 0.0
    """0.02: that tone is 2 % too high."""
    silence_s: float = 10.0
    drop_ms: int = 400
    call_waiting: bool = False
    """Tell a line in conversation of a second caller, by caller ID type II."""
    release_s: float = 0.0
    """A box that was called and clears first: the caller stays so long (60 to 90 s in China)."""
    howler_after_s: float = 60.0
    """Off-hook with a tone for so long."""
    howler_s: float = 30.0

    ring_trip_ms: int = 100
    """From the loop current to the end of ringing."""
    clear_break_ms: int = 800
    """A longer break clears; DAHDI's flash is 750 ms, so that must not."""
