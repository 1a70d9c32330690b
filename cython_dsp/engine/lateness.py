"""How late ticks are: what the histograms of `lateness.c` mean.

Two histograms are kept of each tick that the engine's thread runs, both until its answer to the
board was given:

- `due`: since the tick was due.  A timer's tick is due by the timer.  A board's block is due by
  the board's own clock, as early as the earliest block of the last one to two seconds came.  So
  a late bus, a late wake-up of the thread and late work are all in it.
- `awake`: since the thread was awake with the block or the time in hand: the work alone, and the
  wait behind the blocks that came with it.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Self

STEPS = 16
BUCKETS = 336


def bucket_of(us: int) -> int:
    """The bucket of so many microseconds: each below 16, then 16 steps an octave, to 16 s."""
    octave = max(0, us.bit_length() - STEPS.bit_length())
    bucket = octave * STEPS + (us >> octave)
    return max(0, min(bucket, BUCKETS - 1))


def most_us(bucket: int) -> int:
    """The longest time, in whole microseconds, that a bucket counts."""
    octave = max(0, bucket // STEPS - 1)
    return ((bucket - octave * STEPS + 1) << octave) - 1


@dataclass(frozen=True)
class Lateness:
    """A histogram: how many there were in each bucket."""

    counts: tuple[int, ...] = (0,) * BUCKETS

    @property
    def total(self) -> int:
        """How many were counted."""
        return sum(self.counts)

    def quantile_ms(self, part: float) -> float:
        """So many milliseconds or less late were at least this part; 0.0 of none.

        The longest time of a bucket counts for all in it, which is at most 6 % too much.
        """
        wanted, total = part * self.total, self.total
        if not total:
            return 0.0
        until = enumerate(accumulate(self.counts))
        return most_us(next(bucket for bucket, sum_ in until if sum_ >= wanted)) / 1000

    def since(self, before: Self) -> "Lateness":
        """What was counted after an earlier look."""
        pairs = zip(self.counts, before.counts, strict=True)
        return Lateness(tuple(now - then for now, then in pairs))


@dataclass(frozen=True)
class TickLateness:
    """Of the engine's ticks; the module says what each is."""

    due: Lateness
    awake: Lateness
