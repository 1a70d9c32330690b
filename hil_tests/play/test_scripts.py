"""The examples of the README, played."""

from pathlib import Path

import pytest

from hil_tests.play.director import play
from hil_tests.play.script import load

FOLDER = Path(__file__).parent
SCRIPTS = sorted((FOLDER / "scripts").glob("*.yaml"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_holds(path):
    report = play(load(path))
    print(report.text())
    assert report.holds
    assert report.verdicts


def test_there_are_ten_and_the_readme_names_each():
    readme = (FOLDER / "README.md").read_text()
    assert len(SCRIPTS) == 10
    assert all(path.name in readme for path in SCRIPTS)


def test_a_script_that_needs_the_speech_models_is_a_script_too():
    spoken = [load(path) for path in (FOLDER / "spoken").glob("*.yaml")]
    assert [script.apart for script in spoken] == [False]
