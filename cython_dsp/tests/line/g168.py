"""Tests 2A to 10 of ITU-T G.168 (6.4.2) for the line echo canceller: what is measured, and limits.

    python -m cython_dsp.tests.line.g168        # the full grid, as a table

Where the numbers come from: echo paths, signals, the meter and the order of a test from
libspandsp's g168models.h and its and Oslec's echo_tests; limits from Oslec's tests and from
MuTap's reading of the edition of 04/2015 (docs/itu-compliance.md, tests/test_g168.cpp).  The
Recommendation itself was not at hand.  Not found, and chosen here with a reason beside it: the
limits of tests 8 and 10, how long a tone of test 8 lasts, and the levels of tests 8 and 10.

Names are the Recommendation's: what goes to the line is Rin, what the near end says Sgen, what
the line says Sin, what the canceller makes of it Sout; an LRET is a level of Sout with the
non-linear processor, an LRES without.  Levels are of a 35 ms meter behind the band-pass filter.
Both directions are coded by A-law, as on a line of the box.
"""

import sys
from typing import NamedTuple

import numpy as np
from scipy import signal

from cython_dsp.echo import BLOCK, Canceller
from cython_dsp.tests.line.g168_signals import (
    RATE,
    css,
    css_double,
    silence,
    tones,
    v21,
)
from cython_dsp.tests.line.g168_tables import METER_FILTER, PATHS
from cython_dsp.tests.line.paths import noise, power, through_alaw

TAILS_MS = (16, 32, 64)
LEVELS = (-30, -16, -6)  # of Rin; the Recommendation asks for -30 to 0 dBm0
OTHER = {"D.2": "D.6"}  # what a path becomes in test 2; of all others, D.2
ERL_DB = 6  # the least an echo path may have in 6.4.2
# 6.4.2.7; libspandsp sends the lower tone at -11 dBm0, the higher one at -9.
NARROW = (
    *((697,), (941,), (1336,), (1633,)),
    *((697, 1209), (770, 1336), (852, 1477), (941, 1633)),
)
# Line signals of No. 5; continuity checks of No. 6 and No. 7 (Q.141, Q.271, Q.724).
SIGNALLING = ((2400,), (2600,), (2400, 2600), (2000,), (1780,))


class Figure(NamedTuple):
    """What was measured, and the most it may be."""

    what: str
    measured: float
    limit: float

    @property
    def holds(self):
        return self.measured <= self.limit


def figure_9(level):
    """The most LRET in dBm0 once converged, processor on; single peaks may be 5 dB above."""
    return -65 + max(level + 10, 0)


def figure_11(level):
    """The most LRES in dBm0 once converged, processor off."""
    return 25 / 30 * level - 30


def meter(x):
    """Levels in dBm0, sample by sample (6.4.1.2.1)."""
    keep = np.exp(-1 / (0.035 * RATE))
    heard = signal.lfilter(METER_FILTER, [1], x)
    squares = signal.lfilter([1 - keep], [1, -keep], heard**2)
    return 10 * np.log10(squares / power(0) + 1e-12)


def path(clause, delay_ms=0.0, erl_db=ERL_DB):
    """An impulse response: the model of the clause of annex D behind a pure delay."""
    scale, model = PATHS[clause]
    response = scale * model * 10 ** (-erl_db / 20)
    return np.concatenate([np.zeros(round(delay_ms * RATE / 1000)), response])


def latest_ms(clause, tail_ms):
    """The longest pure delay with which the path is within the tail."""
    return tail_ms - len(PATHS[clause][1]) * 1000 / RATE


