"""One board of analogue lines and its trunk, wired together."""

from collections.abc import Callable

from board.host.discovery import USB_IDS, Identities, Opener
from board.host.firmware_set import Sets
from firmware.contract import analog
from firmware.contract.events import Event
from firmware.contract.ids import TrunkId
from firmware.fsm import Timers
from firmware.timers import Clock
from firmware.trunk.analog import AnalogTrunk
from firmware.trunk.analog_channel import Kit
from firmware.trunk.line import Incoming
from firmware.trunk.line_board import LineBoard
from firmware.trunk.sound import Sound
from firmware.trunk.span import EngineWire


class LineSpan:
    """See the module.  `start` in the loop."""

    def __init__(
        self,
        trunk: TrunkId,
        settings: analog.AnalogTrunk,
        port: str,
        wire: EngineWire,
        clock: Clock,
        known: Identities = USB_IDS,
    ) -> None:
        """`port`: named at the start; empty: the trunk's own, or the first found by USB."""
        self.id, self.settings, self.wire = trunk, settings, wire
        self.board = LineBoard(trunk, _opener(settings, port, known), wire, clock)
        self._clock = clock
        self._trunk: AnalogTrunk | None = None

    def start(
        self,
        sound: Sound,
        timers: Timers,
        country: Callable[[], str],
        emit: Callable[[Event], object],
        offered: Callable[[Incoming], None],
        sets: Sets | None = None,
    ) -> AnalogTrunk:
        """Open the board, now or as soon as it is there.

        `sets`: the firmware to which it is brought; None leaves it as it is.
        """
        kit = Kit(self.board, sound, timers, self._clock)
        self._trunk = AnalogTrunk(self.id, self.settings, kit, country, emit, offered)
        self.board.told = self._trunk
        self._trunk.firmware = self.board.firmware_view
        if sets is not None:
            self.board.keep_current(sets, lambda: self.quiet, emit)
        self.wire.on_frame, self.wire.on_lost = self.board.frame, self.board.lost
        self.board.start()
        return self._trunk

    async def stop(self) -> None:
        """Close everything; calls have been cleared before."""
        if self._trunk is not None:
            self._trunk.close()
        self.board.stop()
        self.wire.close()

    @property
    def quiet(self) -> bool:
        """No line carries or clears a call."""
        return self._trunk is None or self._trunk.quiet


def _opener(settings: analog.AnalogTrunk, port: str, known: Identities) -> Opener:
    if port:
        return Opener(port, kind="fxo")
    if "/" in settings.board:
        return Opener(settings.board, kind="fxo")
    return Opener(serial_number=settings.board, kind="fxo", known=known)
