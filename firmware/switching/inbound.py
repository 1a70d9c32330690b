"""A call that the network offers: blacklist, route, and into its flow."""

import logging
from collections.abc import Callable

from firmware.contract.config import Config
from firmware.contract.model import Cause, Direction, Outcome, Party
from firmware.errors import MediaError
from firmware.switching.call import Call, Story
from firmware.switching.calls import Calls
from firmware.switching.draining import Draining
from firmware.switching.routing import Destination, blacklisted, destination
from firmware.trunk.line import Incoming

_LOGGER = logging.getLogger(__name__)
StartFlow = Callable[[Call, str], None]


class Inbound:
    """What the trunks call for every complete incoming SETUP."""

    def __init__(self, calls: Calls, start_flow: StartFlow, draining: Draining) -> None:
        self._calls, self._start_flow, self._draining = calls, start_flow, draining

    def offered(self, line: Incoming) -> None:
        """Take the call, or reject it before answer with the cause the network is to hear."""
        office = self._calls.office
        settings = office.settings()
        story = Story(Direction.INBOUND, line.calling, line.called, line.presentation)
        story.rang_ms = round(line.rang_s * 1000)
        story.language = settings.site.language
        call = self._calls.begin(story)
        try:
            call.far = call.add_line(line, line.calling)
        except MediaError:
            _LOGGER.exception("call(%s): no port in the engine", call.id)
            line.disconnect(Cause.SWITCH_CONGESTION)
            call.clear(Cause.SWITCH_CONGESTION, Party.BOX, Outcome.REJECTED)
            return
        if line.gave_up:
            call.clear(Cause.NORMAL_CLEARING, Party.CALLER, Outcome.IVR_ABANDONED)
            return
        way = destination(settings, line.called, office.clock.utc_ms())
        refusal = self._refusal(settings, line.calling, way)
        if way is None or refusal is not None:
            call.clear(refusal or Cause.UNALLOCATED_NUMBER, Party.BOX, Outcome.REJECTED)
            return
        story.emergency = way.emergency
        self._start_flow(call, way.flow)

    def _refusal(self, settings: Config, calling: str, way: Destination | None) -> Cause | None:
        """The cause with which this caller is rejected; None lets him in."""
        if blacklisted(settings, calling):
            return Cause.USER_BUSY
        if way is None:
            return Cause.UNALLOCATED_NUMBER
        if self._draining.on and not way.emergency:
            return Cause.SWITCH_CONGESTION  # an analogue line cannot be refused: it rings on
        return None
