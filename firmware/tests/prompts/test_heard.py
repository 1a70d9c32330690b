import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.contract.model import Language
from firmware.ivr import say
from firmware.prompts.catalogue import Catalogue
from firmware.prompts.heard import distance, error_rate

CATALOGUE = Catalogue()


@pytest.mark.parametrize(
    ("said", "heard", "language", "rate"),
    [
        ("请您稍等。", "请您稍等", "zh_CN", 0),
        ("请您稍等。", "请你稍等", "zh_CN", 0.25),
        ("工号八零零幺", "工号8001", "zh_CN", 0),
        ("您前面还有两百零五位客户", "您前面还有205位客户", "zh_CN", 0),
        ("十二分钟", "12分钟", "zh_CN", 0),
        ("请按一。", "请按1", "zh_CN", 0),
        ("再见。", "", "zh_CN", 1),
        ("Press one.", "press 1", "en", 0),
        ("Agent number eight zero zero one", "Agent number 8001.", "en", 0),
        ("one thousand and five", "1,005", "en", 0),
        ("number twenty-one", "Number 21", "en", 0),
        ("Please hold the line.", "Please hold the lion.", "en", 0.25),
        ("Thank you", "Thank you very much", "en", 1),
    ],
)
def test_error_rates(said, heard, language, rate):
    assert error_rate(said, heard, language) == pytest.approx(rate)


@given(st.integers(0, 9999), st.sampled_from(Language))
def test_a_count_written_in_numerals_is_the_count_said(value, language):
    clips = say.number(value, language)
    said = ("" if language is Language.ZH_CN else " ").join(
        CATALOGUE.text(clip, language) for clip in clips
    )
    assert error_rate(said, str(value), language) == 0


@given(st.text("ab", max_size=6), st.text("ab", max_size=6))
def test_distance_is_a_metric(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))
