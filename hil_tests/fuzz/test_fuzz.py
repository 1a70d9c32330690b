"""The fuzzer finds what is planted: without that, its silence would mean nothing."""

import shutil
import subprocess
import sys

import pytest

from hil_tests.fuzz import run
from hil_tests.fuzz.table import BUILT, PLANTED, ROOT

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(120)]  # fuzzers run on the wall clock
SECONDS = 30
"""It is found within two; a loaded machine may need more."""


@pytest.fixture(autouse=True)
def forget():
    """What was found before would be found at once."""
    for name in PLANTED:
        shutil.rmtree(BUILT / "corpus" / name, ignore_errors=True)
        for path in BUILT.glob(f"{name}-*"):
            path.unlink()


@pytest.mark.parametrize("name", ["planted", "planted_crash"])
def test_a_planted_crash_is_found_with_the_input_that_does_it(name):
    outcome = run.fuzz(PLANTED[name], SECONDS)
    assert outcome.problem == "crash"
    (found,) = BUILT.glob(f"{name}-crash-*")
    assert found.read_bytes().startswith(b"bug")
    assert ("heap-buffer-overflow" if name == "planted" else "ZeroDivisionError") in outcome.said


def test_a_planted_hang_is_found():
    assert run.fuzz(PLANTED["planted_hang"], SECONDS, hang_s=2).problem == "hang"
    assert len(list(BUILT.glob("planted_hang-timeout-*"))) == 1


def test_planted_growth_is_found():
    assert run.fuzz(PLANTED["planted_growth"], SECONDS, most_mb=400).problem == "growth"


def test_the_command_ends_with_a_status_that_says_so():
    command = [sys.executable, "-m", "hil_tests.fuzz", "--seconds", str(SECONDS)]
    ended = subprocess.run(
        [*command, "--only", "planted_crash"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stdout
    assert "features" in ended.stdout.splitlines()[0]
