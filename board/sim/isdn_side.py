"""callbox-isdn as a child of the simulated exchange: no asyncio, one turn a block."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

from board.host import isdn_events as ev
from board.host.isdn_lines import Reader, frame, line
from board.host.isdn_steps import Steps

_NAME = "callbox-isdn"
_BUFFER = 2048
_STEP_TIMEOUT_S = 10.0


def _binary() -> Path:
    """Where the program is: named by the environment, beside the interpreter, in the tree."""
    named = os.environ.get("CALLBOX_ISDN", "")
    if named:
        return Path(named)
    beside = Path(sys.executable).with_name(_NAME)
    return beside if beside.exists() else Path(__file__).parent.parent / "isdn" / _NAME


BINARY = _binary()


class IsdnGone(Exception):
    """The process has ended."""


class IsdnSide:
    """One process.  `stepped`: its clock is moved by `turn`; else it has its own."""

    def __init__(
        self,
        side: str,
        *,
        stepped: bool,
        binary: Path = BINARY,
        timers: dict[str, int] | None = None,
    ) -> None:
        """`timers`: milliseconds by name, as in PROTOCOL.md.  Raises OSError."""
        self._stepped, self._steps = stepped, Steps()
        self._reader = Reader()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_STEP_TIMEOUT_S if stepped else 0)
        options = [f"--timer={name}={value}" for name, value in (timers or {}).items()]
        clock = "stepped" if stepped else "monotonic"
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [binary, "--side", side, "--clock", clock, "--fd", str(theirs.fileno()), *options],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us; it ends when its socket closes
            )
        except OSError:
            self._socket.close()
            raise
        finally:
            theirs.close()

    def order(self, verb: str, **keys: str | int | bool) -> None:
        """Send one line (PROTOCOL.md)."""
        self._send(line(verb, **keys))

    def frame(self, octets: bytes) -> None:
        """Give it a D-channel frame."""
        self._send(frame(octets))

    def turn(self, now_ms: int) -> tuple[list[ev.Event], list[bytes]]:
        """Let it work; return what it reports and the frames it sends.  Raises IsdnGone.

        Stepped: up to `now_ms`, everything.  Else: what is there.
        """
        if self._stepped and self._steps.quiet(now_ms):
            return [], []
        if self._stepped:
            self._put(self._steps.step(now_ms))
        return self._heard()

    def _heard(self) -> tuple[list[ev.Event], list[bytes]]:
        """What it says, to the end of the last step."""
        events: list[ev.Event] = []
        frames: list[bytes] = []
        while True:
            message = self._receive()
            if message is None:
                return events, frames
            found = self._reader.read(message)
            if isinstance(found, ev.Idle):
                if self._steps.idle(found):
                    return events, frames
            elif isinstance(found, bytes):
                frames.append(found)
            elif found is not None:
                events.append(found)

    def close(self) -> None:
        """End the process.  Blocks shortly."""
        self._socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
            return
        self._process.kill()
        self._process.wait()

    def _send(self, message: bytes) -> None:
        if (step := self._steps.before_message()) is not None:
            self._put(step)
        self._put(message)

    def _put(self, message: bytes) -> None:
        try:
            self._socket.send(message)
        except OSError as error:
            raise IsdnGone("callbox-isdn has ended") from error

    def _receive(self) -> bytes | None:
        try:
            message = self._socket.recv(_BUFFER)
        except BlockingIOError:
            return None
        except OSError as error:
            raise IsdnGone("callbox-isdn does not answer") from error
        if not message:
            raise IsdnGone("callbox-isdn has ended")
        return message
