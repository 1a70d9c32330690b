"""The trunks of the configuration with their spans."""

import logging
from collections.abc import Callable, Sequence

from firmware.contract import config
from firmware.contract.events import Event
from firmware.contract.ids import TrunkId
from firmware.fsm import Timers
from firmware.media.boards import BoardWire
from firmware.media.engine import EngineMedia
from firmware.timers import Clock
from firmware.trunk.group import TrunkGroup
from firmware.trunk.line import Incoming
from firmware.trunk.span import Place, Span

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
    ) -> None:
        self.group = TrunkGroup()
        self.spans: dict[str, Span] = {}
        self._media, self._timers, self._clock = media, timers, clock
        self._emit, self._places = emit, places

    @property
    def quiet(self) -> bool:
        """No channel carries or clears a call."""
        return all(span.quiet for span in self.spans.values())

    def start(self, settings: config.Config, offered: Callable[[Incoming], None]) -> None:
        """Bring up each trunk that has a place."""
        for (key, trunk), place in zip(settings.trunks.items(), self._places, strict=False):
            name = TrunkId(key)
            wire = BoardWire(self._media, name)
            span = self.spans[key] = Span(name, trunk, place, wire, self._clock)
            self.group.trunks[key] = span.start(self._timers, self._emit, offered)
        for key in settings.trunks:
            if key not in self.spans:
                _LOGGER.warning("trunk(%s): no board port or socket was named", key)

    def configure(self, settings: config.Config) -> None:
        """Take over changed settings; channels and boards stay as they are until a restart."""
        for key, trunk in self.group.trunks.items():
            if key in settings.trunks:
                trunk.settings = settings.trunks[key]

    async def stop(self) -> None:
        """Close everything; calls have been cleared before."""
        for span in self.spans.values():
            await span.stop()
