"""By what the box notices that the far end of an analogue line hung up, as the line is set.

Polarity: a turn that lasts.  Battery: no voltage or no current for 100 ms or more, of which the
board sees 85 (it looks at a line each 15 ms).  Tone: four
cycles of a busy tone (the engine counts them).  Silence: nobody says anything.  And no call
lasts longer than the longest.
"""

from collections.abc import Callable

from board.host import line_events as lv
from firmware.contract.model import ClearSign
from firmware.trunk.analog_channel import AnalogChannel
from firmware.trunk.sound import BUSY_TONES

_DROP_S = 0.075


class Supervision:
    """Of one call, from `start` to `stop`; `cleared` is called at most once."""

    def __init__(self, channel: AnalogChannel, cleared: Callable[[ClearSign], None]) -> None:
        self._channel, self._cleared = channel, cleared
        self._signs, self._timers = channel.settings.hang_up, channel.kit.timers
        self._on = False
        self._turned: bool | None = None
        self._dropped_at: float | None = None
        self._stops: dict[str, Callable[[], None]] = {}

    @property
    def silence_s(self) -> float:
        """For `AnalogChannel.listen`."""
        return self._signs.silence_s

    def start(self) -> None:
        """The call is up.  What the hook itself stirs up is let pass (T_settle)."""
        self._on = True
        self._timer("T_longest", lambda: self._clear(ClearSign.LONGEST), self._signs.longest_s)
        if self._channel.fresh_off_hook:
            self._timer("T_settle", self._settle)
        else:
            self._settle()

    def settle_polarity(self) -> None:
        """The polarity of now is that of the call: it was answered by a turn."""
        report = self._channel.report
        self._turned = None if report is None else report.turned
        self._cancel("T_returned")

    def stop(self) -> None:
        """The call is over."""
        self._on = False
        for stop in self._stops.values():
            stop()
        self._stops.clear()

    def heard(self, event: lv.LineEvent) -> None:
        """The board told something of the line."""
        if not self._on:
            return
        match event:
            case lv.BatteryChanged():
                self._feed(there=event.there, at=event.at)
            case lv.LoopChanged() if event.current is not lv.Current.OVERLOAD:
                self._feed(there=event.current is lv.Current.FLOWS, at=event.at)
            case lv.PolarityChanged():
                self._polarity(turned=event.turned)

    def tone(self, name: str) -> None:
        """A tone is there."""
        if self._on and self._signs.tone and name in BUSY_TONES:
            self._clear(ClearSign.TONE)

    def silence(self) -> None:
        """Neither side said anything for `silence_s`."""
        if self._on and self._signs.silence_s > 0:
            self._clear(ClearSign.SILENCE)

    def _settle(self) -> None:
        self._stops.pop("T_settle", None)
        self.settle_polarity()

    def _polarity(self, *, turned: bool) -> None:
        if not self._signs.polarity or self._turned is None:
            return
        self._cancel("T_polarity")
        self._cancel("T_returned")
        if turned != self._turned:
            self._timer("T_polarity", lambda: self._clear(ClearSign.POLARITY))

    def _feed(self, *, there: bool, at: float) -> None:
        """Exact times come with the events, also where they are told late."""
        if not self._signs.battery or self._turned is None:
            return
        if not there:
            if self._dropped_at is None:
                self._dropped_at = at
                self._timer("T_battery", lambda: self._clear(ClearSign.BATTERY))
            return
        dropped_at, self._dropped_at = self._dropped_at, None
        self._cancel("T_battery")
        if dropped_at is not None and at - dropped_at >= _DROP_S:
            # The current of a reversal is away for a moment, too: that is told a little later.
            self._timer("T_returned", lambda: self._clear(ClearSign.BATTERY))

    def _timer(self, name: str, expired: Callable[[], None], seconds: float | None = None) -> None:
        self._stops[name] = self._timers.start(name, expired, seconds)

    def _cancel(self, name: str) -> None:
        self._stops.pop(name, lambda: None)()

    def _clear(self, sign: ClearSign) -> None:
        if self._on:
            self.stop()
            self._cleared(sign)
