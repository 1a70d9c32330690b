"""The speech models of `make prompts`, by a process in their environment: `models.py`."""

import base64
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from board.sim.alaw import RATE, encode
from hil_tests.play.stage import StepError

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-prompts" / "bin" / "python"
VOICES = {"zh_CN": "zm_yunjian", "en": "am_michael"}
_LONGEST = 30 * RATE


class Studio:
    """Says and recognises texts; nothing is started until it is needed."""

    def __init__(self, python: Path = PYTHON) -> None:
        self._python = python
        self._process: subprocess.Popen[str] | None = None

    def say(self, text: str, language: str, voice: str) -> bytes:
        """A-law.  StepError without the models, or for a text that cannot be said."""
        return self._say(text, language, voice or VOICES[language])

    def error_rate(
        self, samples: NDArray[np.int16], wanted: str, language: str
    ) -> tuple[float, str]:
        """How far what is recognised differs from a text, and what it is; of the last 30 s."""
        codes = base64.b64encode(encode(samples[-_LONGEST:])).decode()
        answer = self._ask({"hear": codes, "language": language, "wanted": wanted})
        return float(answer["rate"]), str(answer["text"])

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    @cache  # noqa: B019  a script has few texts, and one studio
    def _say(self, text: str, language: str, voice: str) -> bytes:
        return base64.b64decode(
            self._ask({"say": text, "language": language, "voice": voice})["alaw"]
        )

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise StepError("the speech models do not work; try `make prompts`")
        answer: dict[str, Any] = json.loads(line)
        if "wrong" in answer:
            raise StepError(f"the speech models: {answer['wrong']}")
        return answer

    def _start(self) -> "subprocess.Popen[str]":
        if not self._python.exists():
            raise StepError("say, and to hear a text, need the speech models: `make prompts` first")
        self._process = subprocess.Popen(
            [self._python, "-m", "hil_tests.play.models"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        return self._process
