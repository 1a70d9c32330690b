"""What a simulated party does, as a list of steps.

    [WaitConnect(), Say(greeting), Press("1"), Wait(2.0), HangUp()]

The same steps serve callers (calls from the network) and called parties (calls of the box); the
latter begin with `Alert`, `Progress`, `Answer` or `HangUp(cause)`.  A step begins when the one
before it is done; after the last one the party stays silent until the box clears.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from board.sim import spandsp
from board.sim.alaw import RATE, encode
from board.sim.call import CallState, Party


class Step:
    """One thing to do; subclasses are frozen values, so a script can be used again."""

    def start(self, call: Party, tick: int) -> None:
        """Begin."""

    def done(self, call: Party, tick: int, started: int) -> bool:
        """Whether the next step may begin."""
        return True


def _over(tick: int, started: int, seconds: float) -> bool:
    return tick - started >= seconds * RATE


@dataclass(frozen=True)
class WaitConnect(Step):
    """Wait until the box answers; hang up when it does not within `patience_s`."""

    patience_s: float = 60.0

    def done(self, call: Party, tick: int, started: int) -> bool:
        """Connected."""
        if call.state is CallState.CONNECTED:
            return True
        if _over(tick, started, self.patience_s):
            call.hang_up(tick)
        return False


@dataclass(frozen=True)
class Say(Step):
    """Say an A-law clip to its end."""

    codes: bytes

    def start(self, call: Party, tick: int) -> None:
        """Queue it."""
        call.mouth.say(self.codes)

    def done(self, call: Party, tick: int, started: int) -> bool:
        """All said."""
        return call.mouth.silent


@dataclass(frozen=True)
class Press(Step):
    """Press keys: DTMF of spandsp."""

    digits: str
    on_ms: int = 100
    off_ms: int = 100
    level_dbm0: int = -10

    def start(self, call: Party, tick: int) -> None:
        """Queue the tones."""
        tones = spandsp.dtmf(self.digits, self.on_ms, self.off_ms, self.level_dbm0)
        call.mouth.say(encode(tones))

    def done(self, call: Party, tick: int, started: int) -> bool:
        """All sent."""
        return call.mouth.silent


@dataclass(frozen=True)
class Wait(Step):
    """Listen for some seconds."""

    seconds: float

    def done(self, call: Party, tick: int, started: int) -> bool:
        """Time over."""
        return _over(tick, started, self.seconds)


@dataclass(frozen=True)
class UntilQuiet(Step):
    """Listen until nothing was heard for `quiet_s`: the music ended, somebody is there.

    Patience over: hang up.
    """

    quiet_s: float = 1.2
    patience_s: float = 120.0

    def start(self, call: Party, tick: int) -> None:
        """What was quiet before does not count."""
        call.quiet_since = tick

    def done(self, call: Party, tick: int, started: int) -> bool:
        """Quiet for long enough."""
        if _over(tick, started, self.patience_s):
            call.hang_up(tick)
            return False
        return _over(tick, call.quiet_since, self.quiet_s)


@dataclass(frozen=True)
class UntilPressed(Step):
    """Listen until the box has sent these digits (since the call began)."""

    digits: str
    patience_s: float = 30.0

    def done(self, call: Party, tick: int, started: int) -> bool:
        """Heard."""
        if self.digits in call.pressed:
            return True
        if _over(tick, started, self.patience_s):
            call.hang_up(tick)
        return False


@dataclass(frozen=True)
class HangUp(Step):
    """Clear with a Q.850 cause; refuses a call that is not answered."""

    cause: int = 16

    def start(self, call: Party, tick: int) -> None:
        """Clear."""
        call.hang_up(tick, self.cause)


@dataclass(frozen=True)
class Alert(Step):
    """Alert, by default with the ringback tone in the channel."""

    tone: str = "ringback"

    def start(self, call: Party, tick: int) -> None:
        """ALERTING, with progress indicator 8 when there is a tone."""
        call.alert(tick, inband=bool(self.tone))
        if self.tone:
            call.sound(self.tone)


@dataclass(frozen=True)
class Progress(Step):
    """PROGRESS with a tone or a spoken clip in the channel, and the cause that it stands for."""

    cause: int
    tone: str = ""
    codes: bytes = b""

    def start(self, call: Party, tick: int) -> None:
        """Let it be heard."""
        call.progress(tick, self.cause)
        if self.tone:
            call.sound(self.tone)
        else:
            call.mouth.say(self.codes, loop=True)


@dataclass(frozen=True)
class Answer(Step):
    """Answer; what sounded before stops."""

    def start(self, call: Party, tick: int) -> None:
        """CONNECT."""
        call.mouth.stop()
        call.answer(tick)


Script = Sequence[Step]


def answers(after_s: float = 2.0, then: Script = ()) -> Script:
    """Ring for `after_s`, answer, then do `then`."""
    return [Alert(), Wait(after_s), Answer(), *then]


def busy() -> Script:
    """Refuse with cause 17 at once."""
    return [HangUp(17)]


def no_answer(seconds: float = 60.0) -> Script:
    """Ring, then clear with cause 19 (T301 of the network)."""
    return [Alert(), Wait(seconds), HangUp(19)]


def unreachable(seconds: float = 8.0) -> Script:
    """No answer of the terminal at all: cause 18."""
    return [Wait(seconds), HangUp(18)]


def rejected() -> Script:
    """Ring shortly, then reject with cause 21."""
    return [Alert(), Wait(1.0), HangUp(21)]


def unallocated() -> Script:
    """Refuse with cause 1 at once."""
    return [HangUp(1)]


def announces(tone: str, cause: int, seconds: float = 10.0) -> Script:
    """Let a tone be heard in the channel, then clear with the cause."""
    return [Progress(cause, tone), Wait(seconds), HangUp(cause)]


class Actor:
    """Runs a script for one call."""

    def __init__(self, call: Party, script: Script) -> None:
        self._call, self._script = call, list(script)
        self._at, self._started = -1, 0

    def step(self, tick: int) -> None:
        """Do what is due.  Steps that take no time follow one another at once."""
        while self._call.state not in (CallState.CLEARING, CallState.ENDED):
            if self._at >= 0:
                if self._at == len(self._script):
                    return
                if not self._script[self._at].done(self._call, tick, self._started):
                    return
            self._at += 1
            self._started = tick
            if self._at < len(self._script):
                self._script[self._at].start(self._call, tick)
