"""What goes wrong: the words of `fault`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from hil_tests.play.words import Word

_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86_400.0, "year": 365.25 * 86_400.0}
_FURTHEST_S = 20 * _UNITS["year"]
SpanName = Literal["e1", "e1-2"]
BoardName = Literal["e1", "e1-2", "analog"]
ALARMS = ("los", "lfa", "ais", "rai", "lomf")


def _jump(value: object) -> float:
    parts = str(value).split()
    try:
        number, unit = parts
        seconds = float(number) * _UNITS[unit if unit in _UNITS else unit.rstrip("s")]
    except (ValueError, KeyError):
        raise ValueError('wanted is "+1 h", "-10 years", "90 s" (s, min, h, days, years)') from None
    if not abs(seconds) <= _FURTHEST_S:
        raise ValueError("at most 20 years")
    return seconds


class Fault(Word):
    """Base of all faults."""

    apart: ClassVar[bool] = True
    """Whether the box must be a process of its own for it."""


class AlarmOnSpan(Fault):
    """Let an E1 line have an alarm (los, lfa, ais, rai, lomf), or none again."""

    word, apart, example = "alarm", False, "fault: {alarm: los, on: e1}"
    alarm: Literal["los", "lfa", "ais", "rai", "lomf", "none"]
    on: SpanName = "e1"


class DChannel(Fault):
    """Lose the signalling (D-channel) of an E1 line while speech goes on, or give it back."""

    word, apart, example = "d-channel", False, "fault: {d-channel: cut, on: e1}"
    what: Literal["cut", "back"] = Field(alias="d-channel")
    on: SpanName = "e1"


class Unplug(Fault):
    """Pull a board: e1, e1-2 or analog."""

    word, example = "unplug", "fault: {unplug: e1}"
    board: BoardName = Field(alias="unplug")


class Plug(Fault):
    """Put a board back."""

    word, example = "plug in", "fault: {plug in: e1}"
    board: BoardName = Field(alias="plug in")


class Kill(Fault):
    """Kill a process; it is started again as the box does it."""

    word, example = "kill", "fault: {kill: callboxd}"
    process: Literal["callboxd", "callbox-isdn", "e1", "e1-2", "analog"] = Field(alias="kill")


class Disk(Fault):
    """Let the disk be full, slow (each write stands still for 5 s), or fine again."""

    word, example = "disk", "fault: {disk: full}"
    disk: Literal["full", "slow", "fine"]


class CutPower(Fault):
    """Everything of the box is off at once."""

    word, example = "cut power", "fault: cut power"
    nothing: None = Field(default=None, alias="cut power")


class PowerOn(Fault):
    """The box starts again."""

    word, example = "power on", "fault: power on"
    nothing: None = Field(default=None, alias="power on")


class StepClock(Fault):
    """Set the box's clock forward or back; the time of the story goes on as it was."""

    word, example = "step clock", "fault: {step clock: +1 h}"
    seconds: Annotated[float, BeforeValidator(_jump)] = Field(alias="step clock")


FAULTS: tuple[type[Fault], ...] = tuple(Fault.__subclasses__())


def names(fault: Fault) -> dict[str, Any]:
    """The fields as they are told."""
    return fault.model_dump(by_alias=True, exclude_none=True)
