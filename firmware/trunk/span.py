"""One span: the board, the D-channel program and the trunk, wired together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from board.host import isdn_events
from board.host.discovery import USB_IDS, Identities, Opener
from board.host.firmware_set import Sets
from board.host.isdn import IsdnClient
from firmware.contract import config
from firmware.contract.events import Event
from firmware.contract.ids import TrunkId
from firmware.contract.model import ChannelState
from firmware.fsm import Timers
from firmware.timers import Clock
from firmware.trunk.board import Wire
from firmware.trunk.isdn import IsdnTrunk
from firmware.trunk.line import Incoming
from firmware.trunk.span_board import SpanBoard

AUTO = "auto"


class EngineWire(Wire, Protocol):
    """The engine's side, with what it reports (`firmware.media.boards`)."""

    on_frame: Callable[[bytes], None]
    on_lost: Callable[[], None]

    def close(self) -> None:
        """Take the board out of the engine."""


@dataclass(frozen=True)
class Place:
    """Where the hardware of a trunk is: socket of callbox-isdn, port of the board or "auto"."""

    isdn: Path
    board: str


class Span:
    """See the module.  `start` in the loop."""

    def __init__(
        self,
        trunk: TrunkId,
        settings: config.Trunk,
        place: Place,
        wire: EngineWire,
        clock: Clock,
        known: Identities = USB_IDS,
    ) -> None:
        """`known`: by which USB identities a board is found."""
        self.id, self.settings, self.wire = trunk, settings, wire
        self.board = SpanBoard(trunk, settings, _opener(settings, place, known), wire, clock)
        self.client = IsdnClient(place.isdn, self._heard, self.board.send_hdlc)
        self._trunk: IsdnTrunk | None = None

    def start(
        self,
        timers: Timers,
        emit: Callable[[Event], object],
        offered: Callable[[Incoming], None],
        sets: Sets | None = None,
        *,
        forgotten: bool = False,
    ) -> IsdnTrunk:
        """Open the board and connect to callbox-isdn, now or as soon as they are there.

        `sets`: the firmware to which the board is brought; None leaves it as it is.  `forgotten`:
        the box had calls when it stopped.
        """
        self._trunk = IsdnTrunk(self.id, self.settings, self.client, timers, emit, offered)
        self._trunk.forgotten = forgotten
        self.wire.on_frame, self.wire.on_lost = self.board.frame, self.board.lost
        self.board.told, self.board.on_hdlc = self._trunk, self.client.send_frame
        self._trunk.firmware = self.board.firmware_view
        if sets is not None:
            self.board.keep_current(sets, lambda: self.quiet, emit)
        self.client.start()
        self.board.start()
        return self._trunk

    async def stop(self) -> None:
        """Close everything; calls have been cleared before."""
        if self._trunk is not None:
            self._trunk.close()
        await self.client.stop()
        self.board.stop()
        self.wire.close()

    @property
    def quiet(self) -> bool:
        """No channel carries or clears a call."""
        still = (ChannelState.IDLE, ChannelState.OUT_OF_SERVICE)
        channels = self._trunk.channels.values() if self._trunk is not None else ()
        return all(channel.shown in still for channel in channels)

    def _heard(self, event: isdn_events.Event) -> None:
        """A turn of its own for each: the client must not see a mistake of ours."""
        if self._trunk is not None:
            asyncio.get_running_loop().call_soon(self._trunk.heard, event)


def _opener(settings: config.Trunk, place: Place, known: Identities) -> Opener:
    """The port named at the start counts; else the trunk's own path or USB serial number."""
    if place.board != AUTO:
        return Opener(place.board)
    if "/" in settings.board:
        return Opener(settings.board)
    return Opener(serial_number=settings.board, known=known)
