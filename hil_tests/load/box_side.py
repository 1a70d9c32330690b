"""What the box has of a call, and what is left over in it when nobody calls any more."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from board.sim.alaw import decode
from firmware.contract.model import Language
from firmware.contract.views import CallRecord, RecordingView
from firmware.recording.check import Check
from firmware.recording.seals import Flaw
from firmware.recording.words import sentence
from firmware.store.database import open_read_only
from firmware.store.read import MAX_PAGE, CallFilter, ReadModels
from hil_tests.load.audit import File, Kept
from hil_tests.load.tracks import Track

AT_REST = frozenset({"ready", "not_ready", "null"})
_PASSING = frozenset({"T_live", "T_gauges"})
"""Timers of the live view, which runs as long as somebody looks."""
_COUNTED = ("ports", "clips", "legs", "recorders", "lines")


Looks = tuple[Counter[str], Counter[str]]
"""Timers that run, and what is in use in the engine."""


def kept_in(reads: ReadModels, data: Path, calling: str) -> list[Kept]:
    """All records of calls with this number, with their files, from a box's folder `data`."""
    page = reads.calls(CallFilter(number=calling), MAX_PAGE)
    folder = data / "recordings"
    return [
        Kept(record, tuple(file_of(folder, view) for view in record.recordings))
        for record in page.calls
    ]


def records_in(reads: ReadModels) -> list[CallRecord]:
    """Of all calls."""
    found: list[CallRecord] = []
    while len(page := reads.calls(CallFilter(), MAX_PAGE, len(found)).calls):
        found += page
    return found


def chain_flaws(data: Path) -> list[str]:
    """What is not as the box sealed it; a file that a kill left without a record is none."""
    database = open_read_only(data / "calls.db")
    check = Check(database, data / "recordings", lambda _done, _total: None)
    found = [one for one in check.findings() if one.flaw is not Flaw.FILE_UNKNOWN]
    database.dispose()
    return [sentence(one, Language.EN) for one in found]


class Looked(Protocol):
    """What `Rest` needs of a world."""

    @property
    def snapshot(self) -> Any:
        """The live picture."""

    def look(self) -> Any:
        """What is in use: {"timers": {name: count}, "engine": {name: count}}."""


class Rest:
    """How the box is when nobody calls; made before the first call, asked after the last."""

    def __init__(self, world: Looked) -> None:
        self._world = world
        self._before = self._looks()

    def leftovers(self) -> list[str]:
        """What is there that was not there before."""
        return leftovers(self._world.snapshot, self._before, self._looks())

    def _looks(self) -> Looks:
        look = self._world.look()
        return looks(look["timers"], look["engine"])


def looks(running: Mapping[str, int], used: Mapping[str, int]) -> Looks:
    """What can be left over, of the running timers by name and the engine's statistics."""
    timers = Counter({name: count for name, count in running.items() if name not in _PASSING})
    return timers, Counter({name: used[name] for name in _COUNTED})


def leftovers(snapshot: Any, before: Looks, now: Looks) -> list[str]:
    """What is there that was not there before; `snapshot`: the live picture, nobody calling."""
    timers, engine = now[0] - before[0], now[1] - before[1]
    found = [f"call {view['call']} is left over" for view in snapshot["calls"]]
    found += [
        f"agent {view['agent']} is left {view['state']}"
        for view in snapshot["agents"]
        if view["state"] not in AT_REST
    ]
    found += [
        f"channel {channel['channel']} of {span['trunk']} is left {channel['state']}"
        for span in snapshot["spans"]
        for channel in span["channels"]
        if channel["state"] != "idle"
    ]
    found += [
        f"line {line['line']} of {board['trunk']} is left {line['state']}"
        for board in snapshot["analog"]
        for line in board["lines"]
        if board["board"] and line["state"] != "idle"
    ]
    found += [f"{n} timers {name} are left over" for name, n in timers.items()]
    found += [f"{n} {name} of the engine are left over" for name, n in engine.items()]
    return found


def file_of(folder: Path, view: RecordingView) -> File:
    """Listen to a recording; `folder` has all of them."""
    try:
        data = (folder / view.path).read_bytes()
    except FileNotFoundError:
        return File(view)
    if b"data" not in data:  # nothing of it came onto the disk
        return File(view)
    start = data.index(b"data") + 8
    size = int.from_bytes(data[start - 4 : start], "little")
    size = min(size, len(data) - start) // 2 * 2  # the power failed before all was there
    samples = decode(np.frombuffer(data[start : start + size], np.uint8).reshape(-1, 2))
    sides = (np.ascontiguousarray(samples[:, side]) for side in (0, 1))
    return File(view, *(Track.of(view.start_ms, side) for side in sides))
