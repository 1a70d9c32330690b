"""A call on an analogue line: what both directions share, and the incoming one."""

import logging
from typing import Protocol

from board.host import line_events as lv
from firmware.contract.ids import CallId, TrunkId
from firmware.contract.model import Cause, ClearSign, Party
from firmware.trunk.analog_channel import AnalogChannel, Holder
from firmware.trunk.caller_id import CallerId, Presentation
from firmware.trunk.line import LineUser
from firmware.trunk.line_states import E, Event, S
from firmware.trunk.sound import BUSY_TONES
from firmware.trunk.supervision import Supervision

_LOGGER = logging.getLogger(__name__)


class Home(Protocol):
    """The trunk of a call."""

    @property
    def id(self) -> TrunkId:
        """Its name."""

    def channel_changed(self, channel: AnalogChannel) -> None:
        """Another call has the line now."""

    def may_turn_away(self) -> bool:
        """Whether one more line may be answered only to get rid of a caller."""

    def free_channel(self) -> AnalogChannel | None:
        """A line for an outgoing call."""

    def glare(self, channel: AnalogChannel) -> None:
        """A caller is on this line, which was being seized: he gets it."""


class AnalogCall(Holder):
    """`user` is told what the line does until `disconnect`."""

    open_at_once = False
    gave_up = False

    def __init__(self, home: Home, channel: AnalogChannel) -> None:
        self.calling, self.called, self.presentation = "", "", True
        self._home, self._channel = home, channel
        self._user: LineUser | None = None
        self._supervision = Supervision(channel, self._far_cleared)

    @property
    def trunk(self) -> TrunkId:
        """Which trunk."""
        return self._home.id

    @property
    def channel(self) -> int:
        """Which line."""
        return self._channel.number

    def attach(self, user: LineUser, call: CallId) -> None:
        """Who is told from now on, and which call this is."""
        self._user, self.call = user, call
        self._home.channel_changed(self._channel)

    def heard(self, event: lv.LineEvent) -> None:
        """The board told something of the line."""
        self._supervision.heard(event)

    def heard_tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A tone is there."""
        self._supervision.tone(name)

    def heard_silence(self) -> None:
        """Nobody says anything any more."""
        self._supervision.silence()

    def lost(self, cause: Cause) -> None:
        """The line is taken away."""
        self._end(cause, Party.BOX)

    def alert(self) -> None:
        """An analogue line rings until it is answered: nothing to do."""

    @property
    def _has_line(self) -> bool:
        return self._channel.holder is self

    def _supervise(self) -> None:
        """Watch for the end, from now on."""
        channel, signs = self._channel, self._channel.settings.hang_up
        channel.listen(BUSY_TONES if signs.tone else (), signs.tones, signs.silence_s)
        self._supervision.start()

    def _far_cleared(self, sign: ClearSign) -> None:
        _LOGGER.info("line(%s/%d): far end cleared, by %s", self._home.id, self.channel, sign)
        if self._has_line:
            self._channel.fire(E.CLEAR)
        self._end(Cause.NORMAL_CLEARING, Party.CALLER, sign)

    def _end(self, cause: Cause, by: Party, sign: ClearSign | None = None) -> None:
        """Nothing follows."""
        self._supervision.stop()
        user, self._user = self._user, None
        if user is not None:
            user.cleared(cause, by, sign)


class IncomingCall(AnalogCall):
    """A caller; `gave_up`: his ringing ended before he could be offered."""

    open_at_once = True
    _caller: CallerId | None = None

    def introduce(self, caller: CallerId | None, called: str) -> None:
        """Who calls, as far as it came, and the number under which the line is called."""
        self._caller, self.called = caller, called
        if caller is not None:
            self.calling = caller.number
            self.presentation = caller.presentation is not Presentation.PRIVATE

    @property
    def rang_s(self) -> float:
        """For how long it has rung."""
        since, clock = self._channel.watch.rings_since, self._channel.kit.clock
        return 0.0 if since is None else max(0.0, clock.monotonic() - since)

    def connect(self) -> None:
        """The box answers: off-hook."""
        if not self._has_line or not self._channel.fire(E.CONNECT):
            return
        self._note_caller()
        self._supervise()

    def take_over(self) -> None:
        """Glare: the caller came while the line was being seized; it is off-hook already."""
        self._channel.holder = self
        self._supervise()

    def disconnect(self, cause: Cause) -> None:
        """On-hook.  A line that rings cannot be refused: it rings on, or is answered shortly."""
        self._user = None
        self._supervision.stop()
        if not self._has_line:
            return
        if self._channel.state is not S.OFFERED:
            self._channel.fire(E.CLEAR)
        elif cause in (Cause.USER_BUSY, Cause.CALL_REJECTED) and self._home.may_turn_away():
            self._channel.fire(E.TURN_AWAY)
        else:
            self._channel.fire(E.REFUSE)

    def moved_on(self, event: Event) -> None:
        """The ringing is over: the caller gave up."""
        self._end(Cause.NORMAL_CLEARING, Party.CALLER)

    def _note_caller(self) -> None:
        settings, caller = self._channel.settings, self._caller
        if settings.wait_caller_id and settings.caller_id != "none":
            came = caller is not None and caller.presentation is not Presentation.UNAVAILABLE
            self._channel.faults.called(number=came)
