"""Prompts and music from locked memory, call-progress tones."""

import os
import struct
from collections.abc import Sequence

from cython_dsp.engine.core import Op
from cython_dsp.engine.errors import EngineError, NoRoom, UnknownHandle
from cython_dsp.engine.part import Part

PLAY_MAX = 64  # clips in one play
ZONES = ("CN", "US", "GB", "TW", "HK", "SG", "MY", "DE", "FR", "JP", "AU", "IN")
TONES = (
    "dial",
    "ringback",
    "busy",
    "congestion",
    "unobtainable",
    "reorder",
    "call_waiting",
    "special",
    "beep",
)


class Players(Part):
    """A player is a talker: connect listeners to it by hear()."""

    def load_clip(self, alaw: bytes) -> int:
        """Return a new clip with a copy of these A-law samples (8 kHz) in locked memory."""
        if not alaw:
            raise ValueError("a clip has at least one sample")
        if sum(self._clip_bytes.values()) + len(alaw) > self._sample_room:
            raise NoRoom("the memory for clips is full")
        clip = self._clips.take()
        error = self._core.load_clip(clip, alaw)
        if error:
            self._clips.give_back(clip)
            raise OSError(error, os.strerror(error))
        self._clip_bytes[clip] = len(alaw)
        return clip

    def unload_clip(self, clip: int) -> None:
        """Forget a clip; its memory is free again when no player plays it any more."""
        self._clips.check(clip)
        if clip not in self._clip_bytes or clip in self._dying:
            raise UnknownHandle(f"no clip {clip}")
        self._do(Op.UNLOAD, clip)
        self._dying.add(clip)

    def open_player(self) -> int:
        """Return a new port that says nothing yet."""
        port = self._ports.take()
        try:
            self._do(Op.OPEN_PLAYER, port)
        except EngineError:
            self._ports.give_back(port)
            raise
        self._players.add(port)
        return port

    def play(self, player: int, clips: Sequence[int], *, loop: bool = False) -> int:
        """Say 1 to 64 clips without a gap instead of what was said before.

        Returns the number that PLAY_DONE will carry; a loop is never done, nor is what another
        play(), tone() or silence() ends.
        """
        self._check_player(player)
        if not 1 <= len(clips) <= PLAY_MAX:
            raise ValueError(f"1 to {PLAY_MAX} clips")
        for clip in clips:
            if clip in self._dying:
                raise UnknownHandle(f"no clip {clip}")
            self._clips.check(clip)
        self._plays += 1
        data = struct.pack(f"={len(clips)}i", *clips)
        self._do(Op.PLAY, player, int(loop), 0, self._plays, data)
        return self._plays

    def tone(self, player: int, zone: str, name: str) -> None:
        """Say a call-progress tone of a country (`ZONES`, `TONES`) until silence() or play()."""
        self._check_player(player)
        if zone not in ZONES or name not in TONES:
            raise ValueError(f"no tone {name} of {zone}")
        data = zone.encode() + b"\0" + name.encode() + b"\0"
        self._do(Op.TONE, player, len(zone) + 1, data=data)

    def silence(self, player: int) -> None:
        """Say nothing from the next tick on; no PLAY_DONE follows."""
        self._check_player(player)
        self._do(Op.SILENCE, player)

    def _check_player(self, player: int) -> None:
        if player not in self._players:
            raise UnknownHandle(f"no player {player}")

    def _forget_clip(self, clip: int) -> None:
        self._core.unload_clip(clip)
        self._clips.give_back(clip)
        self._dying.discard(clip)
        del self._clip_bytes[clip]
