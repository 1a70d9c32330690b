"""The simulated exchange's analogue side: N lines behind one FXO board, and their callers.

It keeps time as `CentralOffice` does: a block of 40 frames (5 ms) is one `step`, in lockstep each
step waits for the board's answer.  All times are ticks of 125 us.  The same seed and orders are the
same run.
"""

import random
import socket
from collections.abc import Callable
from fnmatch import fnmatchcase

import numpy as np

from board.sim.alaw import RATE, SILENCE, encode, powers_dbm0
from board.sim.analog.bridge import Bridge
from board.sim.analog.call import AnalogCall
from board.sim.analog.caller_id import Caller, call_waiting, plan
from board.sim.analog.carrier import DrawBlock, FxoLink
from board.sim.analog.line import Line
from board.sim.analog.states import LineState
from board.sim.analog.voice import Voice
from board.sim.script import Actor, Script, unallocated
from board.sim.span import BLOCK_FRAMES, FixedLine, LineEnd

_SMOOTHING = 0.1  # of the level, a block: about 50 ms
_BUSY = 17
_KEPT = 1000  # things that a line saw, when calls are not all kept
_LATEST = 10 * RATE
_SEIZABLE = (LineState.SEIZED, LineState.DIAL_TONE)

__all__ = ["AnalogCall", "AnalogExchange", "Line"]


