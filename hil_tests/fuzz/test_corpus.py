"""Every input that was worth keeping still does no harm, and the board link takes a million frames.

The targets in Python need nothing but the product; those in C are built by clang, with ASan.
"""

import gc
import importlib
import logging
import re
import subprocess
import sys

import pytest

from hil_tests.fuzz.run import build
from hil_tests.fuzz.table import CORPUS, TARGETS

PYTHON = [target for target in TARGETS.values() if target.module]
NATIVE = [target for target in TARGETS.values() if not target.module]
MILLION = 1_000_000
MOST_BYTES, MOST_BLOCKS = 1_200_000, 300


@pytest.fixture(autouse=True)
def quiet():
    """pytest keeps what is logged, and that would look like growth."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def inputs(target):
    return [path.read_bytes() for path in sorted(target.corpus.iterdir())]


def function(target):
    module = importlib.import_module(f"hil_tests.fuzz.parsers.{target.module}")
    return getattr(module, target.name)


@pytest.mark.timeout(60)  # thousands of inputs
@pytest.mark.parametrize("target", PYTHON, ids=lambda target: target.name)
def test_no_kept_input_raises_or_leaves_anything_behind(target):
    take, kept = function(target), inputs(target)
    assert len(kept) > 3
    for data in kept * 2:  # what is made once and kept is made now
        take(data)
    gc.collect()
    before = sys.getallocatedblocks()
    for data in kept:
        take(data)
    gc.collect()
    assert sys.getallocatedblocks() - before < MOST_BLOCKS


@pytest.mark.timeout(240)  # compiles at the first run
@pytest.mark.parametrize("target", NATIVE, ids=lambda target: target.name)
def test_no_kept_input_breaks_a_rule_of_c(target):
    build(target)
    kept = sorted(target.corpus.iterdir())
    assert len(kept) > 3
    ended = subprocess.run([target.program, *kept], capture_output=True, check=False)
    said = ended.stderr.decode(errors="replace")  # libpri tells of numbers as they came
    assert ended.returncode == 0, said[-3000:]
    assert said.count("Executed ") == len(kept)


@pytest.mark.timeout(240)  # 10 s, and compiles at the first run
def test_the_board_link_tells_of_each_whole_frame_of_a_million_and_of_no_other():
    link = TARGETS["board_link"]
    build(link)
    ended = subprocess.run(
        [link.program, f"--frames={MILLION}"], capture_output=True, text=True, check=True
    )
    said = dict(re.findall(r"(\w+) (\d+)", ended.stdout))
    assert int(said["frames"]) == MILLION
    assert int(said["told"]) == int(said["whole"])
    assert int(said["whole"]) == pytest.approx(MILLION / 2, rel=0.01)
    assert int(said["bad_crc"]) > MILLION / 4
    assert int(said["bad_cobs"]) > MILLION / 100


def test_the_corpus_is_small_and_of_known_targets():
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == set(TARGETS)
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
