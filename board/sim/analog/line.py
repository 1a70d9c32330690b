"""One subscriber's line at the exchange: what it makes of the loop, and what it puts on the pair.

state table (states.py) <- loop, digits, timers, the far end
        -> tones, ringing, battery and polarity (pair.py)
"""

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase

from board.sim.alaw import RATE, Samples
from board.sim.analog.call import AnalogCall
from board.sim.analog.caller_id import Presentation
from board.sim.analog.carrier import NO_BOARD, Draw, Feed
from board.sim.analog.chip import ChipFaults
from board.sim.analog.clearing import Sign, refusal, release
from board.sim.analog.digits import Dialled, Loop, ToneDigits
from board.sim.analog.pair import Office, Pair
from board.sim.analog.ringing import Ringing
from board.sim.analog.service import DialTone, Service
from board.sim.analog.states import LineEvent, LineState, Machine
from board.sim.call import Mouth
from board.sim.progress_tones import cycle

S, E = LineState, LineEvent
_LOOP_MA = 8.0  # loop current that counts as off-hook
_LONGEST = 24  # digits
_NO_REGISTER = 34  # cause: no circuit available
_DIALLING = (S.DIAL_TONE, S.DIGITS)
_TALKING = (S.OUTGOING, S.INCOMING)


class Line:
    """`pair`, `service` and `chip` are for tests to change; the lists are what was seen."""

    def __init__(
        self, index: int, number: str, on_number: Callable[["Line", str, int], AnalogCall]
    ) -> None:
        """`index` from 1; `on_number` makes the call of a number that is complete."""
        self.index, self.number = index, number
        self.pair, self.service, self.chip = Pair(), Service(), ChipFaults()
        self.digits: list[Dialled] = []
        self.tones: list[tuple[int, str]] = []
        """Tick and state whose tone begins; for a sign of clearing "cleared"."""
        self.rings: list[int] = []
        """Ticks at which a burst of ringing began."""
        self.draw: Draw = NO_BOARD
        self.call: AnalogCall | None = None
        self._on_number = on_number
        self._machine = Machine(f"line({index})")
        self._loop = Loop()
        self._ear = ToneDigits()
        self._mouth = Mouth()
        self._office = Office()
        self._ringing: Ringing | None = None
        self._ring_from = 0
        self._dialled = ""
        self._sign = Sign()
        self._tone_at: int | None = None
        self._battery_at = 0
        self._release_at: int | None = None
        self._ring_on = False
        self._enter: dict[LineState, Callable[[int], None]] = {
            S.IDLE: self._idle,
            S.RINGING: self._begin_ringing,
            S.SEIZED: self._seized,
            S.DIAL_TONE: self._dial_tone,
            S.DIGITS: self._digits,
            S.OUTGOING: self._outgoing,
            S.INCOMING: self._incoming,
            S.HELD: self._held,
            S.CLEARED: self._cleared,
            S.HOWLER: self._howler,
            S.LOCKED_OUT: self._locked_out,
        }

    @property
    def state(self) -> LineState:
        """What the exchange does with it."""
        return self._machine.state

    @property
    def idle(self) -> bool:
        """Whether it can be called."""
        return self.state is LineState.IDLE

    @property
    def states(self) -> list[tuple[int, LineState]]:
        """All states since the beginning, with their ticks."""
        return self._machine.history

    @property
    def hook_edges(self) -> list[tuple[int, bool]]:
        """Tick and True for off-hook, at each change of the loop current."""
        return self._loop.edges

    @property
    def flashes(self) -> list[tuple[int, int]]:
        """Tick and milliseconds of each hook flash."""
        return self._loop.flashes

    @property
    def off_hook(self) -> bool:
        """Whether loop current flows."""
        return self._loop.closed

    def close(self) -> None:
        """Free the digit receiver."""
        self._ear.close()

    def forget(self, kept: int) -> None:
        """Keep only the last of all that was seen."""
        for seen in (self.digits, self.tones, self.rings, self.states, *self._loop.seen):
            del seen[:-kept]

    # What calls and the exchange order.

    def ring(self, call: AnalogCall, shown: Presentation, tick: int) -> bool:
        """Ring for a call; False when the line is busy."""
        if not self._fire(E.RING, tick):
            return False
        self.call = call
        self._ringing = Ringing(self.service.ring, shown, tick)
        call.rung(tick)
        return True

    def whisper(self, codes: bytes) -> bool:
        """Let a clip be heard instead of the far end; False: nobody is talking."""
        if self.call is None or not self.call.connected:
            return False
        self._mouth.say(codes)
        return True

    def answered(self, tick: int) -> None:
        """Reverse the pair where that service was ordered."""
        if self.service.answer_polarity:
            self._office = replace(self._office, reversed=True)

    def far_cleared(self, call: AnalogCall, tick: int) -> None:
        """Show that the far end is gone."""
        if call is not self.call:
            call.released(tick)
            return
        answered = call.times.connect is not None
        self._sign = release(self.service) if answered else refusal(self.service, call.cause)
        self._fire(E.FAR_CLEARED, tick)

    # Each block.

    def turn(self, tick: int) -> Feed:
        """Do what is due; return what the pair shall offer."""
        if self._machine.timer_over(tick):
            self._fire(E.REGISTER if self.state is S.SEIZED else E.TIMEOUT, tick)
        if self._release_at is not None and tick >= self._release_at:
            self._sign = release(self.service)
            self._fire(E.FAR_CLEARED, tick)
        if self._tone_at is not None and tick >= self._tone_at:
            self._tone_at = None
            self._sound("cleared", self._sign.tone, tick)
        bits, register = self.chip.take()
        feed = self.pair.feed(self._wanted(tick), self.draw)
        return replace(feed, bits=bits, register=register) if bits else feed

    def speak(self, tick: int) -> bytes | None:
        """Return the next block to the box, None for silence."""
        if self.call is None or self.state not in _TALKING:
            return self._mouth.next_block()
        spoken = self.call.speak(tick)
        return spoken if self._mouth.silent else self._mouth.next_block()

    def take(self, tick: int, draw: Draw, samples: Samples) -> None:
        """Take what the board makes of the pair in the block that begins at `tick`."""
        self.draw = draw
        closed = self.pair.exchange_ma(draw) >= _LOOP_MA
        if tick < self._battery_at:
            closed = self._loop.closed  # without battery nobody can tell
        pulsed = self._loop.take(tick, closed=closed, dialling=self.state in _DIALLING)
        if pulsed is not None:
            self._digit(pulsed, tick)
        if draw.speaks:  # else there is nothing to look at
            for digit in self._ear.take(tick, samples):
                self._digit(digit, tick)
        self._hook(tick)

    def _hook(self, tick: int) -> None:
        if self.state is S.RINGING:
            since = max(self._ring_from, self._loop.since)
            if self._loop.closed and tick - since >= self.service.ring_trip_ms * RATE // 1000:
                self._loop.seized()
                self._fire(E.OFF_HOOK, tick)
        elif self._loop.seized():
            self._fire(E.OFF_HOOK, tick)
        if self._loop.cleared(tick, self.service.clear_break_ms):
            self._fire(E.ON_HOOK, tick)

    def _digit(self, digit: Dialled, tick: int) -> None:
        self.digits.append(digit)
        if self.call is not None:
            if digit.method == "dtmf":
                self.call.digits.append((tick, digit.digit))
        elif self._fire(E.DIGIT, tick):
            self._dialled += digit.digit
            done = any(fnmatchcase(self._dialled, known) for known in self.service.numbers)
            if done or digit.digit == "#" or len(self._dialled) == _LONGEST:
                self._dialled = self._dialled.removesuffix("#")
                self._fire(E.COMPLETE, tick)

    def _wanted(self, tick: int) -> Office:
        """Battery, polarity, ring and metering of this block."""
        if self._ringing is not None:
            return self._rung(self._ringing, tick)
        if tick < self._battery_at:
            return replace(self._office, battery=False)
        meter = self.pair.metering
        if meter.every_s and self.call is not None and self.call.times.connect is not None:
            at = (tick - self.call.times.connect) % int(meter.every_s * RATE)
            if at < meter.pulse_ms * 8:
                return replace(self._office, dip_v=meter.dip_v)
        return self._office

    def _rung(self, ringing: Ringing, tick: int) -> Office:
        self._mouth.say(ringing.clip(tick))
        office = replace(self._office, reversed=ringing.reversed(tick))
        if not ringing.rings(tick):
            self._ring_on = False
            return office
        if not self._ring_on:
            self.rings.append(tick)
        self._ring_on = True
        style = ringing.style
        return replace(
            office, ring_v=style.volts, ring_hz=style.hertz, ring_offset_v=style.offset_volts
        )

    # States.

    def _fire(self, event: LineEvent, tick: int) -> bool:
        if not self._machine.fire(event, tick):
            return False
        self._enter[self.state](tick)
        return True

    def _sound(self, name: str, codes: bytes, tick: int) -> None:
        self._mouth.stop()
        self._mouth.say(codes, loop=True)
        self.tones.append((tick, name))

    def _idle(self, tick: int) -> None:
        self._mouth.stop()
        self._ringing, self._office, self._dialled = None, Office(), ""
        self._tone_at = self._release_at = None
        call, self.call = self.call, None
        if call is not None:
            call.box_cleared(tick)
            call.released(tick)

    def _begin_ringing(self, tick: int) -> None:
        self._mouth.stop()
        self._ring_from = tick

    def _seized(self, tick: int) -> None:
        style = self.service.dial_tone
        if style is not DialTone.ABSENT:
            late = style is DialTone.LATE
            wait = self.service.late_s if late else self.service.dial_tone_s
            self._machine.start_timer(tick, wait)

    def _dial_tone(self, tick: int) -> None:
        style = self.service.dial_tone
        if style is not DialTone.SILENT:
            name = "stutter" if style is DialTone.STUTTER else "dial"
            self._sound(name, cycle(name, self.service.country), tick)
        self._sign = refusal(self.service, _NO_REGISTER)
        self._machine.start_timer(tick, self.service.first_digit_s)

    def _digits(self, tick: int) -> None:
        self._mouth.stop()
        self._machine.start_timer(tick, self.service.between_digits_s)

    def _outgoing(self, tick: int) -> None:
        self.call = self._on_number(self, self._dialled, tick)

    def _incoming(self, tick: int) -> None:
        self._mouth.stop()
        self._ringing = None
        if self.call is not None:
            self.call.box_answered(tick)

    def _held(self, tick: int) -> None:
        if self.call is not None:
            self.call.box_cleared(tick)
        if self._release_at is None:
            self._release_at = tick + int(self.service.release_s * RATE)

    def _cleared(self, tick: int) -> None:
        sign = self._sign
        self._release_at = None
        self._mouth.stop()
        if sign.tone:
            self._tone_at = tick + int(sign.tone_after_s * RATE)
        if sign.toggles_polarity:
            self._office = replace(self._office, reversed=not self._office.reversed)
        self._battery_at = tick + sign.drop_ms * 8
        if sign.howler:
            self._machine.start_timer(tick, sign.tone_after_s + self.service.howler_after_s)

    def _howler(self, tick: int) -> None:
        self._sound("howler", cycle("howler"), tick)
        self._machine.start_timer(tick, self.service.howler_s)

    def _locked_out(self, tick: int) -> None:
        self._mouth.stop()
