import pytest

from firmware.switching.numbers import Kind, Numbers, matches

BEIJING = Numbers("CN", "010")


@pytest.mark.parametrize(("number", "normal"), [
    ("88888888", "01088888888"),
    ("010-8888 8888", "01088888888"),
    ("01088888888", "01088888888"),
    ("1088888888", "01088888888"),
    ("+86 10 88888888", "01088888888"),
    ("00861088888888", "01088888888"),
    ("13800138000", "13800138000"),
    ("013800138000", "13800138000"),
    ("+8613800138000", "13800138000"),
    ("1795113800138000", "13800138000"),
    ("1795102161234567", "02161234567"),
    ("075512345678", "075512345678"),
    ("95588", "95588"),
    ("10086", "10086"),
    ("12345", "12345"),
    ("96777", "96777"),
    ("4008001234", "4008001234"),
    ("8008001234", "8008001234"),
    ("88886666转8001", "01088886666"),
    ("88886666 ext. 12", "01088886666"),
    ("+85212345678", "+85212345678"),
    ("0085212345678", "+85212345678"),
    ("", ""),
])  # fmt: skip
def test_normal_form_in_beijing(number, normal):
    assert BEIJING.normal(number) == normal


@pytest.mark.parametrize(("country", "area", "number", "normal"), [
    ("HK", "", "+85221234567", "21234567"),
    ("HK", "", "21234567", "21234567"),
    ("SG", "", "+6561234567", "61234567"),
    ("TW", "02", "+886223456789", "0223456789"),
    ("TW", "02", "23456789", "0223456789"),
    ("GB", "020", "+442079460000", "02079460000"),
    ("GB", "020", "79460000", "02079460000"),
    ("US", "1212", "+12125550100", "12125550100"),
    ("US", "1212", "5550100", "12125550100"),
    ("US", "1212", "0118613800138000", "+8613800138000"),
    ("MY", "03", "+60321234567", "0321234567"),
])  # fmt: skip
def test_normal_form_elsewhere(country, area, number, normal):
    assert Numbers(country, area).normal(number) == normal


@pytest.mark.parametrize("number", ["110", "0110", "9110", "119", "120", "122", "010110"])
def test_emergency_numbers_with_and_without_prefix(number):
    assert BEIJING.emergency(number) == number[-3:]
    assert BEIJING.kind(number) is Kind.EMERGENCY


@pytest.mark.parametrize("number", ["1101", "95110", "114", "10086", "", "88110110"])
def test_what_only_looks_like_an_emergency_number(number):
    assert BEIJING.emergency(number) is None


@pytest.mark.parametrize(("country", "number"), [
    ("US", "911"), ("US", "9911"), ("GB", "999"), ("GB", "112"), ("HK", "999"), ("SG", "995"),
    ("TW", "119"), ("MY", "999"),
])  # fmt: skip
def test_emergency_numbers_of_other_countries(country, number):
    assert Numbers(country, "").kind(number) is Kind.EMERGENCY


@pytest.mark.parametrize(("number", "kind"), [
    ("13800138000", Kind.NATIONAL),
    ("95588", Kind.NATIONAL),
    ("+85212345678", Kind.INTERNATIONAL),
    ("0085212345678", Kind.INTERNATIONAL),
    ("001", Kind.NATIONAL),
    ("+1", Kind.INVALID),
    ("12", Kind.INVALID),
    ("", Kind.INVALID),
    ("*21#", Kind.INVALID),
    ("1" * 20, Kind.INVALID),
])  # fmt: skip
def test_kinds(number, kind):
    assert BEIJING.kind(number) is kind


@pytest.mark.parametrize(("pattern", "number", "fits"), [
    ("*", "anything", True), ("010*", "01088", True), ("010*", "02188", False),
    ("95588", "95588", True), ("95588", "955881", False),
])  # fmt: skip
def test_patterns(pattern, number, fits):
    assert matches(pattern, number) is fits
