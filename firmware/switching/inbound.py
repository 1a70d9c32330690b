"""A call that the network offers: blacklist, route, and into its flow."""

import logging
from collections.abc import Callable

from firmware.contract.model import Cause, Direction, Outcome, Party
from firmware.errors import MediaError
from firmware.switching.call import Call, Story
from firmware.switching.calls import Calls
from firmware.switching.routing import blacklisted, destination
from firmware.trunk.line import Incoming

_LOGGER = logging.getLogger(__name__)
StartFlow = Callable[[Call, str], None]


class Inbound:
    """What the trunks call for every complete incoming SETUP."""

    def __init__(self, calls: Calls, start_flow: StartFlow) -> None:
        self._calls, self._start_flow = calls, start_flow

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
        if blacklisted(settings, line.calling):
            call.clear(Cause.USER_BUSY, Party.BOX, Outcome.REJECTED)
            return
        way = destination(settings, line.called, office.clock.utc_ms())
        if way is None:
            call.clear(Cause.UNALLOCATED_NUMBER, Party.BOX, Outcome.REJECTED)
            return
        self._start_flow(call, way.flow)