class Bench:
    """A canceller between a line and the instruments; its time goes on from phase to phase."""

    def __init__(self, tail_ms, response, *, suppresses=True):
        self.canceller = Canceller(tail_ms)
        self.canceller.suppresses = suppresses
        self.response = response
        self.sent, self.said, self.left = np.zeros(0), np.zeros(0), np.zeros(0)
        self.generated = np.zeros(0)

    @property
    def now(self):
        return len(self.left) / RATE

    def run(self, rin, sgen=None):
        """Let both talk; return when it began, in seconds of the bench."""
        began = self.now
        rin = rin[: len(rin) // BLOCK * BLOCK]
        sgen = np.zeros(len(rin)) if sgen is None else sgen[: len(rin)]
        far = through_alaw(rin)
        heard = np.concatenate([np.zeros(len(self.response)), self.sent, far])
        heard = heard[-len(far) - len(self.response) :]
        echo = signal.fftconvolve(heard, self.response)[len(self.response) : len(heard)]
        said = through_alaw(echo + sgen)
        left = self.canceller.cancel(far, said)
        self.sent, self.said = np.append(self.sent, far), np.append(self.said, said)
        self.left, self.generated = np.append(self.left, left), np.append(self.generated, sgen)
        return began

    def peak(self, start, end, x=None):
        """The highest level between two seconds; of Sout where nothing else is given."""
        levels = meter(self.left if x is None else x)
        return float(levels[round(start * RATE) : round(end * RATE)].max())

    def mean(self, start, end, x=None):
        """The level of the mean power between two seconds."""
        found = signal.lfilter(METER_FILTER, [1], self.left if x is None else x)
        part = found[round(start * RATE) : round(end * RATE)]
        return float(10 * np.log10((part**2).mean() / power(0) + 1e-12))


def _mask_on(bench, start, end, level, delay_ms):
    """Figure 10, then figure 9: combined loss of 6 dB at once, 20 dB after 50 ms and the delay."""
    soon = start + 0.05 + delay_ms / 1000
    return [
        Figure("LRET - LRin at once", bench.peak(start, soon) - level, -6),
        Figure("LRET - LRin to 1 s", bench.peak(soon, start + 1) - level, -20),
        Figure("LRET, mean", bench.mean(start + 1, end), figure_9(level)),
        Figure("LRET, peaks", bench.peak(start + 1, end), figure_9(level) + 5),
        Figure("LRET, peaks after 3 s", bench.peak(start + 3, end), figure_9(level) + 5),
    ]


def _mask_off(bench, start, end, level):
    """Figure 12, then figure 11: combined loss of 6 dB at once, 20 dB after 1 s."""
    return [
        Figure("LRES - LRin to 1 s", bench.peak(start, start + 1) - level, -6),
        Figure("LRES - LRin to 10 s", bench.peak(start + 1, start + 10) - level, -20),
        Figure("LRES", bench.peak(start + 10, end), figure_11(level)),
    ]


def _again(figures):
    return [f._replace(what=f"{f.what}, other path") for f in figures]


def no_2a(tail_ms, clause, delay_ms, level):
    """6.4.2.3.1: convergence, and again after the path became another, with the processor."""
    bench = Bench(tail_ms, path(clause, delay_ms))
    bench.run(silence(0.2))
    start = bench.run(css(6, level))
    bench.response = path(OTHER.get(clause, "D.2"), delay_ms)
    changed = bench.run(css(6, level))
    return [
        *_mask_on(bench, start, changed, level, delay_ms),
        *_again(_mask_on(bench, changed, bench.now, level, delay_ms)),
    ]


def no_2b(tail_ms, clause, delay_ms, level):
    """6.4.2.3.2: the same without the processor."""
    bench = Bench(tail_ms, path(clause, delay_ms), suppresses=False)
    bench.run(silence(0.2))
    start = bench.run(css(12, level))
    bench.response = path(OTHER.get(clause, "D.2"), delay_ms)
    changed = bench.run(css(12, level))
    return [
        *_mask_off(bench, start, changed, level),
        *_again(_mask_off(bench, changed, bench.now, level)),
    ]


def no_3a(tail_ms, clause, delay_ms, level):
    """6.4.2.4.1: a near end 15 dB below does not hinder convergence within 5 s."""
    bench = Bench(tail_ms, path(clause, delay_ms), suppresses=False)
    start = bench.run(css(5, level), css_double(5, level - 15))
    near = bench.peak(start, bench.now, bench.generated)
    bench.canceller.learns = False
    bench.run(css(0.5, level))
    measured = bench.run(css(5, level))
    return [Figure("LRES - LSgen", bench.peak(measured, bench.now) - near, 0)]


def no_3b(tail_ms, clause, delay_ms, level):
    """6.4.2.4.2: 5 s of double talk do not spoil what was learned; high and low near end."""
    found = []
    for what, below, more in (("high", 0, 10), ("low", 6, 3)):
        bench = Bench(tail_ms, path(clause, delay_ms), suppresses=False)
        bench.run(css(5, level))
        bench.run(css(5, level), css_double(5, level - below))
        bench.canceller.learns = False
        bench.run(silence(1.15))
        bench.run(css(0.5, level))
        measured = bench.run(css(5, level))
        peak = bench.peak(measured, bench.now)
        found.append(Figure(f"LRES, {what} near end", peak, figure_11(level) + more))
    return found


def no_4(tail_ms, clause, delay_ms, level):
    """6.4.2.5: after two minutes of silence the path is still known."""
    bench = Bench(tail_ms, path(clause, delay_ms), suppresses=False)
    bench.run(css(10, level))
    before = bench.peak(bench.now - 3, bench.now)
    bench.run(silence(120))
    bench.canceller.learns = False
    after = bench.run(css(5, level))
    return [Figure("LRES, more than before", bench.peak(after, bench.now) - before, 10)]


def no_5(tail_ms, clause, delay_ms, level):
    """6.4.2.6.1: the echo path is opened; what the canceller then makes itself is no louder."""
    bench = Bench(tail_ms, path(clause, delay_ms))
    bench.run(css(10, level))
    bench.response = np.zeros(1)
    opened = bench.run(css(6, level))
    return _mask_on(bench, opened, bench.now, level, delay_ms)


def no_6(tail_ms, clause, delay_ms, level):
    """6.4.2.7: tones of 5 s do not spoil what was learned."""
    bench = Bench(tail_ms, path(clause, delay_ms), suppresses=False)
    bench.run(css(5, level))
    for hertz in NARROW:
        bench.run(tones(5, hertz, (-11, -9)[: len(hertz)]))
    bench.canceller.learns = False
    bench.run(css(1, level))
    measured = bench.run(css(5, level))
    return [Figure("LRES", bench.peak(measured, bench.now), figure_11(level) + 10)]


def no_7(tail_ms, clause, delay_ms, level):
    """6.4.2.8: two minutes of one tone from the beginning."""
    bench = Bench(tail_ms, path(clause, delay_ms), suppresses=False)
    bench.run(tones(120, (697,), level))
    return [Figure("LRES after 10 s", bench.peak(10, bench.now), figure_11(level))]


def no_8(tail_ms, clause, delay_ms, level):
    """6.4.2.9: a tone that is answered by the same tone goes through, whoever is first.

    Chosen: a tone lasts 2 s, as long as a continuity check may (Q.724); it may change by 2 dB,
    as comfort noise may; both ends are equally loud.
    """
    found = []
    for hertz in SIGNALLING:
        tone = tones(2, hertz, level)
        name = "+".join(map(str, hertz))
        for what, first in (("near first", tone), ("far first", silence(2))):
            bench = Bench(tail_ms, path(clause, delay_ms))
            bench.run(silence(2) if what == "near first" else tone, first)
            both = bench.run(tone, tone)
            lost = bench.mean(both, bench.now, bench.said) - bench.mean(both, bench.now)
            found.append(Figure(f"{name} Hz, {what}: dB lost", abs(lost), 2))
    return found


def no_9(tail_ms, clause, delay_ms, level):
    """6.4.2.10, parts 1 to 3: comfort noise is as loud as the noise of the near end.

    White noise, as libspandsp has it; of Hoth noise the comfort noise is 2.4 dB too loud in the
    meter's band, because it is white itself.
    """
    bench = Bench(tail_ms, path(clause, delay_ms))
    bench.run(css(5, level))
    found = []
    for what, seconds, dbm0 in (("match", 30, -45), ("down", 10, -55), ("up", 10, -45)):
        bench.run(silence(seconds), noise(1, seconds, dbm0))
        began = bench.run(noise(2, 2.7, -10), noise(3, 2.7, dbm0)) + 2
        near = bench.mean(began, bench.now, bench.generated)
        off = bench.mean(began, bench.now) - near
        found.append(Figure(f"comfort noise, {what}: dB off", abs(off), 2))
    return found


def no_10(tail_ms, clause, delay_ms, level):
    """6.4.2.11, A (calling side cancelled) and B (called side): T.30 until the first training.

    CNG 1100 Hz, CED 2100 Hz without reversals, flags and a frame of 300 bit/s in turns.  Chosen:
    the canceller, which has heard nothing but tones before, gives the combined loss of 20 dB of
    figure 10 once a frame's data have lasted 1 s, and the near side's own frame changes by no
    more than 2 dB, as in test 8.
    """
    found = []
    cng = np.append(tones(0.5, (1100,), level), silence(3))
    ced, pause = np.append(tones(3, (2100,), level), silence(0.5)), silence(0.2)
    for side in "AB":
        calling, called = np.append(cng, silence(0.2)), np.append(ced, pause)
        bench = Bench(tail_ms, path(clause, delay_ms))
        bench.run(*((called, calling) if side == "A" else (calling, called)))
        theirs = bench.run(np.append(v21(3, level), pause))
        echo = bench.mean(theirs + 2, theirs + 3) - level
        ours = bench.run(silence(2), v21(2, level, seed=22))
        lost = bench.mean(ours, ours + 2, bench.said) - bench.mean(ours, ours + 2)
        found.append(Figure(f"{side}: LRET - LRin, other's frame", echo, -20))
        found.append(Figure(f"{side}: own frame, dB lost", abs(lost), 2))
    return found


TESTS = {
    "2A": (no_2a, LEVELS),
    "2B": (no_2b, LEVELS),
    "3A": (no_3a, LEVELS),
    "3B": (no_3b, LEVELS),
    "4": (no_4, LEVELS),
    "5": (no_5, LEVELS),
    "6": (no_6, (-16,)),
    "7": (no_7, LEVELS),
    "8": (no_8, (-16,)),
    "9": (no_9, (-16,)),
    "10": (no_10, (-13,)),
}


def grid(number):
    """Every figure of a test: yields tail, clause, delay, level, Figure."""
    procedure, levels = TESTS[number]
    for tail_ms in TAILS_MS:
        for clause in PATHS:
            for delay_ms in (0.0, latest_ms(clause, tail_ms)):
                for level in levels:
                    for figure in procedure(tail_ms, clause, delay_ms, level):
                        yield tail_ms, clause, delay_ms, level, figure


def table(numbers):
    """One line a figure of a test: the worst of the grid, where it was, and how many hold."""
    for number in numbers:
        rows = {}
        for tail_ms, clause, delay_ms, level, figure in grid(number):
            where = f"{tail_ms} ms, {clause} + {delay_ms:g} ms, {level} dBm0"
            rows.setdefault(figure.what, []).append((figure, where))
        for what, found in rows.items():
            worst, where = max(found, key=lambda one: one[0].measured - one[0].limit)
            hold = sum(figure.holds for figure, _ in found)
            yield (
                f"{number:3} {what:38} {worst.measured:7.1f} {worst.limit:7.1f}"
                f" {hold:4}/{len(found):<4} {where}"
            )


if __name__ == "__main__":
    for line in table(sys.argv[1:] or TESTS):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
