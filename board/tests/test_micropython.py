# Every test file that MicroPython can run is run there too; pytest itself runs it on CPython.
import platform
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MICROPYTHON = Path(sys.executable).parent / "micropython"
BOTH = [HERE / "test_wire.py", *sorted((HERE / "mcu").glob("test_*.py"))]


@pytest.mark.timeout(60)  # a process beside others on a busy machine
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the MicroPython wheel is x86-64 only")
@pytest.mark.parametrize("path", BOTH, ids=lambda path: path.stem)
def test_passes_under_micropython(path):
    done = subprocess.run(
        [MICROPYTHON, HERE / "micropython_run.py", path],
        cwd=ROOT,
        env={"MICROPYPATH": f"{ROOT}:.frozen"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok test_" in done.stdout
