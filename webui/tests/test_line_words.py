import pytest

from firmware.contract import line_words
from webui import script_words, words


@pytest.mark.parametrize(("spoken", "translated"), [
    (line_words.STEPS, script_words.JOB_STEPS), (line_words.CHECKS, script_words.CHECKS),
    (line_words.DETAILS, script_words.CHECK_DETAILS),
    (line_words.PROBLEMS, script_words.JOB_PROBLEMS),
])  # fmt: skip
def test_every_word_of_a_line_job_has_a_translation_and_no_other(spoken, translated):
    assert set(translated) == set(spoken)


def test_every_refusal_of_a_line_job_has_a_translation():
    assert set(line_words.REFUSALS) <= set(words.REFUSALS)
