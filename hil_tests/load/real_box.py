"""A box in real time on a simulated exchange, each process by itself; nothing is left after it.

The exchange and the boards stand for hardware, which no load of the box makes slower: where it is
permitted they have real-time priority, below the engine's.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from firmware.contract.model import Role
from firmware.supervisor import FXO_TRUNK
from hil_tests.live_agent import LogIn
from hil_tests.load.box_side import Looks, looks
from hil_tests.load.figures import staff
from hil_tests.load.plan import Plan
from hil_tests.running import until

_DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--")
_HARDWARE = ("chrt", "-f", "10")
_START_S = 60.0


class RealBox:
    """`with RealBox(plan, seed) as box:`: in service when entered."""

    def __init__(self, plan: Plan, seed: int, last_s: float) -> None:
        """`last_s`: for the last calls, then all callers hang up."""
        self._closing = contextlib.ExitStack()
        kept = tempfile.TemporaryDirectory(prefix="callbox-", ignore_cleanup_errors=True)
        self.run = Path(self._closing.enter_context(kept))
        self.plan, self._seed, self._last_s = plan, seed, last_s
        self.data, self.socket = self.run / "data", self.run / "callboxd.sock"
        self._hardware = _HARDWARE if _permitted(_HARDWARE) else ()
        self._box: list[subprocess.Popen[bytes]] = []
        self.cpu_s = 0.0
        """Of callboxd and callbox-isdn, when they have ended."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as failing:
            failing.callback(self.close)
            self.data.mkdir()
            self.network = self.start(
                "hil_tests.load.network", "--run", self.run,
                "--plan", json.dumps(asdict(self.plan)),
                "--seed", self._seed, "--last", self._last_s,
                first=self._hardware,
            )  # fmt: skip
            self._numbers: list[str] = self.told(self.network)["numbers"]
            for argv in self._boards():
                self._process(*argv, first=self._hardware)
            self._start_box()
            until(self._in_service, "the lines", _START_S)
            failing.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything, the box first."""
        for process in reversed(self._box):
            process.terminate()
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0  # waited for
            self.cpu_s += used.ru_utime + used.ru_stime
        self._box.clear()
        self._closing.close()

    def start(
        self, module: str, *arguments: object, first: tuple[str, ...] = ()
    ) -> "subprocess.Popen[bytes]":
        """A program of ours that tells by JSON lines, and ends with its input."""
        argv = (*_DIES_WITH_US, *first, sys.executable, "-m", module, *map(str, arguments))
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._closing.callback(_end_input, process)
        return process

    @staticmethod
    def told(process: "subprocess.Popen[bytes]") -> Any:
        """Its next line.  Blocks.  RuntimeError when it has ended."""
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise RuntimeError(f"{process.args!r} has ended")
        return json.loads(line)

    def look(self) -> Any:
        """What callboxd says of itself: timers, statistics, histograms of lateness."""
        path = self.run / "look.json"
        path.unlink(missing_ok=True)
        self._box[-1].send_signal(signal.SIGUSR1)
        until(path.exists, "a look into callboxd")
        return json.loads(path.read_text())

    def rest(self) -> Looks:
        """What can be left over."""
        seen = self.look()
        return looks(seen["timers"], seen["statistics"])

    @property
    def snapshot(self) -> Any:
        """The live picture."""
        return self._admin.get("Snapshot")

    def configure(self, names: list[str], password: str) -> None:
        """These agents, with this password, and a trunk's line for each pair."""
        seen = self._admin.get("Config")
        document = seen["document"]
        staff(document, names)
        if self._numbers:
            self._all_lines(document)
        self._admin.ask("ProposeConfig", base_revision=seen["revision"], path="", value=document)
        for name in names:
            self._admin.ask("SetUserPassword", user=name, user_role=Role.AGENT, password=password)

    def _all_lines(self, document: dict[str, Any]) -> None:
        """Calls to all lines are treated as those to the first."""
        lines = {str(index): {"number": one} for index, one in enumerate(self._numbers, 1)}
        document["analog"][FXO_TRUNK]["lines"] = lines
        first = next(r for r in document["routes"] if r["called"] == self._numbers[0])
        document["routes"].append(first | {"called": self._numbers[0][:-2] + "*"})

    # --- processes ---

    def _process(self, *argv: object, first: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
        log = self._closing.enter_context((self.run / "log").open("ab"))
        words = (*_DIES_WITH_US, *first, *map(str, argv))
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._closing.callback(_end, process)
        return process

    def _boards(self) -> list[tuple[object, ...]]:
        board = (sys.executable, "-m", "board.sim.board")
        found: list[tuple[object, ...]] = [
            (*board, "--port-link", self.run / f"tty-{n}", "--line", self.run / f"line-{n}")
            for n in range(self.plan.spans)
        ]
        if self.plan.lines:
            analog = ("--kind", "fxo", "--ports", self.plan.lines)
            links = ("--port-link", self.run / "tty-fxo", "--line", self.run / "pairs")
            found.append((*board, *analog, *links))
        return found

    def _start_box(self) -> None:
        options: list[object] = ["--data", self.data, "--socket", self.socket]
        options += ["--host", "127.0.0.1", "--media-port", 0, "--look", self.run / "look.json"]
        for n in range(self.plan.spans):
            isdn = self.run / f"isdn-{n}"
            signalling = ("board/isdn/callbox-isdn", "--side", "user", "--socket", isdn)
            self._box.append(self._process(*signalling))
            options += ["--isdn-socket", isdn, "--board-port", self.run / f"tty-{n}"]
        if self.plan.lines:
            options += ["--fxo-port", f"{FXO_TRUNK}={self.run / 'tty-fxo'}"]
        module = (sys.executable, "-m", "hil_tests.load.box_process")
        self._box.append(self._process(*module, *options))
        until(self.socket.exists, "callboxd", _START_S)
        words = (self.data / "first-log-in").read_text().split()
        passwords = dict(zip(words[::2], words[1::2], strict=False))
        self._admin = self._closing.enter_context(LogIn(self.socket, "admin", passwords["admin"]))

    def _in_service(self) -> bool:
        seen = self.snapshot
        works = [one["board"] and one["link"] and not one["alarms"] for one in seen["spans"]]
        works += [one["board"] for one in seen["analog"]] if self.plan.lines else []
        return all(works[: self.plan.spans]) and all(works)


def _permitted(prefix: tuple[str, ...]) -> bool:
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return tried.returncode == 0


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        process.wait()


def _end_input(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
