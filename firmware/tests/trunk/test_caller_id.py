from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from board.sim.analog.caller_id import Caller, CallerIdStyle, Kind, message
from firmware.trunk.caller_id import (
    GAP_S,
    CallerId,
    DtmfCallerId,
    Presentation,
    clock_difference_s,
    parse_fsk,
)

PRIVATE = CallerId(presentation=Presentation.PRIVATE)
UNKNOWN = CallerId()
NUMBER = "13800138000"


def allowed(number, name="", date_time=None):
    return CallerId(number, Presentation.ALLOWED, name, date_time)


def sdmf(payload):
    return bytes([0x04, len(payload)]) + payload


def mdmf(*parameters):
    payload = b"".join(bytes([kind, len(content)]) + content for kind, content in parameters)
    return bytes([0x80, len(payload)]) + payload


def checked(message):
    return message + bytes([-sum(message) % 256])


def sent(digits, step=0.14):
    """The callers that a sequence of digits gives, a pause behind it."""
    collector, at, found = DtmfCallerId(), 100.0, []
    for digit in digits:
        at += step
        found.append(collector.digit(digit, at))
    found.append(collector.expire(at + GAP_S))
    return [caller for caller in found if caller is not None]


def test_single_data_message_has_date_and_number():
    assert parse_fsk(sdmf(b"1122153013800138000")) == allowed(NUMBER, "", (11, 22, 15, 30))


@pytest.mark.parametrize(("letter", "caller"), [(b"P", PRIVATE), (b"O", UNKNOWN), (b"", UNKNOWN)])
def test_single_data_message_says_why_there_is_no_number(letter, caller):
    told = parse_fsk(sdmf(b"11221530" + letter))
    assert (told.number, told.presentation) == ("", caller.presentation)


def test_the_published_example_of_a_single_data_message():
    """The worked example of GR-30-CORE texts: 30 September 12:24, 609-555-1212, checksum 0x51."""
    octets = bytes.fromhex("0412303933303132323436303935353531323132")
    assert parse_fsk(octets + b"\x51") == allowed("6095551212", "", (9, 30, 12, 24))


def test_multiple_data_message_has_name_too():
    message = mdmf((1, b"01020304"), (2, NUMBER.encode()), (7, b"LI MING"))
    assert parse_fsk(message) == allowed(NUMBER, "LI MING", (1, 2, 3, 4))


def test_a_chinese_name_and_a_damaged_one():
    assert parse_fsk(mdmf((2, b"95588"), (7, "李明".encode("gb18030")))).name == "李明"
    assert parse_fsk(mdmf((2, b"95588"), (7, b"LI\x00\xff"))).name == "LI"
    assert parse_fsk(mdmf((2, b"95588"), (7, "Jörg".encode("latin-1"))), "latin-1").name == "Jörg"


@pytest.mark.parametrize("caller", [
    Caller(NUMBER, "LI MING", time="11221530"), Caller("", presentation="private"),
    Caller("", presentation="unavailable"),
])  # fmt: skip
@pytest.mark.parametrize("kind", [Kind.FSK_SDMF, Kind.FSK_MDMF])
def test_what_the_simulated_exchange_sends(kind, caller):
    octets = message(CallerIdStyle(kind, with_name=True), caller)
    for told in (parse_fsk(octets), parse_fsk(octets[:-1])):
        assert (told.number, told.presentation.value) == (caller.number, caller.presentation)
    assert parse_fsk(message(CallerIdStyle(kind, wrong_checksum=True), caller)) is None


@pytest.mark.parametrize(("reason", "presentation"), [
    (b"P", Presentation.PRIVATE), (b"O", Presentation.UNAVAILABLE),
    (b"S", Presentation.UNAVAILABLE),
])  # fmt: skip
def test_absence_of_the_number_has_its_reason(reason, presentation):
    assert parse_fsk(mdmf((1, b"01020304"), (4, reason))).presentation is presentation


def test_a_withheld_number_is_never_shown_though_it_was_sent():
    told = parse_fsk(mdmf((2, NUMBER.encode()), (4, b"P"), (7, b"LI MING")))
    assert told == PRIVATE


@pytest.mark.parametrize("number", [b"0" * 10, b"1", b"12a45", b"9" * 21, b"\xff\xfe123", b"P1"])
def test_an_implausible_number_is_unknown(number):
    assert parse_fsk(mdmf((2, number))) == UNKNOWN


@pytest.mark.parametrize("date", [b"13010000", b"00010000", b"01320000", b"01012400", b"0101 100"])
def test_an_impossible_date_is_left_out(date):
    assert parse_fsk(mdmf((1, date), (2, NUMBER.encode()))) == allowed(NUMBER)


def test_unknown_parameters_are_skipped_and_the_first_of_two_counts():
    message = mdmf((0x11, b"\x01"), (2, b"95588"), (0xE0, b"1234567890"), (2, b"10086"))
    assert parse_fsk(message) == allowed("95588")


def test_a_parameter_that_reaches_over_the_end_is_left_out():
    payload = bytes([2, 5]) + b"95588" + bytes([7, 40]) + b"LI"
    assert parse_fsk(bytes([0x80, len(payload)]) + payload) == allowed("95588")


