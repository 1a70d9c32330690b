"""Small loads on every kind of line; the long ones are `make load`."""

import json
import subprocess
import sys

import pytest

from hil_tests.load.day import Day
from hil_tests.load.plan import Plan

pytestmark = pytest.mark.timeout(600)
KEYS = {
    "offered", "answered", "abandoned", "blocked", "rejected", "answered_s", "recorded_s",
    "simulated_s", "wall_s", "cpu_s", "late_ticks", "bare_late_ticks", "tick_p999_ms", "violations",
}  # fmt: skip


def test_a_busy_minute_on_both_kinds_of_lines_leaves_nothing_to_complain_of():
    day = Day(Plan(spans=1, lines=4, agents=12, minutes=0.4, load=0.3, talk_s=10), seed=2)
    result = day.run()
    print(result)
    assert result["violations"] == []
    assert result.keys() == KEYS
    assert result["offered"] == sum(result[key] for key in ("answered", "abandoned", "rejected"))
    assert result["answered"] >= 5
    # Turns and the edges of a conversation are not heard; recordings have all of it.
    assert 0.5 * result["recorded_s"] <= result["answered_s"] <= result["recorded_s"]


class Careless(Day):
    """Somebody deletes recordings."""

    def _check(self, world, placed):
        for path in (world.options.data / "recordings").rglob("*.wav"):
            path.unlink()
        super()._check(world, placed)


def test_a_recording_that_vanished_is_reported():
    result = Careless(Plan(spans=1, agents=4, minutes=0.2, load=0.4, talk_s=8), seed=3).run()
    assert result["answered"]
    assert any(one.endswith("is not there") for one in result["violations"]), result
    assert any(one.endswith("the file is gone") for one in result["violations"]), result


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fxo", "5"], "0, 4, 8 or 16 analogue ones"),
        ([], "no lines"),
        (["--e1", "1", "--agents", "1000"], "agents 1 to 100"),
        (["--e1", "1", "--talk", "1"], "5 to 600 s"),
        (["--size", "P31"], "invalid choice"),
    ],
)
def test_what_cannot_be_is_refused(arguments, words):
    command = [sys.executable, "-m", "hil_tests.load", *arguments]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert words in refused.stderr


def test_the_command_prints_one_json_object():
    command = [sys.executable, "-m", "hil_tests.load", "--fxo", "4", "--agents", "2"]
    command += ["--minutes", "0.2", "--talk", "5", "--load", "0.5"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    assert json.loads(ran.stdout).keys() == KEYS
