import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.model import Language
from firmware.ivr import say
from firmware.prompts.catalogue import Catalogue

ZH, EN = Language.ZH_CN, Language.EN
CATALOGUE = Catalogue()
CHINESE_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
ENGLISH = {
    CATALOGUE.text(f"number_{n}", EN): n for n in [*range(100), *range(1000, 10000, 1000)]
} | {CATALOGUE.text(f"number_{n}", EN): n for n in range(100, 1000, 100)}


def words(clips, language):
    """What a caller hears, from the catalogue's own texts."""
    texts = [CATALOGUE.text(clip, language) for clip in clips]
    return ("" if language is ZH else " ").join(filter(None, texts))


def parse_chinese(text):
    """The inverse, after the schoolbook: digits times units, 零 is nothing, 十 may stand alone."""
    total = digit = 0
    for sign in text:
        if sign in CHINESE_UNITS:
            total += (digit or 1) * CHINESE_UNITS[sign]
            digit = 0
        else:
            digit = CHINESE_DIGITS[sign]
    return total + digit


def parse_english(clips):
    return sum(ENGLISH[CATALOGUE.text(clip, EN)] for clip in clips if clip != "number_and")


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (0, "零"),
        (1, "一"),
        (2, "两"),
        (3, "三"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (12, "十二"),
        (19, "十九"),
        (20, "二十"),
        (22, "二十二"),
        (99, "九十九"),
        (100, "一百"),
        (101, "一百零一"),
        (102, "一百零二"),
        (110, "一百一十"),
        (112, "一百一十二"),
        (120, "一百二十"),
        (200, "两百"),
        (202, "两百零二"),
        (212, "两百一十二"),
        (222, "两百二十二"),
        (999, "九百九十九"),
        (1000, "一千"),
        (1001, "一千零一"),
        (1005, "一千零五"),
        (1010, "一千零一十"),
        (1012, "一千零一十二"),
        (1020, "一千零二十"),
        (1100, "一千一百"),
        (1101, "一千一百零一"),
        (1110, "一千一百一十"),
        (2000, "两千"),
        (2002, "两千零二"),
        (2200, "两千两百"),
        (2222, "两千两百二十二"),
        (9999, "九千九百九十九"),
    ],
)
def test_chinese_counts(value, spoken):
    assert words(say.count(value, ZH), ZH) == spoken


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (0, "zero"),
        (1, "one"),
        (2, "two"),
        (12, "twelve"),
        (20, "twenty"),
        (21, "twenty-one"),
        (90, "ninety"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (101, "one hundred and one"),
        (105, "one hundred and five"),
        (110, "one hundred and ten"),
        (121, "one hundred and twenty-one"),
        (200, "two hundred"),
        (999, "nine hundred and ninety-nine"),
        (1000, "one thousand"),
        (1005, "one thousand and five"),
        (1100, "one thousand one hundred"),
        (1105, "one thousand one hundred and five"),
        (2002, "two thousand and two"),
        (9999, "nine thousand nine hundred and ninety-nine"),
    ],
)
def test_english_counts(value, spoken):
    assert words(say.count(value, EN), EN) == spoken


