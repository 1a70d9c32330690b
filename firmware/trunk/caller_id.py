"""Who calls, as the exchange tells an analogue line before or between the rings.

Two ways: a message by FSK (SDMF and MDMF of Telcordia GR-30-CORE; ETSI EN 300 659-3 has the same
form with more parameters; China follows them), or DTMF digits between a start and an end digit
(ETSI EN 300 659-1; `DtmfCallerId`).  Every byte here comes from a line and is hostile.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_SDMF, _MDMF = 0x04, 0x80
"""Message types: single and multiple data message format (GR-30-CORE; spandsp adsi.h)."""
_DATE_TIME, _NUMBER, _NO_NUMBER, _NAME, _CALL_TYPE = 0x01, 0x02, 0x04, 0x07, 0x11
"""Parameters of MDMF (GR-30-CORE; EN 300 659-3 5.4; spandsp adsi.h CLIP_*)."""
_MESSAGE_WAITING = 0x81
"""A call type of EN 300 659-3: a lamp is to be lit, nobody calls."""
_PRIVATE = b"P"
_PLAUSIBLE = re.compile(r"\+?[0-9]{2,20}")
"""E.164 has 15 digits; a prefix for a foreign country or an outside line comes before them."""
_FILLING = str.maketrans("", "", " -().")
_LONGEST_NAME = 50
_BARE_DIGITS = 5
"""Fewer digits with neither start nor end digit are noise or a telephone on the pair."""
_LONGEST_DTMF = 40
GAP_S = 0.5
"""Digits are sent 70 ms on and 70 ms off (Teltone TLE manual, Swedish specification of 1992), 50 ms
at the least: after so long without one the sequence is over."""


class Presentation(StrEnum):
    """Whether there is a number, and why not."""

    ALLOWED = "allowed"
    PRIVATE = "private"
    """The caller withheld it."""
    UNAVAILABLE = "unavailable"
    """The exchange does not know it, or it came damaged."""


@dataclass(frozen=True)
class CallerId:
    """What is known of the caller."""

    number: str = ""
    """Digits, perhaps a + in front; empty unless `presentation` is ALLOWED."""
    presentation: Presentation = Presentation.UNAVAILABLE
    name: str = ""
    """Printable; public exchanges in China send none."""
    date_time: tuple[int, int, int, int] | None = None
    """Month, day, hour, minute of the exchange's clock, local time."""


def parse_fsk(message: bytes, charset: str = "gb18030") -> CallerId | None:
    """Read a caller ID message (type, length, payload), its checksum verified before.

    A checksum may follow and is verified again.  None: damaged, or no caller ID at all (a
    message-waiting lamp).  A message without a usable number gives an UNAVAILABLE caller.
    `charset` is that of names, which begins with ASCII everywhere.
    """
    if len(message) < 2 or len(message) - 2 - message[1] not in (0, 1):
        return None
    if len(message) == message[1] + 3 and sum(message) % 256 != 0:
        return None
    payload = message[2 : 2 + message[1]]
    if message[0] == _SDMF:
        return _sdmf(payload)
    return _mdmf(payload, charset) if message[0] == _MDMF else None


def clock_difference_s(caller: CallerId, now: datetime) -> float | None:
    """By how much the exchange's clock is ahead of the box's, in whole minutes, as seconds.

    `now` is the box's local time when the message came.  The message has neither year nor
    seconds: the nearest year counts, and 60 s either way mean nothing.
    """
    if caller.date_time is None:
        return None
    shown = now.replace(second=0, microsecond=0)
    gaps = [at - shown for at in _in_years(caller.date_time, shown)]
    return min(gaps, key=abs).total_seconds() if gaps else None


