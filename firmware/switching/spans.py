"""The trunks of the configuration with their spans and boards of analogue lines."""

import logging
from collections.abc import Callable, Mapping, Sequence

from firmware.contract import config
from firmware.contract.events import Event
from firmware.contract.ids import TrunkId
from firmware.fsm import Timers
from firmware.media.boards import BoardWire
from firmware.media.engine import EngineMedia
from firmware.media.lines import LineMedia
from firmware.timers import Clock
from firmware.trunk.board_firmware import Sets
from firmware.trunk.group import TrunkGroup
from firmware.trunk.line import Incoming
from firmware.trunk.line_span import LineSpan
from firmware.trunk.span import Place, Span
from firmware.trunk.usb_ids import Identities

_LOGGER = logging.getLogger(__name__)


class Spans:
    """One span for each trunk, in the order of the configuration."""

    def __init__(
        self,
        media: EngineMedia,
        timers: Timers,
        clock: Clock,
        emit: Callable[[Event], object],
        places: Sequence[Place],
        fxo_ports: Mapping[str, str],
        known: Identities,
    ) -> None:
        """`fxo_ports`: by trunk, the port of its board where it is not found by USB (`known`)."""
        self.group = TrunkGroup()
        self.spans: dict[str, Span] = {}
        self.analog: dict[str, LineSpan] = {}
        self._media, self._timers, self._clock = media, timers, clock
        self._emit, self._places, self._fxo_ports = emit, places, fxo_ports
        self._known = known
        self._sets: Sets | None = None
        self._forgotten = False
        self._country = "CN"

    @property
    def _all(self) -> list[Span | LineSpan]:
        return [*self.spans.values(), *self.analog.values()]

    @property
    def quiet(self) -> bool:
        """No channel carries or clears a call."""
        return all(span.quiet for span in self._all)

    def start(
        self,
        settings: config.Config,
        offered: Callable[[Incoming], None],
        sets: Sets | None = None,
        *,
        forgotten: bool = False,
    ) -> None:
        """Bring up each trunk that has a place, and every board of analogue lines.

        `sets`: the firmware to which boards are brought; None leaves them as they are.
        `forgotten`: the box had calls when it stopped.
        """
        self._sets, self._forgotten = sets, forgotten
        self._country = settings.site.country
        self._start_spans(settings, offered)
        self._start_lines(settings, offered)

    def _start_spans(self, settings: config.Config, offered: Callable[[Incoming], None]) -> None:
        for (key, trunk), place in zip(settings.trunks.items(), self._places, strict=False):
            name = TrunkId(key)
            wire = BoardWire(self._media, name)
            span = self.spans[key] = Span(name, trunk, place, wire, self._clock, self._known)
            self.group.trunks[key] = span.start(
                self._timers, self._emit, offered, self._sets, forgotten=self._forgotten
            )
        for key in settings.trunks:
            if key not in self.spans:
                _LOGGER.warning("trunk(%s): no board port or socket was named", key)

    def _start_lines(self, settings: config.Config, offered: Callable[[Incoming], None]) -> None:
        sound = LineMedia(self._media, lambda: self._country)
        for key, lines in settings.analog.items():
            name, port = TrunkId(key), self._fxo_ports.get(key, "")
            wire = BoardWire(self._media, name)
            board = self.analog[key] = LineSpan(name, lines, port, wire, self._clock, self._known)
            self.group.analog[key] = board.start(
                sound, self._timers, lambda: self._country, self._emit, offered, self._sets
            )
        for key in set(self._fxo_ports) - set(settings.analog):
            _LOGGER.warning("trunk(%s): there is no such trunk of analogue lines", key)

    def configure(self, settings: config.Config) -> None:
        """Take over changed settings; E1 channels and boards stay until a restart.

        Lines change at once, or when their call is over.
        """
        self._country = settings.site.country
        for key, lines in self.group.analog.items():
            if key in settings.analog:
                lines.configure(settings.analog[key])
        for key, trunk in self.group.trunks.items():
            if key in settings.trunks:
                trunk.settings = settings.trunks[key]

    async def stop(self) -> None:
        """Close everything; calls have been cleared before."""
        for span in self._all:
            await span.stop()
