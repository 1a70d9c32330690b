"""Analogue lines in the engine: kept ports, tones, voice, silence, caller ID, echo.

The port of a line is opened once, as its caller ID is heard on-hook; a call gets the same port.
"""

import asyncio
import logging
import struct
from collections.abc import Callable, Sequence
from typing import Protocol

from cython_dsp.engine import EngineError, Find, FindKind
from cython_dsp.progress import TonePattern, zone_patterns
from firmware.contract.analog import BusyTone
from firmware.contract.ids import TrunkId
from firmware.errors import MediaError
from firmware.media.engine import EngineMedia
from firmware.media.port import Port

_LOGGER = logging.getLogger(__name__)
LEARNT = "learnt"
_TONE = struct.Struct("<ffff")
_CYCLES = 4
_LATE_S = 0.2
_SILENT_DBM0 = -45.0
_LOOK_S, _LOOKS = 0.5, 40
"""When the far end is silent for long, what we send is looked at for 20 s more."""


class Ears(Protocol):
    """Told what a line says (`firmware.trunk.sound.Ears`)."""

    def digit(self, digit: str) -> None:
        """A DTMF digit, while no call has the line."""

    def tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A watched tone is there."""

    def voice(self) -> None:
        """Somebody began to speak."""

    def silence(self) -> None:
        """Neither side said anything for as long as was asked."""

    def caller_id(self, message: bytes) -> None:
        """An FSK message, its checksum verified."""


class LineMedia:
    """`firmware.trunk.sound.Sound` on the engine."""

    def __init__(self, media: EngineMedia, country: Callable[[], str]) -> None:
        """`country` decides what the tones sound like."""
        self._media, self._country = media, country
        self._engine = media.engine
        self._names: dict[Port, tuple[str, ...]] = {}
        self._watched_at: dict[Port, float] = {}
        self._silence: dict[Port, float | None] = {}
        self._looking: dict[Port, asyncio.TimerHandle] = {}
        self.open_player, self.close, self.hear = media.open_player, media.close, media.hear
        self.play, self.tone, self.silence = media.play, media.tone, media.silence
        self.send_digits = media.send_digits

    def keep_line(self, trunk: TrunkId, line: int, ears: Ears) -> Port:
        """Time slot `line` - 1 of the board; MediaError."""
        port = self._media.keep_channel(trunk, line, line - 1, ears.digit)
        finds = self._media.finds
        finds.on(FindKind.TONE, lambda find: self._tone(find, ears), port)
        finds.on(FindKind.VOICE, lambda _find: ears.voice(), port)
        finds.on(FindKind.SILENCE, lambda _find: self._look(port, ears, _LOOKS), port)
        finds.on(FindKind.CALLER_ID, lambda find: ears.caller_id(find.data[1:]), port)
        return port

    def watch_tones(
        self, port: Port, names: Sequence[str], learnt: Sequence[BusyTone] = ()
    ) -> None:
        """Tones of the site's country by name, and those learnt on the line."""
        zone = zone_patterns(self._country())
        wanted = [(name, zone[name]) for name in names if name in zone]
        if LEARNT in names:
            wanted += [(LEARNT, pattern) for pattern in map(_pattern, learnt) if pattern]
        self._watched_at[port] = self._media.finds.now()
        self._names[port] = tuple(name for name, _ in wanted)
        patterns = [pattern for _, pattern in wanted]
        self._do("watch_tones", port, lambda: self._engine.watch_tones(port, patterns))

    def watch_activity(self, port: Port, silence_s: float | None) -> None:
        """Voice, and silence of both sides."""
        self._stop_looking(port)
        self._silence[port] = silence_s
        self._do("watch_activity", port, lambda: self._engine.watch_activity(port, silence_s))

    def watch_caller_id(self, port: Port, *, on: bool) -> None:
        """FSK."""
        self._do("watch_caller_id", port, lambda: self._engine.watch_caller_id(port, on))

    def cancel_echo(self, port: Port, *, on: bool) -> None:
        """Echo of what the line is sent."""
        self._do("cancel_echo", port, lambda: self._engine.cancel_echo(port, on))

    def echo(self, port: Port) -> tuple[float, float]:
        """Echo return loss and its enhancement, dB; 0 where unknown."""
        try:
            return self._engine.echo(port)
        except EngineError:
            return 0.0, 0.0

    def history(self, port: Port, seconds: float) -> bytes:
        """A-law, at most 8 s."""
        try:
            return self._engine.history(port, seconds)
        except (EngineError, ValueError) as error:
            raise MediaError(str(error)) from error

    def _tone(self, find: Find, ears: Ears) -> None:
        names = self._names.get(find.port, ())
        if find.value >= len(names):  # of what was watched before
            return
        hertz, _, dbm0, seconds = _TONE.unpack(find.data[: _TONE.size])
        name = names[find.value]
        elapsed = self._media.finds.now() - self._watched_at[find.port]
        if name == "ringback" and seconds > elapsed + _LATE_S:
            return  # the dial tone and what followed it
        ears.tone(name, hertz, dbm0)

    def _look(self, port: Port, ears: Ears, left: int) -> None:
        """The far end is silent; music, prompts and an agent who talks are no silence."""
        self._stop_looking(port)
        try:
            _, heard = self._engine.level(port)
        except EngineError:
            return
        if heard > _SILENT_DBM0:
            self.watch_activity(port, self._silence.get(port))
        elif left == 0:
            ears.silence()
        else:
            loop = asyncio.get_running_loop()
            self._looking[port] = loop.call_later(_LOOK_S, self._look, port, ears, left - 1)

    def _stop_looking(self, port: Port) -> None:
        handle = self._looking.pop(port, None)
        if handle is not None:
            handle.cancel()

    def _do(self, name: str, port: Port, do: Callable[[], None]) -> None:
        try:
            do()
        except (EngineError, ValueError):
            self._media.counters[f"failed {name}"] += 1
            _LOGGER.exception("media(%d): %s failed", port, name)


def _pattern(tone: BusyTone) -> TonePattern | None:
    """None for a tone beyond what can be heard: the settings allow a little more."""
    try:
        return TonePattern(tone.frequencies, (tone.on_s, tone.off_s), _CYCLES)
    except ValueError as error:
        _LOGGER.warning("media: a learnt tone cannot be watched: %s", error)
        return None
