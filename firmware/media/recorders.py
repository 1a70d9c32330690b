"""What every verb of sound needs, and the verbs of recording: a part of `EngineMedia`."""

import logging
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cython_dsp.engine import Engine, EngineError, Find, FindKind
from firmware.errors import MediaError
from firmware.media.finds import Finds
from firmware.media.port import Port

_LOGGER = logging.getLogger(__name__)
NO_PORT: Port = 0
"""Stands for a player that the engine had no place for: it is silent."""
RECORD_MAX_S = 4 * 3600.0


class Recorders:
    """Recorders of one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.counters: Counter[str] = Counter()
        self.finds = Finds(engine)
        self.finds.on(FindKind.RECORD_LOST, self._record_lost)

    def record(self, path: Path, left: Port, right: Port, done: Callable[[int], None]) -> int:
        """Begin a file; MediaError or OSError."""
        try:
            recorder = self.engine.record(path, left, right, RECORD_MAX_S)
        except (EngineError, ValueError) as error:
            raise MediaError(str(error)) from error

        def ended(find: Find) -> None:
            self.finds.off(FindKind.RECORD_DONE, recorder)
            done(find.value)

        self.finds.on(FindKind.RECORD_DONE, ended, recorder)
        return recorder

    def retap_record(self, recorder: int, left: Port, right: Port) -> None:
        """Go on with other ports."""
        self._command("retap", recorder, lambda: self.engine.retap_record(recorder, left, right))

    def stop_record(self, recorder: int) -> None:
        """End the file."""
        self._command("stop_record", recorder, lambda: self.engine.stop_record(recorder))

    def _command(self, name: str, port: int, do: Callable[[], object]) -> None:
        """Do it; what the engine refuses is logged and counted, a call never fails by it."""
        if port == NO_PORT:
            return
        try:
            do()
        except (EngineError, ValueError, OSError):
            self.counters[f"failed {name}"] += 1
            _LOGGER.exception("media(%d): %s failed", port, name)

    def _record_lost(self, find: Find) -> None:
        number = int.from_bytes(find.data[:4], "little")
        why = os.strerror(number) if number else "audio came late or the disk is slow"
        _LOGGER.error("media: recorder %d lost %d frames: %s", find.port, find.value, why)
