"""What a person may choose of an analogue line on the exchange's page: name, Chinese, English."""

from collections.abc import Iterable
from html import escape
from typing import TypeVar

from board.sim import adsi
from board.sim.analog.caller_id import NONE, CallerIdStyle, Kind, Where
from board.sim.analog.service import Clear, DialTone
from board.sim.analog.states import LineState

T = TypeVar("T")
Choice = tuple[str, str, str, T]
_DTMF_DBM0 = -10

CALLER_IDS: tuple[Choice[CallerIdStyle], ...] = (
    ("fsk", "FSK，首次振铃后", "FSK after the first ring", CallerIdStyle()),
    ("fsk_sdmf", "FSK 单数据格式", "FSK, single data message", CallerIdStyle(Kind.FSK_SDMF)),
    ("fsk_name", "FSK，带姓名", "FSK with a name", CallerIdStyle(with_name=True)),
    (
        "fsk_v23",
        "V.23 FSK，极性反转后",
        "V.23 FSK after a reversal",
        CallerIdStyle(standard=adsi.V23, where=Where.REVERSAL),
    ),
    (
        "fsk_short_ring",
        "FSK，短振铃后",
        "FSK after a short ring",
        CallerIdStyle(where=Where.SHORT_RING),
    ),
    (
        "fsk_wrong",
        "FSK，校验错误",
        "FSK with a wrong checksum",
        CallerIdStyle(wrong_checksum=True),
    ),
    (
        "dtmf_d_c",
        "DTMF D…C，振铃前",
        "DTMF D…C before the ring",
        CallerIdStyle(Kind.DTMF, Where.NOTHING, level_dbm0=_DTMF_DBM0),
    ),
    (
        "dtmf_a_hash",
        "DTMF A…#，极性反转后",
        "DTMF A…# after a reversal",
        CallerIdStyle(Kind.DTMF, Where.REVERSAL, start="A", end="#", level_dbm0=_DTMF_DBM0),
    ),
    (
        "dtmf_bare",
        "DTMF 无起止码，短振铃后",
        "bare DTMF after a short ring",
        CallerIdStyle(Kind.DTMF, Where.SHORT_RING, start="", end="", level_dbm0=_DTMF_DBM0),
    ),
    ("none", "不送", "none", NONE),
)
PRESENTATIONS: tuple[Choice[str], ...] = (
    ("allowed", "显示号码", "number shown", "allowed"),
    ("private", "主叫限制", "withheld", "private"),
    ("unavailable", "无法提供", "not available", "unavailable"),
)
CLEARS: tuple[Choice[Clear], ...] = (
    ("busy_tone", "忙音", "busy tone", Clear.BUSY_TONE),
    ("silence_then_tone", "静音后忙音", "silence, then busy tone", Clear.SILENCE_THEN_TONE),
    ("tone_in_speech", "忙音夹杂话音", "busy tone under speech", Clear.TONE_IN_SPEECH),
    ("polarity", "极性反转", "polarity reversal", Clear.POLARITY),
    ("battery_drop", "馈电中断", "battery drop", Clear.BATTERY_DROP),
    ("nothing", "无任何信号", "nothing at all", Clear.NOTHING),
)
DIAL_TONES: tuple[Choice[DialTone], ...] = (
    ("immediate", "立即", "at once", DialTone.IMMEDIATE),
    ("late", "迟到", "late", DialTone.LATE),
    ("stutter", "断续", "stutter", DialTone.STUTTER),
    ("silent", "无音但可拨", "silent", DialTone.SILENT),
    ("absent", "无", "absent", DialTone.ABSENT),
)

LINE_STATES: dict[LineState, str] = {
    LineState.IDLE: "空闲 idle",
    LineState.RINGING: "振铃 ringing",
    LineState.SEIZED: "占用 seized",
    LineState.DIAL_TONE: "拨号音 dial tone",
    LineState.DIGITS: "收号 digits",
    LineState.OUTGOING: "设备呼出 call of the box",
    LineState.INCOMING: "呼入通话 call to the box",
    LineState.HELD: "主叫未挂机 held by the caller",
    LineState.CLEARED: "对方已拆线 far end gone",
    LineState.HOWLER: "催挂音 howler",
    LineState.LOCKED_OUT: "锁定 locked out",
}


def named(choices: Iterable[Choice[T]]) -> dict[str, T]:
    """Return what the names stand for."""
    return {name: value for name, _, _, value in choices}


def options(choices: Iterable[Choice[T]]) -> str:
    """Return the choices as HTML."""
    return "".join(
        f'<option value="{escape(name)}">{escape(zh)} {escape(en)}</option>'
        for name, zh, en, _ in choices
    )
