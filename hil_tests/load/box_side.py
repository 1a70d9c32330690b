"""What the box has of a call, and what is left over in it when nobody calls any more."""

from collections import Counter
from pathlib import Path

import numpy as np

from board.sim.alaw import decode
from firmware.contract.views import CallRecord, RecordingView
from firmware.store.read import MAX_PAGE, CallFilter
from hil_tests.load.audit import File, Kept
from hil_tests.load.tracks import Track
from hil_tests.world import World

AT_REST = frozenset({"ready", "not_ready", "null"})
_PASSING = frozenset({"T_live", "T_gauges"})
"""Timers of the live view, which runs as long as somebody looks."""
_COUNTED = ("ports", "clips", "legs", "recorders", "lines")


def kept(world: World, calling: str) -> list[Kept]:
    """All records of calls with this number, with their files."""
    world.box.store.ledger.flush()
    page = world.box.store.reads.calls(CallFilter(number=calling), MAX_PAGE)
    folder = world.options.data / "recordings"
    return [
        Kept(record, tuple(_file(folder, view) for view in record.recordings))
        for record in page.calls
    ]


def records(world: World) -> list[CallRecord]:
    """Of all calls."""
    world.box.store.ledger.flush()
    found: list[CallRecord] = []
    while len(page := world.box.store.reads.calls(CallFilter(), MAX_PAGE, len(found)).calls):
        found += page
    return found


class Rest:
    """How the box is when nobody calls; made before the first call, asked after the last."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._timers, self._engine = self._looks()

    def leftovers(self) -> list[str]:
        """What is there that was not there before."""
        timers, engine = self._looks()
        snapshot = self._world.snapshot
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
        found += [f"{n} timers {name} are left over" for name, n in (timers - self._timers).items()]
        found += [
            f"{n} {name} of the engine are left over" for name, n in (engine - self._engine).items()
        ]
        return found

    def _looks(self) -> tuple[Counter[str], Counter[str]]:
        running = Counter(name for name, _ in self._world.box.timers.running())
        timers = Counter({n: count for n, count in running.items() if n not in _PASSING})
        used = self._world.box.engine.statistics()
        return timers, Counter({name: used[name] for name in _COUNTED})


def _file(folder: Path, view: RecordingView) -> File:
    try:
        data = (folder / view.path).read_bytes()
    except FileNotFoundError:
        return File(view)
    start = data.index(b"data") + 8
    size = int.from_bytes(data[start - 4 : start], "little")
    samples = decode(np.frombuffer(data[start : start + size], np.uint8).reshape(-1, 2))
    sides = (np.ascontiguousarray(samples[:, side]) for side in (0, 1))
    return File(view, *(Track.of(view.start_ms, side) for side in sides))
