"""One connection on an ISDN trunk: the verbs of call control as messages of callbox-isdn."""

import logging
from typing import TYPE_CHECKING

from firmware.contract.ids import CallId, TrunkId
from firmware.contract.model import Cause, Party
from firmware.trunk.channel import Channel, E, Event, S
from firmware.trunk.line import LineUser

if TYPE_CHECKING:
    from firmware.trunk.isdn import IsdnTrunk

_LOGGER = logging.getLogger(__name__)
TRIES = 4
"""How often a SETUP is sent when the network takes the channel away (glare)."""
_RETRY = (Cause.REQUESTED_CHANNEL_UNAVAILABLE,)


class IsdnLine:
    """Incoming or outgoing; `user` is told what the network does until `disconnect`."""

    open_at_once = True
    gave_up = False
    rang_s = 0.0

    def __init__(
        self,
        trunk: "IsdnTrunk",
        channel: Channel,
        call_id: int,
        calling: str = "",
        called: str = "",
    ) -> None:
        self.call_id = call_id
        self.calling, self.called, self.presentation = calling, called, True
        self.call: CallId | None = None
        self._trunk, self._channel = trunk, channel
        self._user: LineUser | None = None
        self._proceeded = False

    @property
    def trunk(self) -> TrunkId:
        """Which trunk."""
        return self._trunk.id

    @property
    def channel(self) -> int:
        """Which B-channel."""
        return self._channel.number

    def attach(self, user: LineUser, call: CallId) -> None:
        """Who is told from now on, and which call this is."""
        self._user, self.call = user, call
        self._trunk.emit_channel(self._channel)

    def channel_event(self, event: Event) -> None:
        """A state lasted too long."""
        self._send("DISCONNECT", Cause.RECOVERY_ON_TIMER)
        self._tell_cleared(Cause.RECOVERY_ON_TIMER, Party.BOX)

    def alert(self) -> None:
        """ALERTING with in-band information."""
        if self._channel.state is S.SEIZED:
            self._trunk.signalling.order("ALERTING", call=self.call_id, inband=1)
            self._channel.fire(E.ALERT)

    def connect(self) -> None:
        """CONNECT."""
        if self._channel.state in (S.SEIZED, S.ALERTING):
            self._trunk.signalling.order("CONNECT", call=self.call_id)
            self._channel.fire(E.CONNECT)

    def disconnect(self, cause: Cause) -> None:
        """Begin clearing; again changes nothing."""
        self._user = None
        if self._channel.holder is not self or self._channel.state is S.CLEARING:
            return
        if self._channel.fire(E.CLEAR):
            self._send("DISCONNECT", cause)

    def progress(self, *, inband: bool) -> None:
        """PROCEEDING, SETUP ACKNOWLEDGE or PROGRESS."""
        self._proceeded = True
        if inband:
            self._channel.fire(E.ALERT)  # T301, not T310, from here on
            if self._user is not None:
                self._user.alerting(inband=True)

    def far_alerts(self, *, inband: bool) -> None:
        """ALERTING."""
        self._proceeded = True
        self._channel.fire(E.ALERT)
        if self._user is not None:
            self._user.alerting(inband=inband)

    def far_connects(self) -> None:
        """CONNECT."""
        if self._channel.fire(E.CONNECT) and self._user is not None:
            self._user.connected()

    def far_disconnects(self, cause: Cause) -> None:
        """DISCONNECT: answered with RELEASE, the channel waits for RELEASED."""
        if self._channel.fire(E.CLEAR):
            self._trunk.signalling.order("RELEASE", call=self.call_id)
        self._tell_cleared(cause)

    def released(self, cause: Cause) -> None:
        """The call is over in callbox-isdn; without layer 2 the network has not heard of it."""
        channel = self._channel
        self._trunk.forget(self)
        if channel.holder in (self, None):  # else another call has it since
            channel.fire(E.RELEASED if self._trunk.link else E.LOSE)
        self._tell_cleared(cause)

    def lose(self, cause: Cause) -> None:
        """callbox-isdn knows the call no more, the network may: RESTART tells it."""
        self._trunk.forget(self)
        if self._channel.holder is self:
            self._channel.fire(E.LOSE)
        self._tell_cleared(cause, Party.BOX)

    def move(self, channel: Channel) -> bool:
        """The network named a channel in its answer; False when we cannot have it.

        A call that is being cleared goes nowhere: nobody could clear it there again.
        """
        if channel is self._channel:
            return True
        if self._channel.state is S.CLEARING:
            return False
        if channel.state is not S.IDLE:
            self._send("DISCONNECT", Cause.REQUESTED_CHANNEL_UNAVAILABLE)
            self._channel.fire(E.CLEAR)
            self._tell_cleared(Cause.REQUESTED_CHANNEL_UNAVAILABLE, Party.BOX)
            return False
        old = self._take(channel)
        old.fire(E.RELEASED)
        return True

    def fail(self, cause: Cause) -> None:
        """The line is broken: cleared here, whatever the far end still believes."""
        if self._channel.fire(E.CLEAR):
            self._send("DISCONNECT", cause)
        self._tell_cleared(cause, Party.BOX)

    def _take(self, channel: Channel) -> Channel:
        old, self._channel = self._channel, channel
        old.holder = None
        channel.holder = self
        channel.fire(E.SEIZE)
        if self._user is not None:
            self._user.moved()
        return old

    def _send(self, verb: str, cause: Cause) -> None:
        self._trunk.signalling.order(verb, call=self.call_id, cause=cause.value)

    def _tell_cleared(self, cause: Cause, by: Party = Party.CALLER) -> None:
        user, self._user = self._user, None
        if user is not None:
            user.cleared(cause, by)


