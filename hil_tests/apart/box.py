"""callboxd's process as its owner sees it: started, ordered, killed."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from firmware.app import Options
from firmware.loopback.sites import Stuck
from hil_tests.apart.orders import ANSWER_BYTES

_ANSWER_S = 60.0
"""Real time for an order; the first one has the start of Python before it."""


class BoxProcess:
    """One life of callboxd."""

    def __init__(
        self, options: Options, utc_ms: int, log: Path, preload: dict[str, str], *, hurried: bool
    ) -> None:
        """`preload`: more of the environment; `log` is appended to; `hurried`: nobody kills."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_ANSWER_S)
        self._log = log
        command = [sys.executable, "-m", "hil_tests.apart.program"]
        command += ["--control", str(theirs.fileno()), "--utc-ms", str(utc_ms)]
        command += ["--spans", str(len(options.places)), *_arguments(options)]
        command += ["--hurried"] * hurried
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=os.environ | preload,
            )
        theirs.close()

    def order(self, verb: str, value: int = 0) -> bytes:
        """Have it done and return the answer.  Stuck when the process is gone or hangs."""
        self.begin(verb, value)
        return self.finish()

    def begin(self, verb: str, value: int = 0) -> None:
        """Have it done; `finish` has to follow."""
        with contextlib.suppress(OSError):  # it is gone: `finish` says so
            self._control.send(f"{verb}{value}".encode())

    def finish(self) -> bytes:
        """Return the answer to what was begun.  Stuck when the process is gone or hangs."""
        try:
            answer = self._control.recv(ANSWER_BYTES)
        except OSError as error:
            raise Stuck(f"callboxd does not answer: {self._last_words()}") from error
        if not answer:
            raise Stuck(f"callboxd has ended: {self._last_words()}")
        return answer

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def look(self) -> Any:
        """What is in use in it: {"timers": {name: count}, "engine": {name: count}}."""
        return json.loads(self.order("?"))

    def kill(self) -> None:
        """SIGKILL; when this returns, the kernel has closed all that it had open."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._control.close()

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:]) or "it said nothing"


def _arguments(options: Options) -> list[str]:
    """The command line of callboxd."""
    arguments = ["--data", options.data, "--socket", options.socket]
    arguments += ["--service-socket", options.service, "--media-port", 0]
    for place in options.places:
        arguments += ["--isdn-socket", place.isdn, "--board-port", place.board]
    for trunk, port in options.fxo_ports:
        arguments += ["--fxo-port", f"{trunk}={port}"]
    for host in options.hosts:
        arguments += ["--host", host]
    return [str(argument) for argument in arguments]
