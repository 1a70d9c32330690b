"""The verbs of sound, done by the engine of cython_dsp; its finds become calls in the loop."""

import asyncio
import errno
import logging
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from cython_dsp.engine import Engine, EngineError, Find, FindKind
from firmware.contract.ids import TrunkId
from firmware.contract.model import Language
from firmware.errors import MediaError
from firmware.media.clips import Clips
from firmware.media.port import Hears, Port

_LOGGER = logging.getLogger(__name__)
NO_PORT: Port = 0
"""Stands for a player that the engine had no place for: it is silent."""
RECORD_MAX_S = 4 * 3600.0
PLAY_MAX = 64
Taker = Callable[[Find], None]


class EngineMedia:
    """`Media` on one engine.  Belongs to the loop; the engine has its own thread or is stepped."""

    def __init__(self, engine: Engine, clips: Clips, zone: Callable[[], str]) -> None:
        """`zone` is the country whose call-progress tones are played."""
        self.engine = engine
        self.counters: Counter[str] = Counter()
        self._clips, self._zone = clips, zone
        self._loop: asyncio.AbstractEventLoop | None = None
        self._boards: dict[TrunkId, int] = {}
        self._takers: dict[tuple[FindKind, int], Taker] = {}
        self._common: dict[FindKind, Taker] = {
            FindKind.NOTICE: self._notice,
            FindKind.RECORD_LOST: self._record_lost,
        }

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take finds from now on."""
        self._loop = loop
        loop.add_reader(self.engine.fileno(), self.drain)

    def stop(self) -> None:
        """Take no more finds."""
        if self._loop is not None:
            self._loop.remove_reader(self.engine.fileno())
            self._loop = None

    def drain(self) -> None:
        """Hand every waiting find to its owner, each in a turn of its own.

        So a mistake in one call's handling stays with that call.
        """
        for find in self.engine.finds():
            if self._loop is not None:
                self._loop.call_soon(self._give, find)

    def _give(self, find: Find) -> None:
        taker = self._takers.get((find.kind, find.port)) or self._common.get(find.kind)
        if taker is not None:
            taker(find)

    def on(self, kind: FindKind, taker: Taker, port: int | None = None) -> None:
        """Give finds of this kind (of one port, board or recorder) to `taker`."""
        if port is None:
            self._common[kind] = taker
        else:
            self._takers[kind, port] = taker

    def set_board(self, trunk: TrunkId, board: int) -> None:
        """The channels of this trunk are time slots of that board."""
        self._boards[trunk] = board

    def open_channel(self, trunk: TrunkId, channel: int) -> Port:
        """The time slot of a B-channel."""
        board = self._boards.get(trunk)
        if board is None:
            raise MediaError(f"trunk {trunk} has no board")
        try:
            return self.engine.open_tdm(board, channel)
        except (EngineError, ValueError) as error:
            raise MediaError(f"channel {channel}: {error}") from error

    def open_player(self) -> Port:
        """A source of sound, or NO_PORT."""
        try:
            return self.engine.open_player()
        except EngineError:
            self.counters["no player"] += 1
            _LOGGER.exception("media: no player")
            return NO_PORT

    def close(self, port: Port) -> None:
        """Give a port back."""
        for kind in (FindKind.DIGIT, FindKind.PLAY_DONE, FindKind.DIGITS_SENT):
            self._takers.pop((kind, port), None)
        self._command("close", port, lambda: self.engine.close(port))

    def hear(self, listener: Port, talkers: Hears) -> None:
        """Replace what `listener` hears."""
        real = [(talker, gain) for talker, gain in talkers if talker != NO_PORT]
        self._command("hear", listener, lambda: self.engine.hear(listener, real))

    def on_digit(self, port: Port, got: Callable[[str], None]) -> None:
        """Call `got` for each key."""
        self.on(FindKind.DIGIT, lambda find: got(chr(find.value)), port)

    def play(
        self, player: Port, prompts: Sequence[str], language: Language, done: Callable[[], None]
    ) -> None:
        """Play prompts; those without a clip are left out."""
        clips = self._clips.find(prompts, language)[:PLAY_MAX]
        if player == NO_PORT or not clips:
            self._takers.pop((FindKind.PLAY_DONE, player), None)
            self._soon(done)
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
        self._takers.pop((FindKind.PLAY_DONE, player), None)
        self._command("silence", player, lambda: self.engine.silence(player))

    def send_digits(self, port: Port, digits: str) -> None:
        """DTMF into the channel."""
        self._command("send_digits", port, lambda: self.engine.send_digits(port, digits))

    def record(self, path: Path, left: Port, right: Port, done: Callable[[int], None]) -> int:
        """Begin a file; MediaError or OSError."""
        try:
            recorder = self.engine.record(path, left, right, RECORD_MAX_S)
        except (EngineError, ValueError) as error:
            raise MediaError(str(error)) from error

        def ended(find: Find) -> None:
            self._takers.pop((FindKind.RECORD_DONE, recorder), None)
            done(find.value)

        self.on(FindKind.RECORD_DONE, ended, recorder)
        return recorder

    def retap_record(self, recorder: int, left: Port, right: Port) -> None:
        """Go on with other ports."""
        self._command("retap", recorder, lambda: self.engine.retap_record(recorder, left, right))

    def stop_record(self, recorder: int) -> None:
        """End the file."""
        self._command("stop_record", recorder, lambda: self.engine.stop_record(recorder))

    def _play(self, player: Port, clips: Sequence[int], done: Callable[[], None]) -> None:
        number = self.engine.play(player, clips)

        def ended(find: Find) -> None:
            if find.value == number:  # else a play that this one replaced
                self._takers.pop((FindKind.PLAY_DONE, player), None)
                done()

        self.on(FindKind.PLAY_DONE, ended, player)

    def _loop_clips(self, player: Port, clips: Sequence[int]) -> None:
        self._takers.pop((FindKind.PLAY_DONE, player), None)
        self.engine.play(player, clips, loop=True)

    def _command(self, name: str, port: int, do: Callable[[], object]) -> None:
        """Do it; what the engine refuses is logged and counted, a call never fails by it."""
        if port == NO_PORT:
            return
        try:
            do()
        except (EngineError, ValueError, OSError):
            self.counters[f"failed {name}"] += 1
            _LOGGER.exception("media(%d): %s failed", port, name)

    def _soon(self, done: Callable[[], None]) -> None:
        (self._loop or asyncio.get_running_loop()).call_soon(done)

    def _notice(self, find: Find) -> None:
        what = find.data.decode("ascii", "replace")
        _LOGGER.warning("media: %s is not to be had: %s", what, os.strerror(find.value))

    def _record_lost(self, find: Find) -> None:
        number = int.from_bytes(find.data[:4], "little") or errno.EIO
        _LOGGER.error(
            "media: recorder %d lost %d frames: %s", find.port, find.value, os.strerror(number)
        )
