"""Runs of faults; `make faults` has more, and all kinds of them."""

import subprocess
import sys
from random import Random

import pytest

from hil_tests.apart import Apart
from hil_tests.faults.run import Run
from hil_tests.faults.table import FAULTS, chosen, duration

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("seed", range(1, len(FAULTS) + 1))
def test_a_fault_in_the_middle_of_calls_leaves_nothing_to_complain_of(seed):
    result = Run(seed).run()
    print(result)
    assert result.violations == []
    assert result.calls >= 4


def test_as_many_runs_as_faults_have_all_of_them():
    assert {chosen(seed)[0] for seed in range(1, len(FAULTS) + 1)} == set(FAULTS)


def test_a_fault_lasts_as_long_as_the_seed_says():
    fault = FAULTS["unplug the E1 board"]
    lengths = [duration(fault, Random(seed)) for seed in range(5)]
    assert lengths == [duration(fault, Random(seed)) for seed in range(5)]
    assert all(fault.lasts_s[0] <= length <= fault.lasts_s[1] for length in lengths)


class Forgetful(Run):
    """The box's recordings vanish."""

    def _judge(self):
        for path in (self._world.options.data / "recordings").rglob("*.wav"):
            path.unlink()
        super()._judge()


def test_what_the_fault_does_not_excuse_is_reported():
    result = Forgetful(3, "clock an hour on").run()
    assert any(one.endswith("is not there") for one in result.violations), result
    assert any(one.endswith("the file is gone") for one in result.violations), result


def test_a_box_that_stays_away_is_reported(monkeypatch):
    monkeypatch.setitem(FAULTS, "clock an hour on", FAULTS["unplug the E1 board"])
    monkeypatch.setattr(Apart, "plug", lambda world, name: world.after(12.0, lambda: None))
    monkeypatch.setattr("hil_tests.faults.run.AT_LAST_S", 12.0)
    result = Run(4, "clock an hour on").run()
    assert any("it was back after" in one for one in result.violations), result


def test_an_unknown_fault_is_refused():
    command = [sys.executable, "-m", "hil_tests.faults", "--fault", "earthquake"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "invalid choice" in refused.stderr
