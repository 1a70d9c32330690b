"""The loop-back call: it passes on a good release, and says what is wrong with a bad one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.loopback import __main__ as program
from firmware.loopback import sites
from firmware.prompts.catalogue import Catalogue

pytestmark = pytest.mark.timeout(180)
ROOT = Path(__file__).parents[3]


def start(folder, *arguments, **environment):
    """As callbox-ota starts it: hardly an environment, nothing to write to but a folder."""
    child = subprocess.run(
        [sys.executable, "-m", "firmware.loopback", *arguments],
        cwd="/proc",  # nobody can write here
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not list(folder.iterdir()), "it left something behind"
    return child.returncode, json.loads(child.stdout.splitlines()[-1])


def test_it_passes_with_boards_of_either_python(tmp_path):
    code, told = start(tmp_path, MICROPYTHON="cpython")
    assert (code, told["ok"], told["what"]) == (0, True, "")
    assert set(told["correlation"]) == {
        f"{way} {what}" for way in ("e1", "fxo") for what in ("prompt", "caller", "outside")
    }
    assert min(told["correlation"].values()) > 0.95
    assert all(0 < delay <= 30 for delay in told["delay_ms"].values())


def test_another_prompt_than_it_should_be_is_heard(tmp_path):
    own = tmp_path / "data" / "prompts" / "zh_CN"
    own.mkdir(parents=True)
    shutil.copy(Catalogue().path("goodbye", "zh_CN"), own / "greeting.alaw")
    result = program.run(folder=tmp_path)
    assert not result.ok
    assert "e1 prompt: correlation 0." in result.what
    assert "fxo prompt: correlation 0." in result.what
    assert "caller" not in result.what, "the bridge was good"


def test_without_callbox_isdn_it_says_so(tmp_path):
    code, told = start(tmp_path, CALLBOX_ISDN="/nowhere/callbox-isdn")
    assert (code, told["ok"]) == (1, False)
    assert told["what"] == "Stuck: there is no callbox-isdn at /nowhere/callbox-isdn"


def test_one_that_does_nothing_is_no_callbox_isdn(tmp_path, monkeypatch):
    monkeypatch.setattr(sites, "BINARY", "/bin/true")
    assert program.run(folder=tmp_path).what == "Stuck: callbox-isdn does not start"


def test_a_database_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "data" / "calls.db").mkdir(parents=True)
    result = program.run(folder=tmp_path)
    assert not result.ok
    assert result.what.startswith("StoreError: calls.db cannot be opened")


def test_its_limit_ends_it(tmp_path):
    code, told = start(tmp_path, "--seconds", "0.1")
    assert (code, told["what"]) == (1, "Stuck: it is not over in its time")
