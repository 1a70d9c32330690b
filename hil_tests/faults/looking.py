"""What the box has of the calls, as an outsider learns it: by its queries and its files."""

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from firmware.contract.views import CallPage, CallRecord
from hil_tests.apart import Apart
from hil_tests.apart.clerk import Away
from hil_tests.load.audit import Kept
from hil_tests.load.box_side import file_of

_PAGE = 500
_PAGES: TypeAdapter[CallPage] = TypeAdapter(CallPage)


class BoxClock:
    """Puts the box's stamps on the true time line: its clock may have been set once."""

    def __init__(self, world: Apart) -> None:
        self._began_ms = world.now_ms
        self._jumped_ms = 0

    def jumped(self, milliseconds: int) -> None:
        """The box's clock is so much ahead of the truth from now on."""
        self._jumped_ms = milliseconds

    def true(self, record: CallRecord) -> CallRecord:
        """The record with true times: all of a call are of the clock at its beginning."""
        return replace(
            record,
            start_ms=self._moved(record.start_ms),
            answer_ms=self._moved(record.answer_ms),
            bridge_ms=self._moved(record.bridge_ms),
            end_ms=self._moved(record.end_ms),
            parts=tuple(
                replace(part, start_ms=self._moved(part.start_ms), end_ms=self._moved(part.end_ms))
                for part in record.parts
            ),
            recordings=tuple(
                replace(view, start_ms=self._moved(view.start_ms)) for view in record.recordings
            ),
        )

    def _moved(self, at_ms: Any) -> Any:
        if at_ms is None or not self._jumped_ms:
            return at_ms
        near = abs(at_ms - self._began_ms) < abs(at_ms - self._jumped_ms - self._began_ms)
        return at_ms if near else at_ms - self._jumped_ms


def records(world: Apart, clock: BoxClock) -> list[CallRecord]:
    """Of all calls, on the true time line."""
    found: list[CallRecord] = []
    while True:
        answer = world.ask(world.clerk.read("Calls", limit=_PAGE, offset=len(found)))
        page = _PAGES.validate_python(answer, strict=False).calls
        found += page
        if len(page) < _PAGE:
            return [clock.true(record) for record in found]


def kept(world: Apart, record: CallRecord) -> Kept:
    """With its files."""
    folder = world.options.data / "recordings"
    return Kept(record, tuple(file_of(folder, view) for view in record.recordings))


def serving(world: Apart) -> bool:
    """Whether every line that is not busy could take a call."""
    if not world.up or not all(e1.office.link_up for e1 in world.e1s):
        return False
    try:
        snapshot = world.snapshot
    except Away:
        return False
    channels = [channel["state"] for span in snapshot["spans"] for channel in span["channels"]]
    lines = [line["state"] for board in snapshot["analog"] for line in board["lines"]]
    boards = [board["board"] for board in snapshot["analog"]]
    return bool(channels or lines) and all(boards) and "out_of_service" not in [*channels, *lines]
