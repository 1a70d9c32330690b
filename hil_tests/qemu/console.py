"""A serial line of the virtual machine: what came is kept, text is waited for, lines are sent."""

import base64
import contextlib
import gzip
import re
import secrets
import socket
import threading
import time
from pathlib import Path

from hil_tests.running import LateError, until

SHELL_UNIT = """[Unit]
Description=Tests look in here
DefaultDependencies=no
[Service]
Environment=PS1= TERM=dumb HOME=/root
ExecStart=/bin/sh
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
Restart=always
RestartSec=0
KillMode=process
IgnoreSIGPIPE=no
"""
"""A root shell on the second serial line, brought in by a credential of the test's machine:
the image itself has neither a root password nor a remote log-in."""
_LINE = 3000
"""A terminal takes lines up to 4095 characters."""
SHELL_WANTED = "[Unit]\nWants=hil-shell.service\n"


class Console:
    """`expect` reads on from where the last match ended.

    The line is taken up again when the machine restarts, which ends its emulator.
    """

    def __init__(self, path: Path, log: Path) -> None:
        self._path, self._closed = path, threading.Event()
        self._socket = until(lambda: _connect(path), f"{path.name}", 20)
        self._log = log.open("ab", buffering=0)
        self._text, self._seen, self._open = "", 0, True
        self._arrived = threading.Condition()
        self._reader = threading.Thread(target=self._read, name=path.name, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """All that came."""
        return self._text

    def expect(self, pattern: str, seconds: float) -> re.Match[str]:
        """Wait for a regular expression.  LateError with the last lines when it does not come."""
        wanted, end = re.compile(pattern, re.MULTILINE), time.monotonic() + seconds
        with self._arrived:
            while not (found := wanted.search(self._text, self._seen)):
                left = end - time.monotonic()
                if left <= 0 or not self._open:
                    raise LateError(f"not within {seconds:.0f} s: {pattern}\n{self._text[-1500:]}")
                self._arrived.wait(left)
            self._seen = found.end()
        return found

    def send(self, line: str) -> None:
        """Type a line."""
        self._socket.sendall(line.encode() + b"\n")

    def close(self) -> None:
        """Let go of the line."""
        self._closed.set()
        with contextlib.suppress(OSError):  # it is gone with the machine
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._socket.close()
        self._log.close()

    def _read(self) -> None:
        while not self._closed.is_set():
            try:
                piece = self._socket.recv(65536)
            except OSError:
                piece = b""
            if piece:
                self._keep(piece)
            else:
                self._take_up()
        with self._arrived:
            self._open = False
            self._arrived.notify_all()

    def _keep(self, piece: bytes) -> None:
        self._log.write(piece)
        with self._arrived:
            self._text += piece.decode(errors="replace").replace("\r", "")
            self._arrived.notify_all()

    def _take_up(self) -> None:
        while not self._closed.wait(0.1):
            if (line := _connect(self._path)) is not None:
                old, self._socket = self._socket, line
                old.close()
                return


class Shell(Console):
    """The root shell on the second serial line."""

    def ready(self, seconds: float) -> None:
        """Wait until the shell of this start answers; it stops echoing."""
        end, token = time.monotonic() + seconds, secrets.token_hex(4)
        while True:
            self.send(f"stty -echo -onlcr; PS1= PS2=; echo up-$((1+1))-{token}")
            try:
                self.expect(f"^up-2-{token}$", 3)
                break
            except LateError:
                if time.monotonic() > end:
                    raise
        self.run("echo in step")  # whatever else was asked for has been answered before this

    def run(self, command: str, seconds: float = 60) -> str:
        """Run a command; its output.  AssertionError when it fails."""
        code, said = self.attempt(command, seconds)
        assert code == 0, f"{command}: {code}\n{said}"
        return said

    def attempt(self, command: str, seconds: float = 60) -> tuple[int, str]:
        """Run a command; exit status and output (both streams)."""
        token = secrets.token_hex(4)
        self.send(f'{{ {command}\n}} 2>&1 </dev/null; echo "={token}-$?="')
        before = self._seen
        found = self.expect(rf"={token}-(\d+)=", seconds)
        return int(found[1]), self._text[before : found.start()].strip("\n")

    def put(self, source: Path, target: str) -> None:
        """A small file into the guest."""
        text = base64.b64encode(gzip.compress(source.read_bytes(), 9)).decode()
        self.run(f": >{target}.coded")
        for begin in range(0, len(text), _LINE):
            self.run(f"printf %s {text[begin : begin + _LINE]} >>{target}.coded")
        self.run(f"base64 -d {target}.coded | gzip -d >{target}; rm {target}.coded")


def _connect(path: Path) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(str(path))
    except OSError:
        line.close()
        return None
    return line
