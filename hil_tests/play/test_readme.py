"""The document of the words is made from their models, and its examples are scripts."""

import re
from pathlib import Path

import pytest

from hil_tests.play.deeds import DEEDS
from hil_tests.play.expectations import EXPECTATIONS
from hil_tests.play.faults import FAULTS
from hil_tests.play.reference import HEAD, TIME, reference
from hil_tests.play.script import checked
from hil_tests.play.source import parse

README = (Path(__file__).parent / "README.md").read_text()
WORDS = [*HEAD, *TIME, *DEEDS, *EXPECTATIONS, *FAULTS]
STORY = "story: x\n"
PEOPLE = """people:
  Mr Wang: {caller: "13800138000"}
  Fang: {agent: "8001"}
  Wei: {agent: "8002"}
  Mrs Li: {outside: "02166668888"}
  Boss: {supervisor: boss}
  Admin: {administrator: admin}
"""
STEPS = "steps:\n  - wait: 1\n"


def test_the_readme_ends_with_what_the_models_say():
    assert README.endswith(reference())


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.word)
def test_a_word_has_a_meaning_an_example_and_a_place_in_the_readme(word):
    assert word.__doc__
    assert word.word in word.example or word.word == "a command"
    assert f"\n### {word.word}\n" in README
    assert all(f"`{field}`" in README for field in word.fields()[1:])


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", README, re.DOTALL))
def test_an_example_of_the_readme_can_be_read(example):
    text = "" if example.startswith("story:") else STORY
    text += "" if example.startswith("people:") else PEOPLE
    text += STEPS + "".join(f"  {line}\n" for line in example.splitlines() if example[0] == "-")
    text += example if example[0] != "-" else ""
    assert checked(parse(text, "readme"), Path()).steps
