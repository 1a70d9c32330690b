"""The verbs of sound that call control uses.  `firmware.media.engine` does them for real.

A port is a number that names one audio endpoint.  Nothing here waits: a command takes
effect at the engine's next tick, what comes back (a key, the end of a prompt) is a call
in the loop.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from firmware.contract.ids import TrunkId
from firmware.contract.model import Language

Port = int
Hears = Sequence[tuple[Port, float]]


class Media(Protocol):
    """All of sound."""

    def open_channel(self, trunk: TrunkId, channel: int) -> Port:
        """The B-channel `channel` (1 to 31) of a trunk, or an analogue line (1 to 16).

        MediaError when that is not possible.
        """

    def open_player(self) -> Port:
        """A source of prompts, music and tones; a silent one when the engine has no place."""

    def close(self, port: Port) -> None:
        """Give a port back; what it heard, said or played ends."""

    def hear(self, listener: Port, talkers: Hears) -> None:
        """Let `listener` hear exactly these (talker, gain in dB) from the next tick on."""

    def on_digit(self, port: Port, got: Callable[[str], None]) -> None:
        """Call `got` for each DTMF key that this port says."""

    def play(
        self, player: Port, prompts: Sequence[str], language: Language, done: Callable[[], None]
    ) -> None:
        """Play prompts by id, one after the other; `done` once, unless something replaces them.

        A prompt that has no clip is left out (logged): a caller is never lost over a file.
        """

    def music(self, player: Port) -> None:
        """Play music until something else is played."""

    def tone(self, player: Port, name: str) -> None:
        """Play a call-progress tone of the site's country (or "beep") until silenced."""

    def silence(self, player: Port) -> None:
        """Stop what this player plays."""

    def level_voice(self, port: Port, *, on: bool) -> None:
        """Bring who speaks at a telephone's `port` to the usual level, or leave him as he is."""

    def send_digits(self, port: Port, digits: str) -> None:
        """Send DTMF to the far end of `port`."""

    def record(self, path: Path, left: Port, right: Port, done: Callable[[int], None]) -> int:
        """Begin a two-channel file; returns a recorder.  `done` gets its frames at the end.

        MediaError or OSError when that is not possible.
        """

    def retap_record(self, recorder: int, left: Port, right: Port) -> None:
        """Go on with other ports."""

    def stop_record(self, recorder: int) -> None:
        """End the file; `done` follows when it is on the disk."""
