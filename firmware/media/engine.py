"""The verbs of sound, done by the engine of cython_dsp; its finds become calls in the loop."""

import logging
import os
from collections.abc import Callable, Sequence

from cython_dsp.engine import Engine, EngineError, Find, FindKind
from firmware.contract.ids import TrunkId
from firmware.contract.model import Language
from firmware.errors import MediaError
from firmware.media.clips import Clips
from firmware.media.port import Hears, Port
from firmware.media.recorders import NO_PORT, Recorders

_LOGGER = logging.getLogger(__name__)
PLAY_MAX = 64


class EngineMedia(Recorders):
    """`Media` on one engine.  Belongs to the loop; the engine has its own thread or is stepped."""

    def __init__(self, engine: Engine, clips: Clips, zone: Callable[[], str]) -> None:
        """`zone` is the country whose call-progress tones are played."""
        super().__init__(engine)
        self._clips, self._zone = clips, zone
        self._boards: dict[TrunkId, int] = {}
        self._kept: dict[tuple[TrunkId, int], Port] = {}
        self._at_rest: dict[Port, Callable[[str], None]] = {}
        self.finds.on(FindKind.NOTICE, self._notice)

    def set_board(self, trunk: TrunkId, board: int) -> None:
        """The channels of this trunk are time slots of that board."""
        self._boards[trunk] = board

    def open_channel(self, trunk: TrunkId, channel: int) -> Port:
        """The time slot of a B-channel, or the kept port of an analogue line."""
        kept = self._kept.get((trunk, channel))
        return self._open(trunk, channel) if kept is None else kept

    def keep_channel(
        self, trunk: TrunkId, channel: int, slot: int, at_rest: Callable[[str], None]
    ) -> Port:
        """Open a port for good; `at_rest` gets its digits while no call has it."""
        port = self._kept.get((trunk, channel))
        if port is None:
            port = self._kept[trunk, channel] = self._open(trunk, slot, history=True)
        self._at_rest[port] = at_rest
        self.on_digit(port, at_rest)
        return port

    def open_player(self) -> Port:
        """A source of sound, or NO_PORT."""
        try:
            return self.engine.open_player()
        except EngineError:
            self.counters["no player"] += 1
            _LOGGER.exception("media: no player")
            return NO_PORT

    def close(self, port: Port) -> None:
        """Give a port back; a kept one only says and hears nothing any more."""
        if port in self._at_rest:
            self.hear(port, ())
            self.on_digit(port, self._at_rest[port])
            return
        for kind in (FindKind.DIGIT, FindKind.PLAY_DONE):
            self.finds.off(kind, port)
        self._command("close", port, lambda: self.engine.close(port))

    def hear(self, listener: Port, talkers: Hears) -> None:
        """Replace what `listener` hears."""
        real = [(talker, gain) for talker, gain in talkers if talker != NO_PORT]
        self._command("hear", listener, lambda: self.engine.hear(listener, real))

    def on_digit(self, port: Port, got: Callable[[str], None]) -> None:
        """Call `got` for each key."""
        self.finds.on(FindKind.DIGIT, lambda find: got(chr(find.value)), port)

    def play(
        self, player: Port, prompts: Sequence[str], language: Language, done: Callable[[], None]
    ) -> None:
        """Play prompts; those without a clip are left out."""
        clips = self._clips.find(prompts, language)[:PLAY_MAX]
        if player == NO_PORT or not clips:
            self.finds.off(FindKind.PLAY_DONE, player)
            self.finds.soon(done)
            return
        self._command("play", player, lambda: self._play(player, clips, done))

    def music(self, player: Port) -> None:
        """Play the music of the box, from its beginning, again and again."""
        clips = self._clips.find(["music"], Language.ZH_CN)
        if clips:
            self._command("music", player, lambda: self._loop_clips(player, clips))

    def tone(self, player: Port, name: str) -> None:
        """Play a tone of the site's country."""
        self._command("tone", player, lambda: self.engine.tone(player, self._zone(), name))

    def silence(self, player: Port) -> None:
        """Stop the player."""
        self.finds.off(FindKind.PLAY_DONE, player)
        self._command("silence", player, lambda: self.engine.silence(player))

    def level_voice(self, port: Port, *, on: bool) -> None:
        """Of a browser's leg."""
        self._command("level_voice", port, lambda: self.engine.level_voice(port, on))

    def speech(self, port: Port) -> float:
        """How loud somebody speaks at a channel or telephone: dBm0 (ITU-T P.56), -90: not at all.

        Looked at each second, and the last seconds count most.
        """
        return self.engine.speech(port).dbm0

    def send_digits(self, port: Port, digits: str) -> None:
        """DTMF into the channel."""
        self._command("send_digits", port, lambda: self.engine.send_digits(port, digits))

    def _open(self, trunk: TrunkId, slot: int, *, history: bool = False) -> Port:
        board = self._boards.get(trunk)
        if board is None:
            raise MediaError(f"trunk {trunk} has no board")
        try:
            return self.engine.open_tdm(board, slot, history=history)
        except (EngineError, ValueError) as error:
            raise MediaError(f"slot {slot}: {error}") from error

    def _play(self, player: Port, clips: Sequence[int], done: Callable[[], None]) -> None:
        number = self.engine.play(player, clips)

        def ended(find: Find) -> None:
            if find.value == number:  # else a play that this one replaced
                self.finds.off(FindKind.PLAY_DONE, player)
                done()

        self.finds.on(FindKind.PLAY_DONE, ended, player)

    def _loop_clips(self, player: Port, clips: Sequence[int]) -> None:
        self.finds.off(FindKind.PLAY_DONE, player)
        self.engine.play(player, clips, loop=True)

    def _notice(self, find: Find) -> None:
        what = find.data.decode("ascii", "replace")
        _LOGGER.warning("media: %s is not to be had: %s", what, os.strerror(find.value))
