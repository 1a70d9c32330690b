"""What is good, fair or bad of an analogue line: pure functions of what was measured."""

from collections.abc import Sequence
from typing import Protocol

from firmware.contract.model import Verdict
from firmware.contract.views import LineCheck
from firmware.trunk.caller_id import CallerId, Presentation
from firmware.trunk.line_job import LineFacts

DEAD_V = 3
"""The Si3050 shows 0 at 3 V and less (data sheet, R29 LVS)."""
IN_USE_V = 20
"""On-hook, a telephone that is off-hook on the pair pulls -48 V below this."""
LOW_V = 38
"""Least open voltage of a public exchange (ETSI ES 201 970: 38 to 78 V); PBX and adapters on the
same desk have 24 to 48 V."""
LEAST_MA, LOW_MA = 10, 18
"""Least current at which the chip works (Si3050 data sheet, R26 MINI: 10 mA); least that an
exchange gives (ETSI ES 201 970: 18 mA)."""
HIGH_MA, MOST_MA = 70, 127
"""Above what exchanges give (ES 201 970: 70 mA); the chip's overload (R28, 31 steps)."""
WEAK_DBM0, FAINT_DBM0 = -22.0, -35.0
"""Dial tone leaves the exchange at -10 dBm0 (E.180: -10 +-5); 12 dB are lost on the longest line.
Below -35 the tone watch itself is near its end (-40)."""
LATE_S = 3.0
"""Dial tone within 3 s (Q.543, normal load)."""
QUIET_DBM0P, LOUD_DBM0P = -60.0, -50.0
"""An idle exchange line has -65 dBm0p at the most (Q.552: idle channel noise); at -50 a quiet
talker is disturbed and the silence watch (-45 dBm0) is near."""
MAINS_HZ, HUM_DBM0 = 200.0, -45.0
"""The ear hardly notices so low a hum, but it comes from a wire to ground or along a power cable:
worth a look before it becomes worse."""
GOOD_ECHO_DB, LEAST_ECHO_DB = 12.0, 6.0
"""Echo cancellers need 6 dB (G.168); a hybrid whose balance fits has well above 12 dB."""
SAME_DIGITS = 7
"""Numbers are one when their last digits agree: area codes and prefixes differ."""


class LineNoise(Protocol):
    """What a quiet line says (`cython_dsp.learning`)."""

    @property
    def weighted_dbm0p(self) -> float:
        """As the ear hears it (ITU-T O.41)."""

    @property
    def hum_dbm0(self) -> Sequence[float]:
        """At 50, 100 and 150 Hz."""

    @property
    def dominant_hz(self) -> float:
        """The strongest line."""

    @property
    def dominant_dbm0(self) -> float:
        """Its level."""


def battery(facts: LineFacts) -> LineCheck:
    """Voltage of the line at rest."""
    volts = abs(facts.volts)
    verdict, detail = Verdict.GOOD, ""
    if volts < DEAD_V or not facts.battery:
        verdict, detail = Verdict.BAD, "no_battery"
    elif volts < IN_USE_V or facts.in_use:
        verdict, detail = Verdict.BAD, "in_use"
    elif volts < LOW_V:
        verdict, detail = Verdict.FAIR, "low"
    return LineCheck("battery", verdict, float(facts.volts), "V", detail)


def polarity(facts: LineFacts, *, matters: bool) -> LineCheck:
    """Which wire is which; it `matters` where reversals are signs."""
    if not facts.reversed:
        return LineCheck("polarity", Verdict.GOOD)
    return LineCheck("polarity", Verdict.FAIR if matters else Verdict.GOOD, detail="reversed")


def loop_current(milliamperes: int) -> LineCheck:
    """Current of the line off-hook."""
    verdict, detail = Verdict.GOOD, ""
    if milliamperes < LEAST_MA:
        verdict, detail = Verdict.BAD, "no_current"
    elif milliamperes < LOW_MA:
        verdict, detail = Verdict.FAIR, "low"
    elif milliamperes > MOST_MA:
        verdict, detail = Verdict.BAD, "overload"
    elif milliamperes > HIGH_MA:
        verdict, detail = Verdict.FAIR, "high"
    return LineCheck("loop_current", verdict, float(milliamperes), "mA", detail)


def dial_tone(hertz: float, dbm0: float, after_s: float) -> tuple[LineCheck, ...]:
    """Frequency, level and delay of the dial tone that was found."""
    level = _verdict(good=dbm0 >= WEAK_DBM0, fair=dbm0 >= FAINT_DBM0)
    delay = _verdict(good=after_s <= LATE_S)
    weak = "" if level is Verdict.GOOD else "weak"
    late = "" if delay is Verdict.GOOD else "late"
    return (
        LineCheck("dial_tone", Verdict.GOOD, round(hertz, 1), "Hz"),
        LineCheck("dial_tone_level", level, round(dbm0, 1), "dBm0", weak),
        LineCheck("dial_tone_delay", delay, round(after_s, 1), "s", late),
    )


def noise(found: LineNoise) -> LineCheck:
    """Level of a line on which nothing is said, and whether the mains is heard on it."""
    level = found.weighted_dbm0p
    verdict = _verdict(good=level <= QUIET_DBM0P, fair=level <= LOUD_DBM0P)
    mains = [*found.hum_dbm0]
    if found.dominant_hz <= MAINS_HZ:  # 60 Hz, and its multiples
        mains.append(found.dominant_dbm0)
    hum = max(mains) > HUM_DBM0
    if hum and verdict is Verdict.GOOD:
        verdict = Verdict.FAIR
    return LineCheck("noise", verdict, round(level, 1), "dBm0p", "hum" if hum else "")


def echo(loss_db: float) -> LineCheck:
    """Echo return loss; 0: nothing was sent, or nothing is known."""
    if loss_db == 0:
        return LineCheck("echo", Verdict.SKIPPED, detail="not_measured")
    verdict = _verdict(good=loss_db >= GOOD_ECHO_DB, fair=loss_db >= LEAST_ECHO_DB)
    return LineCheck("echo", verdict, round(loss_db, 1), "dB")


def caller(heard: CallerId | None, expected: str) -> LineCheck:
    """The caller ID of a call from the line with the number `expected` (empty: not known)."""
    if heard is not None and heard.number:
        same = not expected or same_number(heard.number, expected)
        detail = "" if same else "other_number"
        verdict = Verdict.GOOD if same else Verdict.FAIR
        return LineCheck("own_number", verdict, detail=detail, number=heard.number)
    private = heard is not None and heard.presentation is Presentation.PRIVATE
    detail = "private" if private else "no_caller_id"
    return LineCheck("own_number", Verdict.FAIR, detail=detail)


def same_number(one: str, other: str) -> bool:
    """Whether both end alike, in their last 7 digits or the shorter of them."""
    digits = min(len(one), len(other), SAME_DIGITS)
    return digits > 0 and one[-digits:] == other[-digits:]


def _verdict(*, good: bool, fair: bool = True) -> Verdict:
    if good:
        return Verdict.GOOD
    return Verdict.FAIR if fair else Verdict.BAD
