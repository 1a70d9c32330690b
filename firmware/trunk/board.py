"""The board of one trunk: opened, kept open, its events given to the trunk.

Samples never come here: the engine reads the same descriptor (`Wire`), what is not PCM
comes up as frames.  `SpanBoard` is an E1 board, `LineBoard` one with analogue lines.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from board import wire
from board.host import port_events as ev
from board.host.discovery import OpenBoard, Opener
from board.host.firmware_set import Sets
from board.host.port import BoardPort, Event
from firmware.contract.events import Event as LedgerEvent
from firmware.contract.ids import TrunkId
from firmware.contract.views import FirmwareView
from firmware.timers import Clock
from firmware.trunk.board_firmware import BoardFirmware

_LOGGER = logging.getLogger(__name__)
_LOG_LEVELS = {0: logging.DEBUG, 1: logging.INFO, 2: logging.WARNING, 3: logging.ERROR}


class Wire(Protocol):
    """The engine's side of a board (`firmware.media.boards`)."""

    def open(self, fd: int) -> None:
        """Read and write this descriptor from now on."""

    def send(self, frame: bytes) -> None:
        """Send a frame (header and payload)."""


class TrunkBoard:
    """One board.  `start` in the loop; `frame` and `lost` are the engine's finds."""

    def __init__(self, trunk: TrunkId, opener: Opener, engine: Wire, clock: Clock) -> None:
        self.counters: Counter[str] = Counter()
        self.status: dict[str, int] = {}
        self.firmware = ""
        """Version that the board told last."""
        self._trunk, self._clock = trunk, clock
        self._opener, self._engine = opener, engine
        self._port = BoardPort(trunk, engine.send)
        self._open: OpenBoard | None = None
        self._wish = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._update: BoardFirmware | None = None

    def keep_current(
        self, sets: Sets, idle: Callable[[], bool], emit: Callable[[LedgerEvent], object]
    ) -> None:
        """From the next greeting on, bring the board's firmware to that of `sets`."""
        send = self._port.send_update
        self._update = BoardFirmware(self._trunk, sets, send, idle, emit)

    def firmware_view(self) -> FirmwareView:
        """What the board runs, and what becomes of it."""
        if self._update is None:
            return FirmwareView(self.firmware if self.ready else "")
        return self._update.view

    @property
    def ready(self) -> bool:
        """Whether the board has said who it is."""
        return self._port.ready

    def start(self) -> None:
        """Open the board, and again whenever it goes away."""
        self._wish.set()
        self._task = asyncio.create_task(self._keep_open(), name=f"board({self._trunk})")

    def stop(self) -> None:
        """Close the descriptor of ours; the engine has its own."""
        if self._task is not None:
            self._task.cancel()
        if self._timer is not None:
            self._timer.cancel()
        self._close()

    def command(self, op: int, *values: int | bytes) -> None:
        """Have the board do it; one that is not there does nothing."""
        if self._port.ready:
            self._port.command(self._clock.monotonic(), op, *values)
            self._schedule()

    def frame(self, content: bytes) -> None:
        """A checked frame of the board that is no PCM."""
        for event in self._port.feed(content, self._clock.monotonic()):
            self._take(event)
        self._schedule()

    def lost(self) -> None:
        """The descriptor is dead: unplugged, or the other end closed it."""
        _LOGGER.warning("board(%s): lost", self._trunk)
        self.counters["lost"] += 1
        for event in self._port.lost():
            self._take(event)
        if self._update is not None:
            self._update.lost(self._clock.monotonic())
        self._close()
        self._gone()
        self._wish.set()
        self._schedule()

    async def _keep_open(self) -> None:
        while True:
            await self._wish.wait()
            now = self._clock.monotonic()
            board = await asyncio.to_thread(self._opener.open, now)
            if board is None:
                wait = self._opener.not_before - self._clock.monotonic()
                await asyncio.sleep(max(wait, 0.05))
                continue
            self._wish.clear()
            self._open = board
            _LOGGER.info("board(%s): open", self._trunk)
            self._engine.open(board.fd)
            self._port.opened(self._clock.monotonic())
            self._schedule()

    def _close(self) -> None:
        board, self._open = self._open, None
        if board is not None:
            board.close()

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        deadlines = [self._port.next_deadline()]
        if self._update is not None:
            deadlines.append(self._update.next_deadline())
        times = [deadline for deadline in deadlines if deadline is not None]
        if times:
            wait = max(0.0, min(times) - self._clock.monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait, self._poll)

    def _poll(self) -> None:
        self._timer = None
        for event in self._port.poll(self._clock.monotonic()):
            self._take(event)
        if self._update is not None:
            self._update.poll(self._clock.monotonic())
        self._schedule()

    def _take(self, event: Event) -> None:
        self._follow(event)
        if self._update is not None:
            self._update.take(event, self._clock.monotonic())

    def _follow(self, event: Event) -> None:
        match event:
            case ev.Hello():
                _LOGGER.info(
                    "board(%s): %s, firmware %s", self._trunk, event.serial, event.firmware
                )
                self.firmware = event.firmware
                self._greeted(event)
            case ev.VersionRefused():
                self._gone()
            case ev.UpdateStatus():
                pass  # for the update alone
            case ev.LogReceived():
                _LOGGER.log(
                    _LOG_LEVELS.get(event.level, 20), "board(%s): %s", self._trunk, event.text
                )
            case ev.StatusReceived():
                self.status = dict(event.counters)
            case ev.CommandFailed() | ev.CommandAnswered():
                self._answered(event)
            case _:
                self._reported(event)

    def _greeted(self, hello: ev.Hello) -> None:
        """The board said who it is; `new_session`: it has to be set up."""
        raise NotImplementedError

    def _reported(self, event: Event) -> None:
        """What only this kind of board tells."""
        raise NotImplementedError

    def _gone(self) -> None:
        """The board is not there any more, or is one we cannot use."""
        raise NotImplementedError

    def _answered(self, event: ev.CommandAnswered | ev.CommandFailed) -> None:
        failed = isinstance(event, ev.CommandFailed) or event.status != wire.DONE
        if failed:
            self.counters["commands failed"] += 1
            _LOGGER.error("board(%s): command %d failed", self._trunk, event.op)
