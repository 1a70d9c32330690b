"""The configuration of analogue lines (FXO): per line, as every line is another."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from firmware.contract.part import Part


class BusyTone(Part):
    """A tone that means that the far end is gone, learnt on a line."""

    frequencies: tuple[Annotated[float, Field(ge=200, le=2000)], ...] = Field(
        default=(450.0,), min_length=1, max_length=2
    )
    """One or two, in Hz."""
    on_s: float = Field(default=0.35, ge=0.05, le=10)
    off_s: float = Field(default=0.35, ge=0.05, le=10)


class HangUp(Part):
    """By what the box notices that the far end of an analogue line hung up."""

    polarity: bool = True
    """A reversal after the answer that lasts."""
    battery: bool = True
    """The exchange takes the voltage away for 100 ms or more."""
    tone: bool = True
    """Busy or congestion tone, four cycles."""
    tones: tuple[BusyTone, ...] = Field(default=(), max_length=4)
    """Learnt on this line, beside those of the country."""
    silence_s: float = Field(default=120.0, ge=0, le=3600)
    """Nobody says anything for so long; 0: never."""
    longest_s: float = Field(default=14400.0, ge=60, le=86400)
    """No call lasts longer."""


Impedance = Literal[
    "country", "fcc", "tbr21", "china", "uk", "australia", "japan", "global", "new_zealand", "india"
]


class AnalogLine(Part):
    """One analogue line."""

    number: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    """Its own number: calls arrive under it."""
    enabled: bool = True
    caller_id: Literal["auto", "fsk", "dtmf", "none"] = "auto"
    """How the exchange sends the caller's number; auto listens for both."""
    wait_caller_id: bool = True
    """Answer only when the caller's number is there, or after the second ring."""
    outgoing: bool = True
    """Agents' calls may take it."""
    dialling: Literal["dtmf", "pulse"] = "dtmf"
    dial_tone_s: float = Field(default=5.0, ge=1, le=30)
    """How long to wait for dial tone."""
    answer_polarity: bool = False
    """The carrier reverses the polarity when the called party answers (an ordered service)."""
    impedance: Impedance = "country"
    receive_gain_db: float = Field(default=0.0, ge=-12, le=12)
    transmit_gain_db: float = Field(default=0.0, ge=-12, le=12)
    hang_up: HangUp = HangUp()


LineKey = Annotated[str, StringConstraints(pattern=r"^([1-9]|1[0-6])$")]


class AnalogTrunk(Part):
    """A board with analogue lines (FXO)."""

    name: str = Field(default="FXO", min_length=1, max_length=80)
    board: str = Field(default="", max_length=200)
    """Serial port or USB serial number of the board; empty takes the first one found."""
    lines: dict[LineKey, AnalogLine] = Field(default_factory=dict)
    """By socket of the board, 1 to 16."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Numbers of the lines."""
        return tuple(line.number for line in self.lines.values() if line.number)
