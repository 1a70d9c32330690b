"""One target run by libFuzzer for some seconds, and what came of it.

Finds lie in build/fuzz: new inputs in `corpus/NAME`, the input of a failure as
`NAME-crash-...`, `NAME-timeout-...`, `NAME-oom-...`, and everything said in `NAME.log`.
"""

import fcntl
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from hil_tests.fuzz.table import BUILT, ROOT, Target

HANG_S = 10
"""An input may take so long; the slowest there is takes a twentieth."""
MOST_MB = 1024
"""Of a process, the fuzzer's own tables with it."""
GROWTH_MB = 300
"""Allowed after the kept inputs have been run: the fuzzer keeps coverage and new inputs."""
_GRACE_S = 120
"""On top of the time to fuzz, for the start and the kept inputs."""
_STATUS = re.compile(r"^#\d+\s+(INITED|DONE|\w+)\s.*?ft: (\d+).*?rss: (\d+)Mb", re.MULTILINE)
_COUNTED = re.compile(r"^stat::number_of_executed_units:\s+(\d+)", re.MULTILINE)
_PEAK = re.compile(r"^stat::peak_rss_mb:\s+(\d+)", re.MULTILINE)


class BuildError(Exception):
    """A target in C does not compile, or clang is not there."""


@dataclass(frozen=True)
class Outcome:
    """What a run says of a target."""

    name: str
    seconds: int
    executions: int
    features: int
    growth_mb: int
    problem: str = ""
    """crash, hang, growth or broken; "" when all is well."""
    said: str = ""

    def __str__(self) -> str:
        rate = self.executions / max(self.seconds, 1)
        figures = f"{self.executions:>9} executions {rate:>8.0f}/s {self.features:>6} features"
        return f"{self.name:<16} {figures} {self.growth_mb:>4} MB more  {self.problem or 'ok'}"


def build(target: Target) -> None:
    """Compile a target in C where it is older than its sources.  Raises BuildError."""
    folder = target.program.parent
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:  # tests run two at a time
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run(
            ["make", "-s", "-C", target.sources, f"BUILD_DIR={folder}", target.program],
            capture_output=True,
            text=True,
            check=False,
        )
    if made.returncode != 0:
        raise BuildError(made.stderr)


def command(target: Target) -> list[str | Path]:
    """What runs the target; libFuzzer's options follow."""
    if not target.module:
        build(target)
        return [target.program]
    return [sys.executable, "-m", "hil_tests.fuzz.child", target.name]


def libfuzzer(target: Target, *options: str | Path, wait_s: float) -> tuple[int, str]:
    """Run the target with these options; exit status and everything said."""
    BUILT.mkdir(parents=True, exist_ok=True)
    log = BUILT / f"{target.name}.log"
    # ASan holds back what is freed, to see its use; the default of 256 MB would look like growth.
    environment = os.environ | {"ASAN_OPTIONS": "quarantine_size_mb=16", "PYTHONHASHSEED": "0"}
    with log.open("w") as said:
        ended = subprocess.run(
            list(map(str, [*command(target), *options])),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
            timeout=wait_s,
            check=False,
        )
    return ended.returncode, log.read_text(errors="replace")


def fuzz(target: Target, seconds: int, hang_s: int = HANG_S, most_mb: int = MOST_MB) -> Outcome:
    """Look for inputs that hurt, beginning with the kept ones."""
    new = BUILT / "corpus" / target.name
    new.mkdir(parents=True, exist_ok=True)
    kept = [target.corpus] if target.corpus.is_dir() else []
    options = (
        f"-max_total_time={seconds}",
        f"-timeout={hang_s}",
        f"-rss_limit_mb={most_mb}",
        f"-max_len={target.longest}",
        f"-artifact_prefix={BUILT / target.name}-",
        "-print_final_stats=1",
        *([] if target.module else ["-close_fd_mask=3"]),  # what the parsers say, not the fuzzer
        new,
        *kept,
    )
    try:
        status, said = libfuzzer(target, *options, wait_s=seconds + hang_s + _GRACE_S)
    except subprocess.TimeoutExpired:
        return Outcome(target.name, seconds, 0, 0, 0, "hang", "the fuzzer itself did not end")
    return _outcome(target.name, seconds, status, said)


def keep(target: Target) -> int:
    """Keep the fewest new inputs that reach what the kept ones do not; how many are kept."""
    target.corpus.mkdir(parents=True, exist_ok=True)
    new = BUILT / "corpus" / target.name
    options = ("-set_cover_merge=1", f"-max_len={target.longest}")
    libfuzzer(target, *options, target.corpus, new, wait_s=3600)
    return len(list(target.corpus.iterdir()))


def _outcome(name: str, seconds: int, status: int, said: str) -> Outcome:
    begun = next((int(m[3]) for m in _STATUS.finditer(said) if m[1] == "INITED"), 0)
    features = max((int(m[2]) for m in _STATUS.finditer(said)), default=0)
    executions = int((_COUNTED.findall(said) or ["0"])[-1])
    peak = int((_PEAK.findall(said) or ["0"])[-1])
    growth = max(0, peak - begun)
    problem = _problem(status, said)
    if not problem and growth > GROWTH_MB:
        problem = "growth"
    return Outcome(name, seconds, executions, features, growth, problem, said)


def _problem(status: int, said: str) -> str:
    if status == 0:
        return ""
    if "libFuzzer: timeout" in said:
        return "hang"
    if "out-of-memory" in said or "detected memory leaks" in said:
        return "growth"
    return "crash" if "Test unit written to" in said else "broken"
