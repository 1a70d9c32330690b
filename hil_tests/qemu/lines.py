"""The exchange and its board as they run beside a box: analogue lines, in real time."""

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from hil_tests.running import LateError, until
from hil_tests.world import free_port

PORTS = 4
CALLER = "02079460000"


class Lines:
    """`with Lines(folder) as lines:`; `board` is the terminal a box finds it on."""

    def __init__(self, folder: Path) -> None:
        self._pairs, self.board = folder / "pairs.sock", folder / "fxo.tty"
        self._page = free_port()
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self._page}", timeout=10)
        self._log = (folder / "lines.log").open("ab")
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._start(
            "board.sim.exchange", "--line", self._folder / "line.sock", "--page", self._page,
            "--rate", 0, "--fxo-line", self._pairs, "--fxo-ports", PORTS,
        )  # fmt: skip
        until(self._pairs.exists, "the exchange")
        self._start(
            "board.sim.board", "--kind", "fxo", "--ports", PORTS,
            "--port-link", self.board, "--line", self._pairs,
        )  # fmt: skip
        until(self.board.exists, "the board")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for process in reversed(self._started):
            process.terminate()
            process.wait(10)
        self._http.close()
        self._log.close()

    def call(self, line: int, language: str = "2", digit: str = "1") -> dict[str, Any]:
        """Somebody calls on a line; the call as the exchange's page lists it."""
        known = len(self.calls())
        form = {"line": line, "calling": CALLER, "language": language, "digit": digit}
        form |= {"caller_id": "fsk", "presentation": "allowed", "name": ""}
        answer = self._http.post("/line-call", data=form)
        assert answer.status_code == 303, answer.text
        until(lambda: len(self.calls()) > known, "a call")
        return self.calls()[0]

    def answered(self, line: int, seconds: float) -> float:
        """Somebody calls again and again; `time.monotonic()` when the box answers.  LateError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            number = self.call(line, digit="")["number"]
            while (state := self._state_of(number)) not in ("connected", "clearing", "ended"):
                time.sleep(0.2)
            if state == "connected":
                return time.monotonic()
        raise LateError(f"nobody answered within {seconds:.0f} s")

    def _state_of(self, number: int) -> str:
        return next(str(call["state"]) for call in self.calls() if call["number"] == number)

    def calls(self) -> list[dict[str, Any]]:
        """Calls on the lines, latest first."""
        return list(self._http.get("/lines").json()["calls"])

    def state(self) -> list[dict[str, Any]]:
        """The lines as the exchange sees them."""
        return list(self._http.get("/lines").json()["lines"])

    def _start(self, module: str, *words: object) -> None:
        command = ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", module]
        self._started.append(
            subprocess.Popen(
                [*command, *map(str, words)],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
            )
        )
