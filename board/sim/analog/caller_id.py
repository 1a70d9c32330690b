"""How an exchange tells an analogue line who calls: every variant as a clip and when it comes.

FSK between the first and the second ring (GR-30-CORE, mainland China's YDN 069) or before the
first one (ETSI EN 300 659-1), DTMF before the first ring with the start and end digits that differ
by exchange.  The modems and tones are spandsp's.  Times are ticks of 125 us.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from board.sim import adsi, spandsp
from board.sim.alaw import Samples, encode

TICKS_PER_MS = 8
# GR-30-CORE 2.3.2: data begins 0.5 to 1.5 s after the first ring.
AFTER_RING_MS = 600
# EN 300 659-1 6.1: ring pulse of 200 to 300 ms, data 500 to 800 ms after it; after a reversal the
# dual tone of 88 to 110 ms, data 45 to 500 ms after that; the first ring 200 to 500 ms after data.
SHORT_RING_MS = 250
AFTER_SHORT_RING_MS = 600
AFTER_REVERSAL_MS = 200
AFTER_NOTHING_MS = 300
BEFORE_RING_MS = 300
_ALERT_MS, _AFTER_ALERT_MS = 100, 100
_ALERT_HZ, _ALERT_DBM0 = (2130, 2750), -15
_SDMF, _MDMF = 0x04, 0x80
_TIME, _NUMBER, _NO_NUMBER, _NAME, _NO_NAME = 0x01, 0x02, 0x04, 0x07, 0x08
ABSENCE = {"private": b"P", "unavailable": b"O"}
# Information codes instead of a number, by the end digit (spandsp's adsi.h quotes ETSI for both).
_DTMF_ABSENCE = {
    "C": {"private": "B10C", "unavailable": "B00C"},
    "#": {"private": "D1#", "unavailable": "D3#"},
    "": {"private": "", "unavailable": ""},
}


class Kind(StrEnum):
    """What carries the number."""

    NONE = "none"
    FSK_SDMF = "fsk_sdmf"
    FSK_MDMF = "fsk_mdmf"
    DTMF = "dtmf"


class Where(StrEnum):
    """When it comes: after what, the first ring being a whole one."""

    NOTHING = "nothing"
    REVERSAL = "reversal"
    SHORT_RING = "short_ring"
    FIRST_RING = "first_ring"


@dataclass(frozen=True)
class CallerIdStyle:
    """A variant of caller ID; the default is the commonest one of mainland China."""

    kind: Kind = Kind.FSK_MDMF
    where: Where = Where.FIRST_RING
    standard: str = adsi.BELL202
    start: str = "D"
    """DTMF: A, B, C, D, * or nothing."""
    end: str = "C"
    """DTMF: C, # or nothing."""
    with_time: bool = True
    """MDMF: date and time; SDMF always has them."""
    with_name: bool = False
    wrong_checksum: bool = False
    level_dbm0: float = -13.5
    """FSK: of the signal; DTMF: of each tone."""
    digit_ms: int = 70
    pause_ms: int = 70

    def __post_init__(self) -> None:
        """Refuse digits and standards that no exchange uses."""
        if self.start not in ("", *"ABCD*") or self.end not in _DTMF_ABSENCE:
            raise ValueError("start digit A B C D * or none, end digit C # or none")
        if self.standard not in adsi.STANDARDS:
            raise ValueError(f"no such standard: {self.standard}")


NONE = CallerIdStyle(Kind.NONE)


@dataclass(frozen=True)
class Caller:
    """What the exchange knows of a caller."""

    number: str
    name: str = ""
    presentation: str = "allowed"
    """allowed, private or unavailable."""
    time: str = "01010000"
    """Month, day, hour and minute of the call, local time, two digits each."""

    @property
    def reason(self) -> str:
        """Why there is no number: private or unavailable; empty: there is one."""
        if self.presentation != "allowed":
            return self.presentation
        return "" if self.number else "unavailable"


@dataclass(frozen=True)
class Presentation:
    """What to put on the line and when.

    Ticks count from the begin of the call; those of the clip from the end of the first ring burst
    when `after_first_ring`.  The first ring begins at `first_ring`.
    """

    clip: Samples
    clip_at: int
    after_first_ring: bool = False
    first_ring: int = 0
    reversed_ticks: tuple[int, int] | None = None
    """The pair is reversed from, until."""
    short_ring_ticks: tuple[int, int] | None = None
    """A ring burst from, until, before the clip."""

    @property
    def codes(self) -> bytes:
        """The clip in A-law."""
        return encode(self.clip)


