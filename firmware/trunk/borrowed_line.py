"""An idle line in the hands of a test or of learning: state TESTING until it is given back."""

from collections.abc import Callable, Sequence

from board.host import line_events as lv
from firmware.contract.model import Cause, Language
from firmware.errors import Refused
from firmware.trunk.analog_channel import AnalogChannel, Holder
from firmware.trunk.analog_line import Home
from firmware.trunk.line_job import Borrower, LineFacts
from firmware.trunk.line_states import E, S
from firmware.trunk.sound import Port

_PULSES = (61, 39, 80)


class Borrowed(Holder):
    """See `firmware.trunk.line_job.BorrowedLine`, which this is."""

    def __init__(self, home: Home, channel: AnalogChannel) -> None:
        """Refused("line_busy") when a call has the line, ("no_board") without a board."""
        if channel.report is None or channel.port is None:
            raise Refused("no_board", "the board is not there")
        if channel.state not in (S.IDLE, S.OUT_OF_SERVICE) or channel.report.ringing:
            raise Refused("line_busy", "the line is in use")
        self._home, self._channel, self._port = home, channel, channel.port
        self._glare = False
        self._borrower: Borrower | None = None
        self._player: Port | None = None
        channel.holder = self
        channel.fire(E.BORROW)

    @property
    def facts(self) -> LineFacts:
        """What the board told last."""
        report = self._channel.report
        if report is None:
            return LineFacts(battery=False, volts=0, milliamperes=0, reversed=False)
        return LineFacts(
            report.battery, report.volts, report.milliamperes, report.turned, report.in_use
        )

    def attach(self, borrower: Borrower) -> None:
        """Who is told from now on."""
        self._borrower = borrower

    def hook(self, *, off: bool) -> None:
        """Close or open the loop."""
        if self._has_line:
            self._channel.hook(off=off)
            self._channel.kit.sound.cancel_echo(self._port, on=off)

    def watch(self, names: Sequence[str]) -> None:
        """Tell of these tones; "learnt" among them: of those learnt on this line too."""
        learnt = self._channel.settings.hang_up.tones if names else ()
        if self._has_line:
            self._channel.listen(names, learnt)

    def tone(self, name: str) -> None:
        """Play a tone into the line."""
        if self._has_line:
            self._channel.kit.sound.tone(self._source(), name)

    def play(self, prompts: Sequence[str], language: Language, done: Callable[[], None]) -> None:
        """Play prompts into the line."""
        if self._has_line:
            self._channel.kit.sound.play(self._source(), prompts, language, done)

    def silence(self) -> None:
        """Stop what is played."""
        if self._player is not None:
            self._channel.kit.sound.silence(self._player)

    def dial(self, digits: str) -> None:
        """Send digits, as the line is set to dial."""
        if not self._has_line:
            return
        if self._channel.settings.dialling == "pulse":
            self._channel.kit.board.pulse(self._channel.number, _PULSES, digits)
        else:
            self._channel.kit.sound.send_digits(self._port, digits)

    def history(self, seconds: float) -> bytes:
        """What the line said last, A-law."""
        return self._channel.kit.sound.history(self._port, seconds)

    def echo(self) -> tuple[float, float]:
        """Echo return loss, and what the canceller adds to it, dB."""
        return self._channel.kit.sound.echo(self._port)

    def release(self) -> None:
        """Give the line back; again changes nothing.  What rings becomes a call, at once when
        the loop had just been closed on it."""
        self._borrower = None
        self._end_sound()
        if self._has_line and self._glare:
            self._home.glare(self._channel)
        elif self._has_line:
            self._channel.fire(E.GIVE_BACK)

    def heard(self, event: lv.LineEvent) -> None:
        """The board told something of the line."""
        if self._borrower is None:
            return
        match event:
            case lv.RingChanged() if event.ringing:
                self._glare = self._channel.fresh_off_hook  # then the caller has been answered
                self._borrower.rang()
                self._glare = False
            case lv.PolarityChanged():
                self._borrower.polarity(turned=event.turned != self._channel.turned_at_rest)
            case lv.BatteryChanged():
                self._borrower.battery(there=event.there)
            case lv.LoopChanged():
                self._borrower.battery(there=event.current is not lv.Current.NONE)

    def heard_tone(self, name: str, hertz: float, dbm0: float) -> None:
        """A watched tone is there."""
        if self._borrower is not None:
            self._borrower.tone(name, hertz, dbm0)

    def caller_known(self) -> None:
        """The exchange sent who calls."""
        caller = self._channel.watch.caller
        if self._borrower is not None and caller is not None:
            self._borrower.caller_id(caller)

    def lost(self, cause: Cause) -> None:
        """The board or the chip is gone."""
        borrower, self._borrower = self._borrower, None
        self._end_sound()
        if borrower is not None:
            borrower.lost("no_board" if self._channel.report is None else "line_lost")

    @property
    def _has_line(self) -> bool:
        return self._channel.holder is self

    def _source(self) -> Port:
        if self._player is None:
            self._player = self._channel.kit.sound.open_player()
            self._channel.kit.sound.hear(self._port, [(self._player, 0.0)])
        return self._player

    def _end_sound(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            self._channel.kit.sound.hear(self._port, [])
            self._channel.kit.sound.close(player)
