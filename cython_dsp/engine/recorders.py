"""Two-channel recordings: left is one port's voice, right another's."""

import os
from pathlib import Path

from cython_dsp.engine.core import Op
from cython_dsp.engine.errors import EngineError
from cython_dsp.engine.part import Part

FRAMES_PER_SECOND = 8000
MAX_SECONDS = 86_400


class Recorders(Part):
    """Files are A-law WAV (format tag 6), valid at any instant, 0.5 s behind at most."""

    def record(
        self, path: str | os.PathLike[str], left_port: int, right_port: int, max_seconds: float
    ) -> int:
        """Begin a recording in a new file and return its number; RECORD_DONE is its last find.

        A port of 0, or one that is closed meanwhile, is silence.  Raises OSError when the file
        cannot be made (one that exists is never touched).  May block while the file is made.
        """
        for port in (left_port, right_port):
            if port:
                self._ports.check(port)
        if not 0 < max_seconds <= MAX_SECONDS:
            raise ValueError(f"above 0 and at most {MAX_SECONDS} s")
        recorder = self._recorders.take()
        try:
            self._begin(
                recorder, path, left_port, right_port, round(max_seconds * FRAMES_PER_SECOND)
            )
        except (OSError, EngineError):
            self._recorders.give_back(recorder)
            raise
        return recorder

    def _begin(
        self, recorder: int, path: str | os.PathLike[str], left: int, right: int, frames: int
    ) -> None:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        try:
            error = self._core.prepare_recorder(recorder, fd)
            if error:
                raise OSError(error, os.strerror(error), os.fspath(path))
            self._do(Op.RECORD, recorder, left, right, frames)
        except (OSError, EngineError):
            os.close(fd)
            Path(path).unlink()
            raise

    def retap_record(self, recorder: int, left_port: int, right_port: int) -> None:
        """Go on with other ports, as after a transfer."""
        for port in (left_port, right_port):
            if port:
                self._ports.check(port)
        self._do(Op.RECORD_TAP, self._recorders.check(recorder), left_port, right_port)

    def pause_record(self, recorder: int, on: bool) -> None:  # noqa: FBT001  on or off is its meaning
        """Put silence in the place of what is said; cue points mark where it began and ended."""
        self._do(Op.RECORD_PAUSE, self._recorders.check(recorder), int(on))

    def stop_record(self, recorder: int) -> None:
        """End a recording; RECORD_DONE tells when its file is closed and on the disk."""
        self._do(Op.RECORD_STOP, self._recorders.check(recorder))
