"""One call as the network sees it: states, times in ticks, causes, audio both ways, digits."""

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from board.host import isdn_events as ev
from board.sim import progress_tones
from board.sim.alaw import RATE, SILENCE, Samples, decode
from board.sim.isdn_side import IsdnSide
from board.sim.spandsp import DtmfReceiver

BLOCK = 40  # samples


class CallState(StrEnum):
    """States of a call; names of Q.931 in short."""

    CALLING = "calling"
    OVERLAP = "overlap"
    PROCEEDING = "proceeding"
    ALERTING = "alerting"
    CONNECTED = "connected"
    CLEARING = "clearing"
    ENDED = "ended"


@dataclass
class Times:
    """When each thing happened, in ticks of 125 us; None: it did not."""

    setup: int
    proceeding: int | None = None
    progress: int | None = None
    alerting: int | None = None
    connect: int | None = None
    disconnect: int | None = None
    released: int | None = None


@dataclass(frozen=True)
class Heard:
    """A recording: 16-bit samples at 8 kHz, and the tick of the first one."""

    tick: int
    samples: Samples

    @property
    def end(self) -> int:
        """The tick after the last sample."""
        return self.tick + len(self.samples)

    def between(self, start: int, end: int) -> Samples:
        """Return the samples from tick to tick, as far as there are any."""
        return self.samples[max(0, start - self.tick) : max(0, end - self.tick)]


