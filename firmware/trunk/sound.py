"""What analogue lines need of the engine.  `firmware.media.engine` has it; a test its fake.

The port of an analogue line is kept: caller ID is heard while the line is on-hook.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from firmware.contract.analog import BusyTone
from firmware.contract.ids import TrunkId
from firmware.contract.model import Language

Port = int
LEARNT = "learnt"
"""Name of a tone that was learnt on the line."""
BUSY_TONES = ("busy", "congestion", "unobtainable", LEARNT)
"""What exchanges send when the far end is gone, or was never to be had (E.180)."""


class Ears(Protocol):
    """Told what a line says."""

    def digit(self, digit: str) -> None:
        """A DTMF digit, while no call has the line."""

    def tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A watched tone is there: once, and again only after it was gone."""

    def voice(self) -> None:
        """Somebody began to speak: neither a watched tone nor steady noise."""

    def silence(self) -> None:
        """Neither side said anything for as long as was asked."""

    def caller_id(self, message: bytes) -> None:
        """An FSK message (type, length, payload), its checksum verified."""


class Sound(Protocol):
    """The verbs; `port` is what `keep_line` returned."""

    def keep_line(self, trunk: TrunkId, line: int, ears: Ears) -> Port:
        """The port of a line, opened once and kept; MediaError when it cannot be had."""

    def watch_tones(
        self, port: Port, names: Sequence[str], learnt: Sequence[BusyTone] = ()
    ) -> None:
        """Tell of these tones of the site's country, and of learnt ones; none ends it."""

    def watch_activity(self, port: Port, silence_s: float | None) -> None:
        """Tell of voice, and of silence of that length (0: never); None ends it."""

    def watch_caller_id(self, port: Port, *, on: bool) -> None:
        """Listen for FSK."""

    def cancel_echo(self, port: Port, *, on: bool) -> None:
        """Take the echo of what is sent out of what is heard."""

    def echo(self, port: Port) -> tuple[float, float]:
        """Echo return loss, and what the canceller adds to it, dB."""

    def history(self, port: Port, seconds: float) -> bytes:
        """What the line said last, A-law, 8000 samples a second."""

    def send_digits(self, port: Port, digits: str) -> None:
        """Send DTMF into the line, 100 ms each and 100 ms apart."""

    def hear(self, listener: Port, talkers: Sequence[tuple[Port, float]]) -> None:
        """What the line is sent: (talker, gain in dB)."""

    def open_player(self) -> Port:
        """A source of sound."""

    def close(self, port: Port) -> None:
        """Give a player back; of a kept port only what it heard and who listened end."""

    def play(
        self, player: Port, prompts: Sequence[str], language: Language, done: Callable[[], None]
    ) -> None:
        """Play prompts, then `done`."""

    def tone(self, player: Port, name: str) -> None:
        """Play a tone of the site's country."""

    def silence(self, player: Port) -> None:
        """Stop the player."""