class AnalogExchange:
    """The lines, their calls, and the rules by which calls of the box are answered."""

    def __init__(
        self,
        line_end: socket.socket | LineEnd,
        ports: int = 4,
        *,
        seed: int = 1,
        lockstep: bool = True,
        keep_s: float | None = None,
        keep_calls: int | None = None,
    ) -> None:
        """`line_end`: the exchange's end of a line socket (board.sim.fxo_line); `ports` up to 16;
        `keep_s`: seconds of audio kept per call (None: all); `keep_calls`: ended calls kept."""
        end = FixedLine(line_end) if isinstance(line_end, socket.socket) else line_end
        self.random = random.Random(seed)  # noqa: S311  a simulation, to be repeated
        self.tick = 0
        self.ports = ports
        self.calls: list[AnalogCall] = []
        self.on_call: Callable[[AnalogCall], None] = lambda _call: None
        self.time_of_day = "01010000"
        """Month, day, hour, minute, as caller ID tells them."""
        self.board_there = False
        self.replies_bad = 0
        self.lines = [Line(n, f"010888870{n:02}", self._dialled) for n in range(1, ports + 1)]
        self._link = FxoLink(end, ports, lockstep=lockstep)
        self._voice = Voice([line.pair for line in self.lines], seed)
        self._keep_s, self._keep_calls = keep_s, keep_calls
        self._rules: list[tuple[str, Script]] = []
        self._actors: dict[int, tuple[AnalogCall, Actor | Bridge, int]] = {}
        self._glare: list[tuple[AnalogCall, Line, int, Caller]] = []
        self._last_number = 0
        self._power = np.zeros(ports)

    # Orders.

    def line(self, index: int) -> Line:
        """Return a line, from 1.  Raises IndexError."""
        if not 1 <= index <= self.ports:
            raise IndexError(f"no line {index}")
        return self.lines[index - 1]

    def place_call(
        self,
        line: Line,
        calling: str,
        script: Script = (),
        name: str = "",
        presentation: str = "allowed",
        *,
        glare_ms: int | None = None,
    ) -> AnalogCall:
        """Call the box on a line; a line that is not idle is busy (cause 17, at once).

        With call waiting a line in conversation is told of it, and the caller waits.
        `glare_ms`: ring so long after the box goes off-hook, a call that meets a line just seized.
        """
        call = self._new_call(line, line.number, calling, incoming=False)
        self._actors[call.number] = (call, Actor(call, script), self.tick)
        caller = Caller(calling, name, presentation, self.time_of_day)
        if glare_ms is not None:
            self._glare.append((call, line, glare_ms * RATE // 1000, caller))
        elif line.idle:
            line.ring(call, plan(line.service.caller_id, caller), self.tick)
        elif line.service.call_waiting and line.whisper(self._waiting(line, caller)):
            call.rung(self.tick)
        else:
            call.hang_up(self.tick, _BUSY)
        return call

    def answer_rule(self, pattern: str, script: Script) -> None:
        """Answer calls of the box to numbers like `pattern` (`*`, `?`) with a script.

        The rule that was added last counts first; numbers of lines come before all rules.  Without
        one a number is unallocated.
        """
        self._rules.insert(0, (pattern, script))

    @property
    def open_calls(self) -> int:
        """Calls that are not released."""
        return sum(not call.ended for call in self.calls)

    # Time.

    def step(self, blocks: int = 1) -> None:
        """Advance by blocks of 5 ms.  Raises BoardSilent (lockstep)."""
        for _ in range(blocks):
            self._step()

    def begin_step(self) -> None:
        """The part of a step until the board has its block; `end_step` has to follow."""
        self._begin(self.tick)

    def end_step(self) -> None:
        """Take the board's answer.  Raises BoardSilent (lockstep)."""
        for reply in self._link.answers(self.tick):
            self._take(reply)
        self.tick += BLOCK_FRAMES

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Step until `until()` or the time is over; return `until()`."""
        end = self.tick + int(seconds * RATE)
        while self.tick < end and not until():
            self._step()
        return until()

    def close(self) -> None:
        """End the lines.  Blocks shortly."""
        self._link.close()
        for line in self.lines:
            line.close()

    def _step(self) -> None:
        self.begin_step()
        self.end_step()

    def _begin(self, tick: int) -> None:
        self._collide(tick)
        self._act(tick)
        feeds = [line.turn(tick) for line in self.lines]
        codes = np.full((self.ports, BLOCK_FRAMES), SILENCE, np.uint8)
        for row, line in zip(codes, self.lines, strict=True):
            block = line.speak(tick)
            if block is not None:
                row[:] = np.frombuffer(block, np.uint8)
        self._link.send_block(tick, feeds, self._voice.to_board(codes))

    def _act(self, tick: int) -> None:
        for number, (call, actor, begin) in list(self._actors.items()):
            if tick >= begin:
                actor.step(tick)
            if call.ended:
                del self._actors[number]
                self._forget()

    def _collide(self, tick: int) -> None:
        """Ring for calls that wait for a line to be seized."""
        for waiting in list(self._glare):
            call, line, after, caller = waiting
            seized = line.state in _SEIZABLE and tick - line.hook_edges[-1][0] >= after
            if seized or call.over:
                self._glare.remove(waiting)
            if seized and not call.over:
                line.ring(call, plan(line.service.caller_id, caller), tick)

    # Calls.

    def _new_call(self, line: Line, called: str, calling: str, *, incoming: bool) -> AnalogCall:
        self._last_number += 1
        call = AnalogCall(
            self._last_number,
            line,
            tick=self.tick,
            incoming=incoming,
            called=called,
            calling=calling,
            keep_s=self._keep_s,
        )
        self.calls.append(call)
        self.on_call(call)
        return call

    def _dialled(self, line: Line, number: str, tick: int) -> AnalogCall:
        """Make the call of a number that is complete."""
        call = self._new_call(line, number, line.number, incoming=True)
        begin = tick + int(line.service.routing_s * RATE)
        other = next((one for one in self.lines if one.number == number), None)
        if other is not None and other is not line:
            actor: Actor | Bridge = Bridge(call, self.place_call(other, line.number))
        else:
            script = next((s for pattern, s in self._rules if fnmatchcase(number, pattern)), None)
            actor = Actor(call, unallocated() if script is None else script)
        call.times.proceeding = tick
        self._actors[call.number] = (call, actor, begin)
        return call

    @staticmethod
    def _waiting(line: Line, caller: Caller) -> bytes:
        return encode(call_waiting(line.service.caller_id, caller))

    def _forget(self) -> None:
        if self._keep_calls is not None:
            for line in self.lines:
                line.forget(_KEPT)
            ended = [call for call in self.calls if call.ended]
            for call in ended[: max(0, len(ended) - self._keep_calls)]:
                self.calls.remove(call)

    # Audio.

    def _take(self, reply: DrawBlock) -> None:
        # Its tick wraps; one that is not of the last seconds is not the board's.
        late = (self.tick - reply.tick) & 0xFFFFFFFF
        if late > _LATEST:
            self.replies_bad += 1
            return
        tick = self.tick - late
        self.board_there = reply.there
        heard, samples = self._voice.from_board(reply.codes, reply.draws)
        now = np.mean(np.square(samples, dtype=np.float64), axis=1)
        self._power += _SMOOTHING * (now - self._power)
        levels: list[float] = powers_dbm0(self._power).tolist()
        for at, line in enumerate(self.lines):
            line.take(tick, reply.draws[at], samples[at])
            if line.call is not None:
                codes = heard[at].tobytes()
                line.call.listen(tick, codes, samples[at], levels[at])
                line.call.relay(codes)