@pytest.mark.parametrize(
    ("clips", "language", "spoken"),
    [
        (say.number(2, ZH), ZH, "二"),
        (say.agent("8001", ZH), ZH, "您好，工号八零零幺为您服务。"),
        (say.agent("8001", EN), EN, "Agent number eight zero zero one will help you."),
        (say.digits("1 2-3", ZH), ZH, "幺二三"),
        (say.digits("12#*", EN), EN, "one two pound star"),
        (say.digits("+86", ZH), ZH, "加八六"),
        (say.telephone("95588", ZH), ZH, "九五五八八"),
        (say.minutes(0, ZH), ZH, "零分钟"),
        (say.minutes(1, ZH), ZH, "一分钟"),
        (say.minutes(2, ZH), ZH, "两分钟"),
        (say.minutes(12, ZH), ZH, "十二分钟"),
        (say.minutes(60, ZH), ZH, "一小时"),
        (say.minutes(122, ZH), ZH, "两小时两分钟"),
        (say.minutes(0, EN), EN, "zero minutes"),
        (say.minutes(1, EN), EN, "one minute"),
        (say.minutes(61, EN), EN, "one hour one minute"),
        (say.minutes(120, EN), EN, "two hours"),
        (say.minutes(125, EN), EN, "two hours five minutes"),
        (say.seconds(2, ZH), ZH, "两秒"),
        (say.seconds(30, EN), EN, "thirty seconds"),
        (say.position(1, ZH), ZH, "下一位就是您。"),
        (say.position(2, ZH), ZH, "您前面还有一位客户。"),
        (say.position(3, ZH), ZH, "您前面还有两位客户。"),
        (say.position(13, ZH), ZH, "您前面还有十二位客户。"),
        (say.position(33, ZH), ZH, "您前面还有三十二位客户。"),
        (say.minutes(45, ZH), ZH, "四十五分钟"),
        (say.minutes(300, ZH), ZH, "五小时"),
        (say.position(1, EN), EN, "You are next in line."),
        (say.position(2, EN), EN, "You are number two in line."),
        (say.estimated_wait(0, ZH), ZH, "等候时间不到一分钟。"),
        (say.estimated_wait(2, ZH), ZH, "等候时间大概是两分钟"),
        (say.estimated_wait(5, EN), EN, "Your estimated waiting time is about five minutes"),
    ],
)
def test_phrases(clips, language, spoken):
    assert words(clips, language) == spoken


@pytest.mark.parametrize(
    ("number", "groups"),
    [
        ("13900138000", ["139", "0013", "8000"]),
        ("010 8888 8888", ["010", "8888", "8888"]),
        ("88886666", ["8888", "6666"]),
        ("5550100", ["555", "0100"]),
        ("2125550100", ["212", "555", "0100"]),
        ("10086", ["10086"]),
    ],
)
def test_telephone_numbers_are_said_in_groups(number, groups):
    clips = " ".join(say.telephone(number, EN)).replace("digit_", "").replace(" ", "")
    assert clips.split("pause") == groups


@pytest.mark.parametrize("language", Language)
def test_durations_and_places_have_their_clips(language):
    for value in range(1, 600):
        clips = {
            *say.position(value, language),
            *say.minutes(value, language),
            *say.seconds(value, language),
        }
        assert clips <= set(CATALOGUE.ids(language))


@pytest.mark.parametrize("language", Language)
def test_nothing_to_say_is_silence_not_an_error(language):
    assert say.digits("", language) == say.telephone(" ", language) == []


@pytest.mark.parametrize("text", ["12a", "一", "1\n", "½", "٣"])  # the last is a digit to Python
def test_what_is_no_digit_is_refused(text):
    with pytest.raises(ValueError, match="cannot be said"):
        say.digits(text, ZH)


@pytest.mark.parametrize("value", [-1, 10000])
def test_numbers_outside_the_grammar_are_refused(value):
    with pytest.raises(ValueError, match="not between"):
        say.count(value, EN)


@pytest.mark.parametrize("place", [0, -1])
def test_a_place_before_the_first_is_refused(place):
    with pytest.raises(ValueError, match="no place"):
        say.position(place, ZH)


@given(st.integers(0, 9999), st.sampled_from(Language))
def test_every_count_is_said_with_clips_of_the_language(value, language):
    for clips in (say.count(value, language), say.number(value, language)):
        assert set(clips) <= set(CATALOGUE.ids(language))


@given(st.integers(0, 9999))
def test_what_is_said_means_the_number(value):
    assert parse_chinese(words(say.count(value, ZH), ZH)) == value
    assert parse_chinese(words(say.number(value, ZH), ZH)) == value
    assert parse_english(say.count(value, EN)) == value


def test_no_two_counts_sound_alike():
    for language in Language:
        said = [words(say.count(value, language), language) for value in range(10000)]
        assert len(set(said)) == 10000


@given(st.integers(0, 9999))
def test_chinese_zeros_are_said_once_and_never_last(value):
    spoken = words(say.number(value, ZH), ZH)
    assert not re.search("零零", spoken)
    assert value == 0 or not spoken.endswith("零")


@given(st.text("0123456789", max_size=20))
def test_digit_strings_come_back(text):
    spoken = words(say.digits(text, ZH), ZH).replace("幺", "一")
    assert "".join(str(CHINESE_DIGITS[sign]) for sign in spoken) == text
    assert "一" not in words(say.digits(text, ZH), ZH)