class DtmfCallerId:
    """Collects the digits of one line while it is on-hook, and says what they mean.

    Variants (spandsp adsi.h; Swedish specification of 1992; Teltone TLE manual; Danish CLIP;
    RFC 5098 pktcSigDevCidDtmfStartCode):
    - A number [D redirecting number] [B information] C: Sweden, Finland, Brazil, India ...;
      information 00 is "not available", 10 "restricted"
    - A number #, or D1# restricted, D2# international call, D3# technical reasons: Denmark
    - D number C: China, Taiwan, Netherlands (0000000000: not known)
    - number #: Denmark, Netherlands; B, C or * before the number and C, # or nothing behind
      it: China (Panasonic KX-TG2480 service manual 13.8: as the exchange likes)
    """

    def __init__(self) -> None:
        self._digits = ""
        self._last_s = 0.0

    @property
    def deadline(self) -> float | None:
        """When `expire` is due; None: nothing has come."""
        return self._last_s + GAP_S if self._digits else None

    def digit(self, digit: str, at_s: float) -> CallerId | None:
        """Take a digit that came at `at_s` (monotonic seconds); a caller when it ends one."""
        if self._digits and at_s - self._last_s > GAP_S:
            self._digits = ""
        self._last_s = at_s
        if digit in ("C", "#") and self._digits:
            return self._end()
        if digit == "*":  # can only begin one
            self._digits = ""
        if digit != "#" and len(self._digits) <= _LONGEST_DTMF:
            self._digits += digit
        return None

    def expire(self, now_s: float) -> CallerId | None:
        """No digit came until `deadline`: what there is may be all."""
        if self.deadline is None or now_s < self.deadline:
            return None
        if self._digits.isdecimal() and len(self._digits) < _BARE_DIGITS:
            self._digits = ""
            return None
        return self._end()

    def _end(self) -> CallerId | None:
        digits, self._digits = self._digits, ""
        fields = re.findall(r"([ABCD*]?)([0-9]+)", digits)
        if not fields:
            return None
        if len(digits) > _LONGEST_DTMF:
            return CallerId()
        return _dtmf_caller(fields)


def _dtmf_caller(fields: list[tuple[str, str]]) -> CallerId:
    if ("B", "10") in fields or ("D", "1") in fields:
        return CallerId(presentation=Presentation.PRIVATE)
    start, content = fields[0]
    absent = ("B", "00") in fields or (start == "B" and len(content) == 2)
    return CallerId() if absent else _caller(content)  # D2, D3: too short for a number


def _sdmf(payload: bytes) -> CallerId | None:
    """MMDDhhmm, then the number, or P or O in its place (GR-30-CORE, SR-TSV-002476)."""
    if len(payload) < 8:
        return None
    return _called_by(payload[8:], b"", "", _date_time(payload[:8]))


def _mdmf(payload: bytes, charset: str) -> CallerId | None:
    """Parameters of type, length, content; of two of a kind the first counts."""
    found: dict[int, bytes] = {}
    for kind, content in _parameters(payload):
        found.setdefault(kind, content)
    if found.get(_CALL_TYPE, b"")[:1] == bytes([_MESSAGE_WAITING]):
        return None
    written = found.get(_NAME, b"").decode(charset, "ignore")
    name = "".join(letter for letter in written if letter.isprintable())
    date_time = _date_time(found.get(_DATE_TIME, b""))
    absence = found.get(_NO_NUMBER, b"")
    return _called_by(found.get(_NUMBER, b""), absence, name.strip()[:_LONGEST_NAME], date_time)


def _parameters(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Those that are whole; padding and what reaches over the end are left out."""
    at = 0
    while at + 2 <= len(payload) and at + 2 + payload[at + 1] <= len(payload):
        yield payload[at], payload[at + 2 : at + 2 + payload[at + 1]]
        at += 2 + payload[at + 1]


def _called_by(
    number: bytes, absence: bytes, name: str, date_time: tuple[int, int, int, int] | None
) -> CallerId:
    """A withheld number stays withheld, whatever else the message has."""
    if _PRIVATE in (number, absence):
        return CallerId("", Presentation.PRIVATE, "", date_time)
    caller = CallerId() if absence else _caller(number.decode("ascii", "replace"))
    return CallerId(caller.number, caller.presentation, name, date_time)


def _caller(written: str) -> CallerId:
    """A plausible number, or an UNAVAILABLE caller (O, letters, all zeros, far too long)."""
    number = written.translate(_FILLING)
    if not number.isascii() or not _PLAUSIBLE.fullmatch(number) or not number.strip("+0"):
        return CallerId()
    return CallerId(number, Presentation.ALLOWED)


def _date_time(digits: bytes) -> tuple[int, int, int, int] | None:
    if len(digits) != 8 or not digits.isdigit():
        return None
    month, day, hour, minute = (int(digits[at : at + 2]) for at in (0, 2, 4, 6))
    valid = 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60
    return (month, day, hour, minute) if valid else None


def _in_years(date_time: tuple[int, int, int, int], now: datetime) -> Iterator[datetime]:
    month, day, hour, minute = date_time
    for year in (now.year - 1, now.year, now.year + 1):
        try:
            yield now.replace(year=year, month=month, day=1, hour=hour, minute=minute) + timedelta(
                days=day - 1
            )
        except (ValueError, OverflowError):  # before year 1 or after 9999
            continue
