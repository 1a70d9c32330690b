import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui import codecs


@given(st.lists(st.integers(1, 31), unique=True).map(sorted))
def test_channels_survive_being_shown_and_read(channels):
    assert codecs.read_ranges(codecs.show_ranges(channels)) == channels


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("1-3,5", [1, 2, 3, 5]),
        ("x, 4-", ["x", "4-"]),
        ("5-3", []),
        (" 7 ", [7]),
        ("1-\x1e3", [1, 2, 3]),
    ],
)
def test_channels_that_are_none_are_handed_on(text, numbers):
    assert codecs.read_ranges(text) == numbers


@pytest.mark.parametrize("text", ["x, 4-", "1-3, x, 5", "2, x"])
def test_channels_that_are_none_are_shown_as_they_were_typed(text):
    assert codecs.show_ranges(codecs.read_ranges(text)) == text


def test_a_slip_of_the_finger_makes_no_endless_list():
    assert len(codecs.read_ranges("1-999999999")) < 100


@given(st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.integers(1, 10)))
def test_skills_survive_being_shown_and_read(skills):
    assert codecs.read_skills(codecs.show_skills(skills), weighted=False) == skills


def test_hours_survive_being_shown_and_read():
    hours = [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "24:00"}]
    assert codecs.read_hours(codecs.show_hours(hours)) == hours


@pytest.mark.parametrize("text", ["7" * 5000 + "-8", "7-" + "8" * 5000])
def test_a_range_of_more_digits_than_a_number_has_is_handed_on(text):
    assert codecs.read_ranges(text) == [text]


@pytest.mark.parametrize("text", ["nan", "-inf", "Infinity", "1e999", "9" * 400])
def test_what_is_no_number_of_json_or_far_too_large_is_handed_on(text):
    assert codecs.number(text) == text


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("2.5", 2.5), ("", ""), ("many", "many")])
def test_numbers_are_numbers_and_the_rest_is_handed_on(text, value):
    assert codecs.number(text) == value
