"""An outgoing call on an analogue line: dial tone, digits, and what the exchange says then.

Without answer signal nobody knows that the far end answered.  What is known: ringback and then a
voice.  Anything else (music in place of ringback, an announcement, nothing) is "not confirmed".
"""

import logging
from collections.abc import Callable

from board.host import line_events as lv
from firmware.contract.model import AnswerSign, Cause, ClearSign, LineFault, Party
from firmware.trunk.analog_channel import AnalogChannel
from firmware.trunk.analog_line import AnalogCall, Home
from firmware.trunk.line_states import E, Event, S
from firmware.trunk.sound import BUSY_TONES
from firmware.trunk.supervision import Supervision

_LOGGER = logging.getLogger(__name__)
_HELD_S = 90.0
"""A called party who clears first does not free the line for 60 to 90 s (china.md)."""
_DIGIT_S, _AFTER_DIGITS_S = 0.2, 0.3
_PULSES = (61, 39, 80)
"""Break and make in ms (1.6 : 1, GB/T 3380), pause between digits in 10 ms."""
_PULSE_S, _PAUSE_S, _PULSE_MARGIN_S = 0.1, 0.8, 3.0
_PULSE_DIGITS = 24
_EARLY_S = 25.0
"""A busy tone within this time after dialling means that the far end was never reached."""
_REFUSALS = {"congestion": Cause.SWITCH_CONGESTION, "unobtainable": Cause.UNALLOCATED_NUMBER}
_NO_TONE = (LineFault.NO_DIAL_TONE, LineFault.NOT_RELEASED, LineFault.NO_CURRENT)


