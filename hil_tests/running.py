"""The box as a person starts it: the supervisor and all its processes, in real time.

Everything is on loopback, on free ports, below one temporary folder.
"""

import io
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import numpy as np

from hil_tests.world import free_port

NUMBER, CALLER = "01088886666", "13800138000"
RATE = 8000


class LateError(AssertionError):
    """What was waited for did not come."""


def until(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Wait for a condition of another process; return its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise LateError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.01)
    return value


@dataclass(frozen=True)
class Audio:
    """What a call said and heard at the exchange, int16 at 8 kHz, on one time line."""

    tick: int
    said: np.ndarray
    heard: np.ndarray


class Running:
    """`with Running(folder) as box:`: up when entered, nothing left over afterwards."""

    def __init__(self, folder: Path | None = None, rate: int = 0) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="callbox-")
        self.run = folder or Path(self._temporary.name)  # type: ignore[union-attr]
        self.rate, self.port, self.page = rate, free_port(), free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        self.exchange = httpx.Client(base_url=f"http://127.0.0.1:{self.page}", timeout=10)
        self.started_in_s = 0.0

    def __enter__(self) -> Self:
        began = time.monotonic()
        command = [sys.executable, "-m", "firmware.supervisor", "--run", self.run]
        command += ["--port", self.port, "--page", self.page, "--rate", self.rate]
        self._said = (self.run / "said").open("w+b")
        self._supervisor = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
            start_new_session=True,  # a terminal's group, to be sent its Ctrl-C
        )
        try:
            self.printed = self._read_until("Ctrl-C ends everything.", 60)
        except LateError:
            self.close()
            raise
        self.started_in_s = time.monotonic() - began
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ctrl-C, if it still runs; then forget everything."""
        if self._supervisor.poll() is None:
            self.interrupt()
        self._supervisor.stdout.close()  # type: ignore[union-attr]
        self._said.close()
        self.exchange.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def interrupt(self) -> int:
        """Ctrl-C of a terminal; return the exit status."""
        os.killpg(self._supervisor.pid, signal.SIGINT)
        return self._supervisor.wait(60)

    def kill(self) -> None:
        """The supervisor itself is killed."""
        self._supervisor.kill()
        self._supervisor.wait()

    # --- what it started ---

    def processes(self) -> dict[int, str]:
        """Every process below the supervisor: number and command line."""
        found: dict[int, str] = {}
        fresh = [self._supervisor.pid]
        while fresh:
            fresh = [child for parent in fresh for child in _children(parent)]
            found |= {number: command_line(number) for number in fresh}
        return found

    def process(self, part: str) -> int | None:
        """The number of the process with `part` in its command line."""
        return next((pid for pid, line in self.processes().items() if part in line), None)

    def passwords(self) -> dict[str, str]:
        """Log-ins as they were printed."""
        lines = self.printed.split("First log-in:\n")[1].splitlines()
        return dict(line.split() for line in lines if len(line.split()) == 2)

    # --- the exchange ---

    def call(self, language: str = "1", digit: str = "1", calling: str = CALLER) -> dict[str, Any]:
        """Call the box by the exchange's page; return the call as the page lists it."""
        known = {call["number"] for call in self.calls()}
        form = {"called": NUMBER, "calling": calling, "language": language, "digit": digit}
        assert self.exchange.post("/call", data=form).status_code == 303
        return until(
            lambda: next((c for c in self.calls() if c["number"] not in known), None), "a call"
        )

    def calls(self) -> list[dict[str, Any]]:
        """The exchange's calls, latest first."""
        return self.exchange.get("/calls").json()["calls"]

    def state_of(self, number: int) -> dict[str, Any]:
        """One call of the exchange."""
        return next(call for call in self.calls() if call["number"] == number)

    def audio(self, number: int) -> Audio:
        """What a call said and heard lately."""
        answer = self.exchange.get(f"/calls/{number}.wav")
        with wave.open(io.BytesIO(answer.content)) as file:
            pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        return Audio(int(answer.headers["X-Tick"]), pcm[:, 0], pcm[:, 1])

    def _read_until(self, sign: str, seconds: float) -> str:
        text, end = b"", time.monotonic() + seconds
        pipe = self._supervisor.stdout
        assert pipe is not None
        while sign.encode() not in text:
            if not select.select([pipe], [], [], max(0, end - time.monotonic()))[0]:
                raise LateError(f"the box is not up: {text!r}")
            piece = os.read(pipe.fileno(), 4096)
            if not piece:
                raise LateError((self.run / "said").read_text())
            text += piece
        return text.decode()


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found += map(int, tasks.read_text().split())
        except OSError:  # it ended meanwhile
            continue
    return found


def command_line(process: int) -> str:
    """The command line of a process; "" when it is gone or only waits to be collected."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