class IncomingLine(IsdnLine):
    """The network began it; it is offered when the called number is complete (Q.931 5.2.4)."""

    def present(self, *, complete: bool) -> None:
        """Its SETUP came; `complete`: with all digits."""
        settings = self._trunk.settings
        self._channel.holder = self
        if complete or settings.overlap_digits == 0 or self._enough:
            self._channel.fire(E.SEIZE)
            self._offer()
            return
        self._channel.overlap_s(settings.overlap_s)
        self._channel.fire(E.SEIZE_OVERLAP)
        self._trunk.signalling.order("SETUP_ACK", call=self.call_id)

    def digits(self, more: str, *, complete: bool) -> None:
        """INFORMATION in overlap receiving."""
        if self._channel.state is not S.OVERLAP:
            return
        self.called += more
        self._channel.fire(E.COMPLETE if complete or self._enough else E.DIGIT)

    def channel_event(self, event: Event) -> None:
        """Digits are complete (count or T302), or a state lasted too long."""
        if event is E.COMPLETE:
            self._offer()
        else:
            super().channel_event(event)

    @property
    def _enough(self) -> bool:
        wanted = self._trunk.settings.overlap_digits
        return 0 < wanted <= len(self.called)

    def _offer(self) -> None:
        self._trunk.offered(self)


class OutgoingLine(IsdnLine):
    """The box began it; it goes on elsewhere when the network takes its channel away."""

    _tries = 0

    def begin(self) -> None:
        """Send SETUP (again, on the present channel)."""
        self._proceeded = False
        self._tries += 1
        self._channel.holder = self
        self._channel.fire(E.SEIZE)
        self._trunk.signalling.order(
            "SETUP", call=self.call_id, channel=self.channel, exclusive=0,
            called=self.called, calling=self.calling, complete=1,
        )  # fmt: skip

    def released(self, cause: Cause) -> None:
        """The call is over; one that was refused its channel tries another."""
        old = self._channel
        if cause in _RETRY and self._waits and self._retry():
            old.fire(E.RELEASED)
        else:
            super().released(cause)

    def glare(self) -> None:
        """The network's SETUP came for our channel: it has it (Q.931 5.7), we take another."""
        if self._proceeded or self._channel.state is not S.SEIZED:
            return
        _LOGGER.info("trunk(%s): glare on channel %d", self.trunk, self.channel)
        self._trunk.counters["glare"] += 1
        old, number = self._channel, self.call_id
        if not self._retry():
            self._trunk.forget(self)
            self._tell_cleared(Cause.NO_CHANNEL, Party.BOX)
        cause = Cause.REQUESTED_CHANNEL_UNAVAILABLE.value
        self._trunk.signalling.order("DISCONNECT", call=number, cause=cause)
        old.fire(E.RELEASED)

    @property
    def _waits(self) -> bool:
        """Nothing came back for our SETUP yet, and somebody wants the call."""
        return not self._proceeded and self._user is not None

    def _retry(self) -> bool:
        """Go on as a new call on another channel."""
        channel = self._trunk.free_channel()
        if channel is None or self._tries >= TRIES:
            return False
        old = self.call_id
        self.call_id = self._trunk.new_id()
        self._trunk.rename(self, old)
        self._channel.holder = None
        self._channel = channel
        self.begin()
        if self._user is not None:
            self._user.moved()
        return True