class OutgoingCall(AnalogCall):
    """See the module.  It goes on on another line when one has no dial tone, or a caller."""

    def __init__(self, home: Home, channel: AnalogChannel, number: str, calling: str) -> None:
        super().__init__(home, channel)
        self.called, self.calling = number, calling
        self._digits = "".join(c for c in number if c in "0123456789*#ABCD")
        self._current = lv.Current.NONE
        self._rang = self._spoke = False
        self._dialled_at = 0.0
        self._stop_line: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Go off-hook and listen for dial tone."""
        timers = self._channel.kit.timers
        self._stop_line = timers.start("T_line", lambda: self._give_up(Cause.NETWORK_OUT_OF_ORDER))
        self._seize(self._channel)

    def connect(self) -> None:
        """The far end answers, not we: nothing to do."""

    def disconnect(self, cause: Cause) -> None:
        """On-hook, from whatever state."""
        self._user = None
        self._stop_line()
        self._supervision.stop()
        if self._has_line:
            self._channel.fire(E.CLEAR)

    def lost(self, cause: Cause) -> None:
        """The line is taken away."""
        self._stop_line()
        super().lost(cause)

    def moved_on(self, event: Event) -> None:
        """A timer of the state table, or a caller rings while we wait to try again."""
        if event is E.NO_TONE:
            self._without_tone()
        elif event is E.SEIZE:
            self._listen_for_dial_tone()
        elif event is E.DIALLED:
            self._dialled()
        elif event is E.RING and not self._elsewhere():
            self._give_up(Cause.NO_CHANNEL)

    def heard(self, event: lv.LineEvent) -> None:
        """The board told something of the line."""
        state = self._channel.state
        match event:
            case lv.LoopChanged():
                self._current = event.current
            case lv.RingChanged() if event.ringing and state is S.SEIZING:
                self._glare()
                return
            case lv.Dialled() if state is S.DIALLING and event.digits >= len(self._digits):
                self._channel.fire(E.DIALLED)
                return
            case lv.PolarityChanged() if state is S.PROCEEDING:
                self._turned()
                return
        super().heard(event)

    def heard_tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A watched tone is there."""
        state = self._channel.state
        if state is S.SEIZING:
            if name == "dial":
                self._dial()
            else:  # the exchange has not freed the line since the call before
                self._channel.fire(E.NO_TONE)
        elif state in (S.DIALLING, S.PROCEEDING):
            self._progress(name)
        else:
            super().heard_tone(name, hertz, dbm0)

    def heard_voice(self) -> None:
        """Somebody speaks: who answered, a caller in place of dial tone, or who held the line."""
        if self._channel.state is S.SEIZING:
            if self._may_be_held:
                self._channel.fire(E.NO_TONE)
            else:
                self._glare()
        elif self._channel.state is S.PROCEEDING:
            self._spoke = True
            if self._rang:
                self._answered(AnswerSign.VOICE)

    @property
    def _may_be_held(self) -> bool:
        channel = self._channel
        return channel.kit.clock.monotonic() - channel.cleared_at < _HELD_S

    def _seize(self, channel: AnalogChannel) -> None:
        self._channel, self._current = channel, lv.Current.NONE
        self._supervision = Supervision(channel, self._far_cleared)
        channel.holder = self
        channel.fire(E.SEIZE, channel.settings.dial_tone_s)
        self._listen_for_dial_tone()

    def _listen_for_dial_tone(self) -> None:
        settings = self._channel.settings
        self._channel.listen(("dial", *BUSY_TONES), settings.hang_up.tones, 0.0)

    def _without_tone(self) -> None:
        """Another line is tried; without one this line again after a while (T_redial)."""
        fault = LineFault.NOT_RELEASED if self._may_be_held else LineFault.NO_DIAL_TONE
        if self._current is lv.Current.NONE:
            fault = LineFault.NO_CURRENT
        self._channel.faults.add(fault)
        self._home.channel_changed(self._channel)
        _LOGGER.info("line(%s/%d): %s", self._home.id, self.channel, fault)
        self._elsewhere()

    def _elsewhere(self) -> bool:
        other = self._home.free_channel()
        if other is None:
            return False
        old = self._channel
        if old.holder is self:
            old.holder = None
            old.fire(E.CLEAR)
        self._seize(other)
        if self._user is not None:
            self._user.moved()
        return True

    def _glare(self) -> None:
        """Never two calls on a line: the caller has it, we go elsewhere or give up."""
        taken = self._channel
        taken.holder = None
        if not self._elsewhere():
            self._give_up(Cause.NO_CHANNEL)
        self._home.glare(taken)

    def _give_up(self, cause: Cause) -> None:
        self._stop_line()
        if self._has_line:
            self._channel.fire(E.CLEAR)
        self._end(cause, Party.BOX)

    def _dial(self) -> None:
        channel = self._channel
        self._stop_line()
        channel.faults.drop(*_NO_TONE)
        # The exchange may ring before our margin is over: its first burst must be heard whole.
        channel.listen(("ringback", *BUSY_TONES), channel.settings.hang_up.tones)
        if channel.settings.dialling == "pulse":
            digits = [c for c in self._digits if c.isdecimal()][:_PULSE_DIGITS]
            self._digits = "".join(digits)
            pulses = sum(int(digit) or 10 for digit in digits)
            seconds = _PULSE_S * pulses + _PAUSE_S * len(digits) + _PULSE_MARGIN_S
            channel.fire(E.DIAL, seconds)
            channel.kit.board.pulse(channel.number, _PULSES, self._digits)
        else:
            channel.fire(E.DIAL, _DIGIT_S * len(self._digits) + _AFTER_DIGITS_S)
            if channel.port is not None:
                channel.kit.sound.send_digits(channel.port, self._digits)

    def _dialled(self) -> None:
        channel, signs = self._channel, self._channel.settings.hang_up
        self._dialled_at = channel.kit.clock.monotonic()
        channel.attend(signs.silence_s)
        self._supervision.start()
        if self._user is not None and not channel.settings.answer_polarity:
            self._user.unconfirmed()
        if self._rang or channel.settings.answer_polarity:
            self._rings()

    def _progress(self, name: str) -> None:
        if name == "ringback":
            self._rang = True
            if self._channel.state is S.PROCEEDING:
                self._rings()
        elif name in BUSY_TONES:
            self._refused(name)

    def _rings(self) -> None:
        if self._user is not None:
            self._user.alerting(inband=True)

    def _refused(self, name: str) -> None:
        """A tone of refusal, or the end of a call of which nobody knew whether it was one."""
        now, dialled = self._channel.kit.clock.monotonic(), self._channel.state is S.PROCEEDING
        late = dialled and now - self._dialled_at > _EARLY_S
        if not self._rang and (self._spoke or late):
            self._far_cleared(ClearSign.TONE)
            return
        cause = _REFUSALS.get(name, Cause.NO_ANSWER if self._rang else Cause.USER_BUSY)
        self._channel.fire(E.CLEAR)
        self._end(cause, Party.CALLER)

    def _turned(self) -> None:
        self._supervision.settle_polarity()
        if self._channel.settings.answer_polarity:
            self._answered(AnswerSign.SIGNAL)

    def _answered(self, sign: AnswerSign) -> None:
        channel, signs = self._channel, self._channel.settings.hang_up
        channel.fire(E.ANSWER)
        channel.listen(BUSY_TONES if signs.tone else (), signs.tones, signs.silence_s)
        if self._user is not None:
            self._user.connected(sign)
