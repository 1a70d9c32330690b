"""All timers in one list, and the clocks they run on.

Durations are monotonic, stamps are UTC: a step of the wall clock never changes a timer.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timer:
    """Default duration in seconds, what it watches, and where the figure comes from."""

    seconds: float
    meaning: str
    source: str


TIMERS: dict[str, Timer] = {
    # Q.931 runs inside callbox-isdn; these watch it from above, a little longer, so that
    # no channel stays seized when the program or its answer is lost.
    "T301": Timer(180, "far end alerts, no CONNECT", "Q.931 9.1: at least 3 min"),
    "T302": Timer(4, "overlap receiving: no further digit", "Q.931 9.2, shortened; setting"),
    "T303": Timer(4, "SETUP sent, no answer from the network", "Q.931 table 9-2: 4 s"),
    "T309": Timer(10, "D-channel is lost, calls are kept", "Q.931 9.1: 6 to 90 s; libpri has 6"),
    "T310": Timer(30, "PROCEEDING, no ALERTING or CONNECT", "Q.931 table 9-2: 30 to 120 s"),
    "T316": Timer(120, "RESTART sent, no acknowledgement", "Q.931 table 9-2: 2 min"),
    "T_clear": Timer(40, "leg is being cleared, trunk says nothing", "T305 + 2 x T308 + 2 s"),
    "T_alarm": Timer(2.5, "line alarm or no board, calls are kept", "ETS 300 011: loss over 2 s"),
    "T_ring_over": Timer(10, "line rings no more", "longest pause of ring cadences; E.180 sup. 2"),
    "T_turn_away": Timer(1.5, "blacklisted caller's line is off-hook", "china.md: 1 to 2 s"),
    "T_dial_tone": Timer(5, "off-hook, no dial tone", "setting of the line: dial_tone_s"),
    "T_redial": Timer(10, "on-hook, exchange may hold the line still", "held for 60 to 90 s"),
    "T_line": Timer(75, "no line for an outgoing call had dial tone", "as long as one is held"),
    "T_dialling": Timer(10, "digits go out", "200 ms a digit, pulses 1.6 s at most"),
    "T_guard": Timer(1.5, "on-hook, before the line is used again", "DAHDI: 750 ms after pulses"),
    "T_settle": Timer(1, "off-hook transients of the exchange", "board: 650 ms, then polarity 80"),
    "T_polarity": Timer(0.25, "polarity turned, may turn back", "XPP: longer than a ring's 200 ms"),
    "T_battery": Timer(0.35, "no battery while off-hook", "drops last 100 to 800 ms; told late"),
    "T_returned": Timer(0.25, "voltage is back after a drop; a reversal would be told", "own"),
    "T_longest": Timer(14400, "a call on an analogue line", "setting of the line: longest_s"),
    "T_caller_digits": Timer(0.5, "DTMF caller ID: no further digit", "EN 300 659-1"),
    "T_alert": Timer(20, "call alerts at an agent", "setting queues.*.ring_s"),
    "T_wrap_up": Timer(30, "agent works after a call", "setting queues.*.wrap_up_s"),
    "T_retry": Timer(20, "call skips an agent who did not answer", "setting queues.*.retry_s"),
    "T_max_wait": Timer(1800, "longest wait in a queue", "setting queues.*.max_wait_s"),
    "T_position": Timer(30, "caller hears his position again", "setting queues.*.position_s"),
    "T_answer": Timer(60, "outbound call rings at the far end", "setting outbound.answer_s"),
    "T_transfer": Timer(60, "transferred call rings at its target", "as T_answer"),
    "T_menu": Timer(5, "menu waits for a key", "setting of the node: wait_s"),
    "T_first_digit": Timer(8, "collect waits for the first digit", "setting of the node"),
    "T_next_digit": Timer(4, "collect waits for the next digit", "setting of the node"),
    "T_prompt": Timer(120, "prompt plays, engine never says done", "longest prompt + margin"),
    "T_agent_gone": Timer(20, "agent's desktop lost in a call, may come back", "own"),
    "T_desktop": Timer(5, "agent's last desktop went, may reconnect", "own; a page reloads in 2 s"),
    "T_record_again": Timer(1, "recording could not be begun, tried again", "own"),
    "T_recording": Timer(5, "recorder stopped, file not reported complete", "own"),
    "T_job_dial": Timer(5, "job's own call waits for dial tone", "setting lines.*.dial_tone_s"),
    "T_learn_call": Timer(
        300, "learning waits for the test call", "own; a person walks to a phone"
    ),
    "T_learn_settle": Timer(2, "learning answered, line settles", "own"),
    "T_learn_ask": Timer(15, "learning asks to hang up", "longest prompt for it + margin"),
    "T_learn_listen": Timer(
        60, "learning listens for a sign", "tone may come after 5 to 60 s of silence"
    ),
    "T_learn_look": Timer(2, "learning looks at what the line said", "own; a tone is found in 8 s"),
    "T_learn_steady": Timer(
        1, "reversal must last to be a sign", "XPP: longer than ringing turns it"
    ),
    "T_learn_gap": Timer(
        2, "battery drop must end to be a sign", "exchanges drop it for 100 to 800 ms"
    ),
    "T_learn_save": Timer(10, "what was learnt is being written", "own"),
    "T_test_rest": Timer(1, "line test reads the line at rest", "LINES comes each 0.5 s"),
    "T_test_tone": Timer(5, "line test waits for dial tone", "setting lines.*.dial_tone_s"),
    "T_test_current": Timer(1.5, "line test: current settles", "LINES comes each 0.5 s"),
    "T_test_quiet": Timer(1.8, "line test: dial tone breaks, 1 s of noise", "own"),
    "T_test_measure": Timer(10, "line test: a measurement is being made", "own"),
    "T_test_echo": Timer(
        2, "line test: speech out, echo measured", "canceller settles in 1 s; next digit due in 4"
    ),
    "T_test_clear": Timer(3, "line test: exchange frees the line", "own"),
    "T_test_ring": Timer(
        15, "line test: own call must ring here", "own; call set-up and three cadences"
    ),
    "T_test_number": Timer(
        8, "line test: caller ID of the own call", "FSK is over by the second ring"
    ),
    "T_test_hang": Timer(1.5, "line test: own call's burst ends", "own; longer than a burst"),
    "T_test_end": Timer(
        6, "line test: own call's ring must stop", "longer than a cadence of 1 s + 4 s"
    ),
    "T_check": Timer(120, "RAUC looks at a bundle, maybe over the network", "own; seconds"),
    "T_fetch": Timer(86400, "a bundle is being downloaded; stalls end sooner", "own; slow lines"),
    "T_install": Timer(7200, "RAUC writes the other slot", "own; minutes, streaming is slower"),
    "T_drain": Timer(1800, "the last calls end before the restart", "setting longest_drain_s"),
    "T_reboot": Timer(120, "the restart was asked for, the box still runs", "own; unit stop 90 s"),
    "T_prove": Timer(930, "the new version is examined", "proof's own 900 s and a margin"),
    "T_drain_kept": Timer(600, "new calls are refused, nobody renews it", "own; ota asks often"),
    "T_live": Timer(0.1, "live views are compared and changes sent", "page within 1 s"),
    "T_gauges": Timer(1, "views without events (a line's volts) are compared", "own"),
}


class Clock:
    """The machine's clocks; a test or the load tool gives its own."""

    def monotonic(self) -> float:
        """Seconds; only differences mean something."""
        return time.monotonic()

    def utc_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000


class LoopTimers:
    """Timers on an asyncio loop, whose time may be virtual.  Use inside the loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self._loop, self._clock = loop, clock
        self._running: dict[asyncio.TimerHandle, tuple[str, float]] = {}

    def start(
        self, name: str, expired: Callable[[], None], seconds: float | None = None
    ) -> Callable[[], None]:
        """Call `expired` once after `seconds` (default: the table's); return what cancels it."""
        duration = TIMERS[name].seconds if seconds is None else seconds

        def run() -> None:
            self._running.pop(handle, None)
            expired()

        def cancel() -> None:
            self._running.pop(handle, None)
            handle.cancel()

        handle = self._loop.call_later(duration, run)
        self._running[handle] = (name, self._clock.monotonic() + duration)
        return cancel

    def running(self) -> list[tuple[str, float]]:
        """Names and monotonic due times, soonest first; no state outlives its timer."""
        return sorted(self._running.values(), key=lambda item: item[1])