def message(style: CallerIdStyle, caller: Caller) -> bytes:
    """Return the octets of an FSK message, checksum included (GR-30-CORE 2.3.5)."""
    body = _single(caller) if style.kind is Kind.FSK_SDMF else _multiple(style, caller)
    kind = _SDMF if style.kind is Kind.FSK_SDMF else _MDMF
    octets = adsi.checked(bytes([kind, len(body)]) + body)
    if style.wrong_checksum:
        octets = octets[:-1] + bytes([octets[-1] + 1 & 0xFF])
    return octets


def digits(style: CallerIdStyle, caller: Caller) -> str:
    """Return the DTMF digits of a message, start and end digit included."""
    if caller.reason:
        return _DTMF_ABSENCE[style.end][caller.reason]
    return style.start + caller.number + style.end


def plan(style: CallerIdStyle, caller: Caller) -> Presentation:
    """Return what an on-hook line is told of a caller."""
    if style.kind is Kind.NONE:
        return Presentation(np.zeros(0, np.int16), 0)
    clip = _clip(style, caller)
    if style.where is Where.FIRST_RING:
        return Presentation(clip, AFTER_RING_MS * TICKS_PER_MS, after_first_ring=True)
    if style.where is Where.REVERSAL and style.kind is not Kind.DTMF:
        clip = np.concatenate([_alert(), _silence(_AFTER_ALERT_MS), clip])
    return _before_ring(style.where, clip)


def call_waiting(style: CallerIdStyle, caller: Caller) -> Samples:
    """Return what an off-hook line hears of a second caller (type II, GR-30-CORE 2.4).

    Silence, the alerting signal, silence in which the telephone acknowledges, and FSK without
    seizure.
    """
    data = adsi.fsk(
        message(style, caller),
        style.standard,
        level_dbm0=style.level_dbm0,
        seizure_bits=0,
        mark_bits=adsi.MARK_BITS_CALL_WAITING,
    )
    return np.concatenate([_silence(150), _alert(), _silence(250), data])


def _before_ring(where: Where, clip: Samples) -> Presentation:
    clip_at = AFTER_NOTHING_MS * TICKS_PER_MS
    short_ring = reversal = None
    if where is Where.SHORT_RING:
        short_ring = (0, SHORT_RING_MS * TICKS_PER_MS)
        clip_at = (SHORT_RING_MS + AFTER_SHORT_RING_MS) * TICKS_PER_MS
    if where is Where.REVERSAL:
        clip_at = AFTER_REVERSAL_MS * TICKS_PER_MS
    first_ring = clip_at + len(clip) + BEFORE_RING_MS * TICKS_PER_MS
    if where is Where.REVERSAL:
        reversal = (0, first_ring)
    return Presentation(
        clip,
        clip_at,
        first_ring=first_ring,
        reversed_ticks=reversal,
        short_ring_ticks=short_ring,
    )


def _clip(style: CallerIdStyle, caller: Caller) -> Samples:
    if style.kind is Kind.DTMF:
        tones = digits(style, caller)
        return spandsp.dtmf(tones, style.digit_ms, style.pause_ms, round(style.level_dbm0))
    return adsi.fsk(message(style, caller), style.standard, level_dbm0=style.level_dbm0)


def _single(caller: Caller) -> bytes:
    number = ABSENCE.get(caller.reason, caller.number.encode("ascii"))
    return caller.time.encode("ascii") + number


def _multiple(style: CallerIdStyle, caller: Caller) -> bytes:
    absence = ABSENCE.get(caller.reason)
    fields = [(_TIME, caller.time.encode("ascii"))] if style.with_time else []
    fields.append((_NO_NUMBER, absence) if absence else (_NUMBER, caller.number.encode("ascii")))
    if style.with_name:
        # GB 18030 has ASCII in it; names in Chinese are sent in GB codes.
        fields.append((_NO_NAME, absence) if absence else (_NAME, caller.name.encode("gb18030")))
    return b"".join(bytes([kind, len(body)]) + body for kind, body in fields)


def _alert() -> Samples:
    """CPE alerting signal: 2130 and 2750 Hz together."""
    return spandsp.two_tones(*_ALERT_HZ, _ALERT_MS, _ALERT_DBM0)


def _silence(milliseconds: int) -> Samples:
    return np.zeros(milliseconds * TICKS_PER_MS, np.int16)
