"""The simulated exchange: one E1 line, ISDN as the network side, and the people behind it.

It is the clock: a block of 40 frames (5 ms) is one `step`.  In lockstep nothing else moves time:
each step waits for the board's answer and for callbox-isdn, so a run with the same seed and the
same orders is the same run.  In real time (`board.sim.pace`) it takes what is there.
All times are ticks of 125 us; `RATE` of them are a second.
"""

import logging
import random
import socket
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from board.host import isdn_events as ev
from board.sim import line
from board.sim.alaw import DECODE, RATE, SILENCE, powers_dbm0
from board.sim.call import Call, CallState
from board.sim.isdn_side import BINARY, IsdnSide
from board.sim.script import Actor, Script, unallocated
from board.sim.span import BLOCK_FRAMES, SLOTS, FixedLine, LineEnd, Reply, Span

_LOGGER = logging.getLogger(__name__)
TICKS_PER_MS = 8
_SMOOTHING = 0.1  # of the level, a block: about 50 ms
_NO_SIGNAL = line.LOS | line.LFA | line.AIS  # the board hears no frames then
_OVERLAP_DIGIT_S = 0.3
_OVERLAP_WAIT_S = 4.0  # for more digits of the box, shorter than T302


class CentralOffice:
    """A span, its calls, and the rules by which calls of the box are answered."""

    def __init__(
        self,
        line_end: socket.socket | LineEnd,
        *,
        isdn: Path = BINARY,
        seed: int = 1,
        lockstep: bool = True,
        keep_s: float | None = None,
        keep_calls: int | None = None,
        timers: dict[str, int] | None = None,
    ) -> None:
        """`line_end`: the exchange's end of a line; `keep_s`: seconds of audio kept per call
        (None: all); `keep_calls`: ended calls kept in `calls`; `timers`: of callbox-isdn, in ms,
        by name.  Raises OSError."""
        end = FixedLine(line_end) if isinstance(line_end, socket.socket) else line_end
        self.random = random.Random(seed)  # noqa: S311  a simulation, to be repeated
        self.tick = 0
        self.calls: list[Call] = []
        self.on_call: Callable[[Call], None] = lambda _call: None
        self.on_frame: Callable[[bytes, str], None] = lambda _octets, _sender: None
        """Told of each D-channel frame: octets (no FCS), and who sent it: "box" or "network"."""
        self.held: ev.Snapshot | None = None
        """The last answer to `ask_held`."""
        self.link_up = False
        self.box_alarms: int | None = None
        self._span = Span(end, lockstep=lockstep)
        self._isdn = IsdnSide("network", stepped=lockstep, binary=isdn, timers=timers)
        self._keep_s, self._keep_calls = keep_s, keep_calls
        self._alarms = 0
        self._d_channel_cut = False
        self._extra: list[bytes] = []
        self._rules: list[tuple[str, Script]] = []
        self._actors: dict[int, Actor] = {}
        self._open: dict[int, Call] = {}
        self._dialling: dict[int, tuple[str, int]] = {}  # digits still to send, tick of the next
        self._incomplete: dict[int, int] = {}  # calls of the box: when no more digits are awaited
        self._last_number = 0
        self._unheard: set[int] = set()  # channels of calls that ended without layer 2
        self._from_board: list[bytes] = []
        self._power = np.zeros(SLOTS)

    # Orders.

    def place_call(
        self,
        called: str,
        calling: str = "",
        script: Script = (),
        *,
        channel: int = 0,
        exclusive: bool = False,
        first_digits: int | None = None,
        **keys: str | int | bool,
    ) -> Call:
        """Call the box.  `channel` 0: the network hunts.  `first_digits`: so many in SETUP, the
        rest one by one (overlap).  Further keys of SETUP: presentation, redirecting, types."""
        self._last_number += 1
        call = self._new_call(self._last_number, called, calling, incoming=False)
        head = called if first_digits is None else called[:first_digits]
        if head != called:
            self._dialling[call.number] = (called[len(head) :], 0)
        complete = head == called and bool(keys.pop("complete", True))
        call.order(
            "SETUP",
            called=head,
            calling=calling,
            channel=channel,
            exclusive=exclusive,
            complete=complete,
            **keys,
        )
        self._actors[call.number] = Actor(call, script)
        return call

    def answer_rule(self, pattern: str, script: Script) -> None:
        """Answer calls of the box to numbers like `pattern` (`*`, `?`) with a script.

        The rule that was added last counts first; without one a number is unallocated.
        """
        self._rules.insert(0, (pattern, script))

    def set_alarms(self, bits: int) -> None:
        """Let the board's receiver see LOS, LFA, AIS, RAI or LOMF (board.sim.line); 0: none."""
        self._alarms = bits

    def cut_d_channel(self, *, cut: bool) -> None:
        """Lose all D-channel frames, both ways."""
        self._d_channel_cut = cut

    def line_errors(self, violations: int, fas: int = 0, crc: int = 0, e_bits: int = 0) -> None:
        """Let the board see so many errors once (board.sim.line ERRORS)."""
        self._extra.append(line.errors(self.tick, violations, fas, crc, e_bits))

    def send_raw_frame(self, octets: bytes, bits: int = 0) -> None:
        """Put any D-channel frame on the line, damaged (BAD_FCS, ABORTED) if wished."""
        self._extra.append(line.hdlc(self.tick, octets, bits))

    def restart(self, channel: int = 0) -> None:
        """Restart a channel, or all (Q.931 5.5)."""
        self._isdn.order("RESTART", channel=channel)

    def ask_held(self) -> None:
        """Ask the network side's callbox-isdn what it holds; `held` is the answer, a step later."""
        self.held = None
        self._isdn.order("SNAPSHOT")

    @property
    def open_calls(self) -> int:
        """Calls that are not released."""
        return len(self._open)

    # Time.

    def step(self, blocks: int = 1) -> None:
        """Advance by blocks of 5 ms.  Raises BoardSilent (lockstep), IsdnGone."""
        for _ in range(blocks):
            self._step()

    def begin_step(self) -> None:
        """The part of a step until the board has its block; `end_step` has to follow."""
        self._begin(self.tick)

    def end_step(self) -> None:
        """Take the board's answer.  Raises BoardSilent (lockstep)."""
        for reply in self._span.answers(self.tick):
            self._take(reply)
        self.tick += BLOCK_FRAMES

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Step until `until()` or the time is over; return `until()`."""
        end = self.tick + int(seconds * RATE)
        while self.tick < end and not until():
            self._step()
        return until()

    def close(self) -> None:
        """End callbox-isdn and the line.  Blocks shortly."""
        self._isdn.close()
        self._span.close()

    def _step(self) -> None:
        self.begin_step()
        self.end_step()

    def _begin(self, tick: int) -> None:
        self._dial(tick)
        for actor in list(self._actors.values()):
            actor.step(tick)
        for octets in self._from_board:
            self.on_frame(octets, "box")
            self._isdn.frame(octets)
        self._from_board = []
        events, frames = self._isdn.turn(tick // TICKS_PER_MS)
        for event in events:
            self._handle(event, tick)
        for octets in frames:
            self.on_frame(octets, "network")
        samples = self._speak(tick)
        before = [*self._extra, *([line.hdlc(tick, f) for f in frames] if self._passes else [])]
        self._extra = []
        self._span.send_block(tick, self._alarms, samples, before)

    @property
    def _passes(self) -> bool:
        return not self._d_channel_cut and not self._alarms & _NO_SIGNAL

    # Signalling.

    def _new_call(self, number: int, called: str, calling: str, *, incoming: bool) -> Call:
        call = Call(
            number,
            tick=self.tick,
            incoming=incoming,
            called=called,
            calling=calling,
            isdn=self._isdn,
            keep_s=self._keep_s,
        )
        self.calls.append(call)
        self._open[number] = call
        self.on_call(call)
        return call

    def _handle(self, event: ev.Event, tick: int) -> None:
        if isinstance(event, ev.Link):
            self._on_link(up=event.up)
        elif isinstance(event, ev.Setup):
            self._on_setup(event)
        elif isinstance(event, ev.Snapshot):
            self.held = event
        elif isinstance(event, ev.Refusal):
            _LOGGER.warning("exchange: refused: %s %s", event.verb, event.text)
        else:
            self._on_call_event(event, tick)

    def _on_link(self, *, up: bool) -> None:
        """Layer 2 came or went; the box hears now which calls ended without it (Q.931 5.5)."""
        self.link_up = up
        while up and self._unheard:
            self._isdn.order("RESTART", channel=self._unheard.pop())

    def _on_call_event(self, event: ev.Event, tick: int) -> None:
        call = self._open.get(getattr(event, "call", 0))
        if call is None:
            return
        call.handle(event, tick)
        if call.state is CallState.OVERLAP and call.number in self._dialling:
            rest, _ = self._dialling[call.number]
            self._dialling[call.number] = (rest, tick + int(_OVERLAP_DIGIT_S * RATE))
        if isinstance(event, ev.Info):
            self._route(call)
        if call.ended:
            if not self.link_up and call.channel:
                self._unheard.add(call.channel)
            del self._open[call.number]
            self._forget()
            self._actors.pop(call.number, None)
            self._dialling.pop(call.number, None)
            self._incomplete.pop(call.number, None)

    def _forget(self) -> None:
        if self._keep_calls is not None:
            ended = [call for call in self.calls if call.ended]
            for call in ended[: max(0, len(ended) - self._keep_calls)]:
                self.calls.remove(call)

    def _on_setup(self, setup: ev.Setup) -> None:
        call = self._new_call(setup.call, setup.called, setup.calling, incoming=True)
        call.channel, call.complete = setup.channel, setup.complete
        self._route(call)

    def _route(self, call: Call) -> None:
        """Give a call of the box its script when its number is complete, else wait for digits."""
        if call.number in self._actors:
            return
        if not call.complete:
            if call.state is CallState.CALLING:
                call.order("SETUP_ACK")
                call.state = CallState.OVERLAP
            self._incomplete[call.number] = self.tick + int(_OVERLAP_WAIT_S * RATE)
            return
        self._incomplete.pop(call.number, None)
        script = next((s for pattern, s in self._rules if fnmatchcase(call.called, pattern)), None)
        call.proceed(self.tick)
        self._actors[call.number] = Actor(call, unallocated() if script is None else script)

    def _dial(self, tick: int) -> None:
        """Overlap: send the next digits of our calls; take the numbers of theirs as complete."""
        for number, (rest, due) in list(self._dialling.items()):
            call = self._open[number]
            if rest and call.state is CallState.OVERLAP and tick >= due:
                call.order("INFO", digits=rest[0])
                self._dialling[number] = (rest[1:], tick + int(_OVERLAP_DIGIT_S * RATE))
        for number, until in list(self._incomplete.items()):
            if tick >= until:
                call = self._open[number]
                call.complete = True
                self._route(call)

    # Audio.

    def _speak(self, tick: int) -> NDArray[np.uint8]:
        samples = np.full((BLOCK_FRAMES, SLOTS), SILENCE, np.uint8)
        if self._alarms & _NO_SIGNAL:
            samples[:] = 0xFF
        for call in self._open.values():
            block = call.speak(tick)
            if block is not None and call.channel and not self._alarms & _NO_SIGNAL:
                samples[:, call.channel] = np.frombuffer(block, np.uint8)
        return samples

    def _take(self, reply: Reply) -> None:
        self.box_alarms = reply.bits
        if self._passes:
            self._from_board += reply.frames
        if not self._open:
            return
        by_slot = np.ascontiguousarray(reply.samples.T)
        linear = DECODE[by_slot]
        now = np.mean(np.square(linear, dtype=np.float64), axis=1)
        self._power += _SMOOTHING * (now - self._power)
        levels: list[float] = powers_dbm0(self._power).tolist()
        for call in self._open.values():
            slot = call.channel
            if slot:
                call.listen(reply.tick, by_slot[slot].tobytes(), linear[slot], levels[slot])
