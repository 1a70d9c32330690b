"""The firmware of one board: brought to the release's while no call is on it, told and shown."""

from collections.abc import Callable

from board.host import port_events as ev
from board.host.firmware_set import Sets
from board.host.flash import Updater
from board.host.port import Event
from firmware.contract.events import BoardFirmwareChanged
from firmware.contract.events import Event as LedgerEvent
from firmware.contract.ids import TrunkId
from firmware.contract.model import FirmwareProblem, FirmwareState
from firmware.contract.views import FirmwareView

__all__ = ["BoardFirmware", "Sets"]
_NO_NEWS = (FirmwareState.UNKNOWN, FirmwareState.UNABLE, FirmwareState.CURRENT)
"""States that are told only after another."""


class BoardFirmware:
    """See the module; the updater itself is `board.host.flash`."""

    def __init__(
        self,
        trunk: TrunkId,
        sets: Sets,
        send: Callable[[int, bytes], None],
        idle: Callable[[], bool],
        emit: Callable[[LedgerEvent], object],
    ) -> None:
        """`send(kind, payload)` to the board; `idle()`: no call on it."""
        self._trunk, self._emit = trunk, emit
        self._updater = Updater(trunk, sets, send, idle, self._changed)
        self._told: BoardFirmwareChanged | None = None

    @property
    def view(self) -> FirmwareView:
        """As pages show it."""
        updater = self._updater
        return FirmwareView(
            updater.version,
            updater.wanted,
            FirmwareState(updater.state.value),
            updater.percent,
            FirmwareProblem(updater.problem.value),
        )

    def take(self, event: Event, now: float) -> None:
        """What the board says; anything but a greeting or an answer to us is left alone."""
        match event:
            case ev.Hello():
                self._updater.hello(event, now)
            case ev.VersionRefused():
                self._updater.refused(event, now)
            case ev.UpdateStatus():
                self._updater.heard(event, now)
            case _:
                return

    def lost(self, now: float) -> None:
        """The board is gone."""
        self._updater.lost(now)

    def poll(self, now: float) -> None:
        """Time has passed."""
        self._updater.poll(now)

    def next_deadline(self) -> float | None:
        """When `poll` has something to do."""
        return self._updater.next_deadline()

    def _changed(self) -> None:
        view = self.view
        event = BoardFirmwareChanged(
            self._trunk, view.state, view.version, view.wanted, view.problem
        )
        if event == self._told or (self._told is None and view.state in _NO_NEWS):
            return
        self._told = event if view.state not in _NO_NEWS else None
        self._emit(event)