@pytest.mark.parametrize("message", [
    b"", b"\x04", b"\x04\x05ab", sdmf(b"1122"), mdmf((0x11, b"\x81"), (2, b"10086")),
    bytes([0x82, 3, 0x0B, 1, 255]), bytes([0x06, 3, 0x42, 0x42, 0x42]),
    sdmf(b"1122153010086") + b"\x00", sdmf(b"1122153010086") + b"\x00\x00",
])  # fmt: skip
def test_damaged_messages_and_message_waiting_are_no_callers(message):
    assert parse_fsk(message) is None


@given(st.binary(max_size=300))
def test_any_bytes_give_a_checked_caller_or_none(message):
    caller = parse_fsk(message)
    if caller is not None:
        assert bool(caller.number) == (caller.presentation is Presentation.ALLOWED)
        assert caller.number == "" or caller.number.lstrip("+").isdecimal()
        assert caller.name.isprintable()


@given(st.binary(max_size=80), st.sampled_from([0x04, 0x80]))
def test_a_wrong_checksum_never_gives_a_caller(payload, kind):
    message = checked(bytes([kind, len(payload)]) + payload)
    for wrong in (1, 0x80, 0xFF):
        assert parse_fsk(message[:-1] + bytes([(message[-1] + wrong) % 256])) is None


@given(st.from_regex(r"\A\+?[1-9][0-9]{1,19}\Z"))
def test_every_plausible_number_survives_both_forms(number):
    assert parse_fsk(checked(mdmf((2, number.encode())))).number == number
    assert parse_fsk(checked(sdmf(b"01010000" + number.encode()))).number == number


@pytest.mark.parametrize("start", ["A", "B", "C", "D", "*", ""])
@pytest.mark.parametrize("end", ["C", "#", ""])
def test_dtmf_number_with_each_start_and_each_end(start, end):
    assert sent(start + NUMBER + end) == [allowed(NUMBER)]


@pytest.mark.parametrize(("digits", "caller"), [
    ("B10C", PRIVATE), ("D1#", PRIVATE), ("A13800138000B10C", PRIVATE),
    ("B00C", UNKNOWN), ("D2#", UNKNOWN), ("D3#", UNKNOWN), ("D0000000000C", UNKNOWN),
    ("AB00C", UNKNOWN), ("B07C", UNKNOWN), ("D" + "7" * 60 + "C", UNKNOWN),
    ("A13800138000D95588B01C", allowed(NUMBER)), ("AA13800138000C", allowed(NUMBER)),
])  # fmt: skip
def test_dtmf_codes_and_fields(digits, caller):
    assert sent(digits) == [caller]


@pytest.mark.parametrize("digits", ["#", "C", "*", "AC", "D#", "1234", "ABDC", "###"])
def test_stray_digits_are_no_caller(digits):
    assert [caller for caller in sent(digits) if caller.number] == []


def test_a_pause_inside_ends_the_first_sequence():
    collector = DtmfCallerId()
    for at, digit in enumerate("A1380"):
        assert collector.digit(digit, 10 + at * 0.1) is None
    assert collector.expire(10.4 + GAP_S - 0.01) is None
    assert collector.expire(10.4 + GAP_S) == allowed("1380")
    assert collector.deadline is None


def test_digits_after_a_pause_begin_anew_though_nobody_asked():
    collector = DtmfCallerId()
    collector.digit("A", 10)
    collector.digit("9", 10.1)
    found = [collector.digit(d, 20 + n * 0.1) for n, d in enumerate("D10086C")]
    assert found[-1] == allowed("10086")


@given(st.text(alphabet="0123456789ABCD*#", max_size=120))
def test_any_digits_give_plausible_callers_and_end_empty(digits):
    for caller in sent(digits):
        assert bool(caller.number) == (caller.presentation is Presentation.ALLOWED)
        assert len(caller.number) <= 20


@pytest.mark.parametrize(("date_time", "now", "seconds"), [
    ((11, 22, 10, 30), (2026, 11, 22, 10, 30, 59), 0.0),
    ((11, 22, 10, 31), (2026, 11, 22, 10, 30, 1), 60.0),
    ((1, 1, 0, 2), (2026, 12, 31, 23, 57, 30), 300.0),
    ((12, 31, 23, 57), (2027, 1, 1, 0, 2, 0), -300.0),
    ((2, 29, 12, 0), (2028, 2, 29, 12, 0, 10), 0.0),
    ((6, 1, 0, 0), (1970, 1, 1, 8, 0, 0), 151 * 86400 - 8 * 3600.0),
])  # fmt: skip
def test_the_exchange_tells_how_wrong_the_clock_is(date_time, now, seconds):
    caller = CallerId(date_time=date_time)
    assert clock_difference_s(caller, datetime(*now, tzinfo=UTC)) == seconds


def test_without_a_date_nothing_is_known_of_the_clock():
    assert clock_difference_s(UNKNOWN, datetime(2026, 1, 1, tzinfo=UTC)) is None
