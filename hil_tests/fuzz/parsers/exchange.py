"""Who calls on an analogue line, by FSK and by DTMF, once the samples are bytes and digits."""

from datetime import datetime

from firmware.trunk.caller_id import (
    CallerId,
    DtmfCallerId,
    Presentation,
    clock_difference_s,
    parse_fsk,
)

_DIGITS = "0123456789ABCD*#"
_NOW = datetime(2028, 2, 29, 23, 59)  # noqa: DTZ001 - local time, as the exchange sends it


def caller_id_fsk(data: bytes) -> None:
    """A message as it came; and the same with length and checksum put right."""
    _look(parse_fsk(data))
    if len(data) > 2:
        whole = data[:1] + bytes([min(len(data) - 2, 255)]) + data[2:257]
        _look(parse_fsk(whole + bytes([-sum(whole) % 256]), "latin1" if data[1] & 1 else "gb18030"))


def caller_id_dtmf(data: bytes) -> None:
    """Digits with pauses: the low half of a byte is the digit, the high half the pause."""
    collector, now_s = DtmfCallerId(), 0.0
    for byte in data[:500]:
        now_s += (byte >> 4) * 0.05
        _look(collector.expire(now_s))
        _look(collector.digit(_DIGITS[byte & 15], now_s))
    _look(collector.expire(now_s + 10))


def _look(caller: CallerId | None) -> None:
    if caller is None:
        return
    assert bool(caller.number) == (caller.presentation is Presentation.ALLOWED)
    assert len(caller.number) <= 21
    assert caller.name.isprintable()
    difference = clock_difference_s(caller, _NOW)
    assert difference is None or difference % 60 == 0
