"""One target in Python under atheris: `python -m hil_tests.fuzz.child NAME [libFuzzer options]`.

Only what parses is instrumented: our own modules, not the libraries they use.
"""

import importlib
import logging
import sys
from collections.abc import Callable

import atheris

from hil_tests.fuzz.table import PLANTED, TARGETS

_OURS = ["firmware", "board", "webui", "cython_dsp", "hil_tests.fuzz.parsers"]
_ARRAYS = [
    "cython_dsp.resample",
    *(f"firmware.prompts.{name}" for name in ("finish", "level")),
]
"""Compare whole arrays, of which atheris 3.0 loses one at each comparison."""


def load(name: str) -> Callable[[bytes], None]:
    """The target's function."""
    target = (TARGETS | PLANTED)[name]
    module = importlib.import_module(f"hil_tests.fuzz.parsers.{target.module}")
    function: Callable[[bytes], None] = getattr(module, name)
    return function


def main() -> None:
    """Fuzz until the options say that it is enough; ends the process."""
    logging.disable()  # parsers log what they refuse
    with atheris.instrument_imports(include=_OURS, exclude=_ARRAYS):
        function = load(sys.argv[1])
    # To merge, libFuzzer starts its own command again, by a shell.
    again = f"{sys.executable} -m hil_tests.fuzz.child {sys.argv[1]}"
    atheris.Setup([again, *sys.argv[2:]], function)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