class Recording:
    """A-law blocks on the time line, gaps silent; keeps at least the last `limit` samples."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._codes = bytearray()
        self._tick = -1

    def add(self, tick: int, codes: bytes) -> None:
        """Append a block that belongs to a tick."""
        if self._tick < 0:
            self._tick = tick
        missing = tick - self._tick - len(self._codes)
        if missing > 0:
            self._codes += bytes([SILENCE]) * missing
        self._codes += codes
        if self._limit and len(self._codes) > 2 * self._limit:
            surplus = len(self._codes) - self._limit
            del self._codes[:surplus]
            self._tick += surplus

    def latest(self, count: int) -> Samples:
        """Return the last samples."""
        return decode(self._codes[-count:])

    def heard(self) -> Heard:
        """Return all of it; another thread may add meanwhile, which a view would forbid."""
        return Heard(max(0, self._tick), decode(bytes(self._codes)))


class Mouth:
    """What a party says next: A-law clips one after another; one may be looped."""

    def __init__(self) -> None:
        self._queue: deque[tuple[bytes, bool]] = deque()
        self._at = 0

    @property
    def silent(self) -> bool:
        """Whether all has been said."""
        return not self._queue

    def say(self, codes: bytes, *, loop: bool = False) -> None:
        """Queue a clip; a looped one is ended by `stop` only."""
        if codes:
            self._queue.append((codes, loop))

    def stop(self) -> None:
        """Forget all that is queued."""
        self._queue.clear()
        self._at = 0

    def next_block(self) -> bytes | None:
        """Return the next 40 codes, None for silence."""
        if not self._queue:
            return None
        block = b""
        while len(block) < BLOCK and self._queue:
            codes, loop = self._queue[0]
            taken = codes[self._at : self._at + BLOCK - len(block)]
            block += taken
            self._at += len(taken)
            if self._at == len(codes):
                self._at = 0
                if not loop:
                    self._queue.popleft()
        return block.ljust(BLOCK, bytes([SILENCE]))


class Party(ABC):
    """One end of a call as scripts see it, and its audio; what kind of line it has is below it."""

    def __init__(
        self,
        number: int,
        *,
        tick: int,
        incoming: bool,
        called: str,
        calling: str,
        keep_s: float | None,
    ) -> None:
        """`incoming`: the box placed it; `keep_s`: seconds of audio kept, None: all."""
        self.number, self.incoming = number, incoming
        self.called, self.calling = called, calling
        self.channel = 0
        self.state = CallState.CALLING
        self.times = Times(tick)
        self.cause = 0
        self.cleared_by = ""
        self.digits: list[tuple[int, str]] = []
        self.mouth = Mouth()
        self.quiet_since = tick
        self.level_dbm0 = -90.0
        limit = None if keep_s is None else int(keep_s * RATE)
        self._heard, self._said = Recording(limit), Recording(limit)

    @property
    def ended(self) -> bool:
        """Whether it is released."""
        return self.state is CallState.ENDED

    @property
    def pressed(self) -> str:
        """The digits that the network heard from the box, in order."""
        return "".join(digit for _, digit in self.digits)

    def heard(self) -> Heard:
        """Return what the network received from the box since the channel was agreed."""
        return self._heard.heard()

    def heard_lately(self, count: int) -> Samples:
        """Return the last samples of it, fewer when there are not so many."""
        return self._heard.latest(count)

    def said(self) -> Heard:
        """Return what the network sent to the box, on the same time line."""
        return self._said.heard()

    # What the network's party does.

    @abstractmethod
    def alert(self, tick: int, *, inband: bool) -> None:
        """Alert the called party (a call of the box)."""

    @abstractmethod
    def progress(self, tick: int, cause: int) -> None:
        """Say that there is something to hear instead of an answer (a call of the box)."""

    @abstractmethod
    def answer(self, tick: int) -> None:
        """Answer (a call of the box)."""

    @abstractmethod
    def hang_up(self, tick: int, cause: int = 16) -> None:
        """Clear the call, or refuse it when it is not answered."""

    def sound(self, tone: str) -> None:
        """Let a progress tone be heard until the mouth is stopped."""
        self.mouth.say(progress_tones.cycle(tone), loop=True)

    # Audio, a block at a time.

    def speak(self, tick: int) -> bytes | None:
        """Return the next block to the box, None for silence."""
        if self.state in (CallState.CLEARING, CallState.ENDED):
            self.mouth.stop()
        block = self.mouth.next_block()
        if block is not None:
            self._said.add(tick, block)
        return block

    def listen(self, tick: int, codes: bytes, samples: Samples, level_dbm0: float) -> None:
        """Take a block from the box: A-law, the same decoded, and its smoothed level."""
        self._heard.add(tick, codes)
        self.level_dbm0 = level_dbm0
        if level_dbm0 > _QUIET_DBM0:
            self.quiet_since = tick


class Call(Party):
    """A call between the box and the network by ISDN."""

    def __init__(
        self,
        number: int,
        *,
        tick: int,
        incoming: bool,
        called: str,
        calling: str,
        isdn: IsdnSide,
        keep_s: float | None,
    ) -> None:
        """`number` is callbox-isdn's; `incoming`: the box placed it; `keep_s` of audio is kept."""
        super().__init__(
            number, tick=tick, incoming=incoming, called=called, calling=calling, keep_s=keep_s
        )
        self.complete = True
        self.inband = False
        self._isdn = isdn
        self._ear = DtmfReceiver()

    # What the network's party does.

    def order(self, verb: str, **keys: str | int | bool) -> None:
        """Send a line about this call to callbox-isdn."""
        self._isdn.order(verb, call=self.number, **keys)

    def alert(self, tick: int, *, inband: bool) -> None:
        """Alert the called party (a call of the box)."""
        self.order("ALERTING", inband=inband)
        self.state, self.times.alerting = CallState.ALERTING, tick

    def proceed(self, tick: int) -> None:
        """Say that the number is complete (a call of the box)."""
        self.order("PROCEEDING")
        self.state, self.times.proceeding = CallState.PROCEEDING, tick

    def progress(self, tick: int, cause: int) -> None:
        """Say that there is something to hear instead of an answer (a call of the box)."""
        self.order("PROGRESS", cause=cause)
        self.times.progress = tick

    def answer(self, tick: int) -> None:
        """Answer (a call of the box)."""
        self.order("CONNECT")
        self.state, self.times.connect = CallState.CONNECTED, tick

    def hang_up(self, tick: int, cause: int = 16) -> None:
        """Clear the call, or refuse it when it is not answered."""
        if self.state in (CallState.CLEARING, CallState.ENDED):
            return
        self.order("DISCONNECT", cause=cause)
        self.state, self.times.disconnect = CallState.CLEARING, tick
        self.cause, self.cleared_by = cause, "network"

    # What the box does.

    def handle(self, event: ev.Event, tick: int) -> None:
        """Take an event about this call."""
        if isinstance(event, ev.SetupAck | ev.Proceeding | ev.Alerting | ev.Progress | ev.Connect):
            self._on_step(event, tick)
        elif isinstance(event, ev.Info):
            self.called += event.digits
            self.complete = self.complete or event.complete
        elif isinstance(event, ev.Disconnect):
            self._on_cleared(event.cause, tick)
            self.order("RELEASE")
        elif isinstance(event, ev.Released):
            self._on_cleared(event.cause, tick)
            self.state, self.times.released = CallState.ENDED, tick
            self._ear.close()

    def _on_step(self, event: ev.Event, tick: int) -> None:
        if isinstance(event, ev.Refusal | ev.Hello) or self.state is CallState.CLEARING:
            return
        for kind, state in _STEPS:
            if isinstance(event, kind):
                self.channel, self.inband = event.channel, self.inband or event.inband
                name = kind.__name__.lower()
                if name != "setupack" and getattr(self.times, name) is None:
                    setattr(self.times, name, tick)
                if state is not None:
                    self.state = state

    def _on_cleared(self, cause: int, tick: int) -> None:
        if self.times.disconnect is None:
            self.times.disconnect = tick
            self.cause, self.cleared_by = cause, "box"
        self.state = CallState.CLEARING

    def listen(self, tick: int, codes: bytes, samples: Samples, level_dbm0: float) -> None:
        """Take a block from the box, and the digits in it."""
        super().listen(tick, codes, samples, level_dbm0)
        if self.state is not CallState.ENDED:
            self.digits += [(tick, digit) for digit in self._ear.feed(samples)]


_QUIET_DBM0 = -45.0
_STEPS: tuple[
    tuple[
        type[ev.SetupAck]
        | type[ev.Proceeding]
        | type[ev.Alerting]
        | type[ev.Progress]
        | type[ev.Connect],
        CallState | None,
    ],
    ...,
] = (
    (ev.SetupAck, CallState.OVERLAP),
    (ev.Proceeding, CallState.PROCEEDING),
    (ev.Alerting, CallState.ALERTING),
    (ev.Progress, None),
    (ev.Connect, CallState.CONNECTED),
)
