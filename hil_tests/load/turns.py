"""Who speaks when: callers for two seconds, then agents for two seconds, as in a conversation.

Two people who speak tones at the same time for long are more than an echo canceller can take apart.
"""

from board.sim.alaw import RATE

TURN_S = 2.0
_TURN = int(TURN_S * RATE)


def callers_turn(tick: int) -> bool:
    """Whether callers speak at this tick of the exchange."""
    return tick // _TURN % 2 == 0


def turns(
    zero_ms: float, begin_ms: float, end_ms: float, *, callers: bool
) -> list[tuple[float, float]]:
    """The turns of callers, or of agents, between two times; at `zero_ms` the tick is 0."""
    length = 1000 * TURN_S
    first = int((begin_ms - zero_ms) // length)
    last = int((end_ms - zero_ms) // length)
    return [
        (max(begin_ms, zero_ms + n * length), min(end_ms, zero_ms + (n + 1) * length))
        for n in range(first, last + 1)
        if (n % 2 == 0) is callers
    ]
