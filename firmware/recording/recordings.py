"""Recording of conversations: which, into which file, and the proof that it is complete."""

import asyncio
import datetime
import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from firmware.contract.config import Config
from firmware.contract.events import AlarmChanged, Event, RecordingStarted, RecordingStopped
from firmware.contract.ids import AgentId, CallId, RecordingId
from firmware.contract.model import Direction
from firmware.errors import MediaError
from firmware.fsm import Timers
from firmware.media.port import Media
from firmware.recording.seals import Sealed, seal
from firmware.recording.stored import Record
from firmware.switching.call import Call
from firmware.switching.connection import Connection

_LOGGER = logging.getLogger(__name__)
_HEAD_BYTES = 4096  # the data chunk begins in them
_FRAME_BYTES = 2  # one A-law sample of each channel


def wanted(config: Config, call: Call) -> bool:
    """The rule: a queue's own for calls from a queue, `agents_record` for calls agents make."""
    story = call.story
    if story.direction is Direction.OUTBOUND or story.queue is None:
        return config.outbound.agents_record
    queue = config.queues.get(story.queue)
    return queue is None or queue.record


@dataclass
class Running:
    """A file that is being written."""

    recording: RecordingId
    recorder: int
    call: CallId
    path: Path
    agent: AgentId | None = None


class Recordings:
    """All running recordings; a `Tap` of call control.  `folder` gets YYYY/MM/DD below it."""

    def __init__(
        self, folder: Path, media: Media, timers: Timers, emit: Callable[[Event], object]
    ) -> None:
        self._folder, self._media, self._timers, self._emit = folder, media, timers, emit
        self._running: dict[CallId, Running] = {}
        self._finishing: dict[RecordingId, Running] = {}
        self._counts: dict[CallId, int] = {}
        self._again: dict[CallId, Callable[[], None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stops: dict[RecordingId, Callable[[], None]] = {}
        self._troubled = False
        self._head = ""

    def begin(self, call: Call, agent: Connection) -> bool:
        """Two people talk: record them if the rule says so.  A full disk never stops a call.

        A recording of this agent that runs already goes on; one that cannot be begun is tried
        again every T_record_again.
        """
        running = self._running.get(call.id)
        if running is not None and running.agent == agent.agent:
            return True
        self.end(call)
        if not wanted(call.office.settings(), call):
            return False
        number = self._counts[call.id] = self._counts.get(call.id, 0) + 1
        recording = RecordingId(f"{call.id}-{number}")
        path = self._path(call, recording)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            recorder = self._media.record(
                path, call.caller.port, agent.port, lambda frames: self._done(recording, frames)
            )
        except (OSError, MediaError) as error:
            self._refused(call, agent, error)
            return False
        self._alarm("")
        self._running[call.id] = Running(recording, recorder, call.id, path, agent.agent)
        relative = path.relative_to(self._folder).as_posix()
        self._emit(RecordingStarted(call.id, recording, relative, agent.agent))
        return True

    def _refused(self, call: Call, agent: Connection, error: Exception) -> None:
        if not self._troubled:  # it may go on for hours
            _LOGGER.error("call(%s): not recorded: %s", call.id, error)
        self._alarm(str(error))

        def again() -> None:
            del self._again[call.id]
            call.recording = self.begin(call, agent)

        self._again[call.id] = self._timers.start("T_record_again", again)

    def moved(self, call: Call, agent: Connection) -> None:
        """The agent's telephone is another port now."""
        running = self._running.get(call.id)
        if running is not None:
            self._media.retap_record(running.recorder, call.caller.port, agent.port)

    def end(self, call: Call) -> None:
        """They talk no more; RecordingStopped follows when the file is on the disk."""
        if call.cleared:
            self._counts.pop(call.id, None)
        self._again.pop(call.id, lambda: None)()
        running = self._running.pop(call.id, None)
        if running is None:
            return
        self._finishing[running.recording] = running
        self._stops[running.recording] = self._timers.start(
            "T_recording", lambda: self._overdue(running)
        )
        self._media.stop_record(running.recorder)

    def recover(self, left: Iterable[Record], head: str) -> None:
        """Seal what was being written when the daemon stopped; `head` is the last seal given."""
        self._head = head
        for row in left:
            path = self._folder / row.path
            self._finish(Running(row.recording, 0, row.call, path, row.agent), None)

    async def settle(self) -> None:
        """Wait until every stopped file has its event."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _path(self, call: Call, recording: RecordingId) -> Path:
        day = datetime.datetime.fromtimestamp(call.started_ms / 1000, datetime.UTC)
        return self._folder / day.strftime("%Y/%m/%d") / f"{recording}.wav"

    def _done(self, recording: RecordingId, frames: int) -> None:
        """The engine closed the file: after our stop, or by itself at its longest length."""
        finished = self._finishing.pop(recording, None)
        if finished is None:
            finished = next((r for r in self._running.values() if r.recording == recording), None)
            if finished is None:
                return
            del self._running[finished.call]
        self._stops.pop(recording, lambda: None)()
        self._finish(finished, frames)

    def _overdue(self, running: Running) -> None:
        if self._finishing.pop(running.recording, None) is None:
            return
        _LOGGER.error("call(%s): the recorder does not report its end", running.call)
        del self._stops[running.recording]
        self._finish(running, None)

    def _finish(self, running: Running, frames: int | None) -> None:
        task = asyncio.get_running_loop().create_task(self._seal(running, frames))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _seal(self, running: Running, frames: int | None) -> None:
        try:
            digest, counted = await asyncio.to_thread(_measure, running.path)
        except FileNotFoundError:  # deleted meanwhile: nothing to seal
            _LOGGER.warning("call(%s): the recording's file is gone", running.call)
            return
        except OSError as error:
            _LOGGER.exception("call(%s): recording cannot be read back", running.call)
            self._alarm(str(error))
            return
        self._emit(self._sealed(running, counted if frames is None else frames, digest))

    def _sealed(self, running: Running, frames: int, digest: str) -> RecordingStopped:
        call, recording = running.call, running.recording
        path = running.path.relative_to(self._folder).as_posix()
        what = Sealed(recording, call, running.agent or "", path, frames, digest)
        before, self._head = self._head, seal(self._head, what)
        return RecordingStopped(call, recording, frames, digest, before, self._head)

    def _alarm(self, detail: str) -> None:
        """Tell once when recording fails, and once when it works again."""
        if bool(detail) != self._troubled:
            self._troubled = bool(detail)
            self._emit(AlarmChanged("recording", self._troubled, detail))


def _measure(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and the frames of the file's data chunk; blocks."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        length = file.tell()
    at = head.find(b"data", 12)
    size = int.from_bytes(head[at + 4 : at + 8], "little") if at >= 0 else 0
    there = max(0, length - at - 8)  # after a power cut the head may tell of more
    return digest, min(size, there) // _FRAME_BYTES
