"""The client of callbox-isdn: events in, orders and D-channel frames out.  Asyncio.

It reconnects by itself.  After each connect it says HELLO, so a `Hello` event means: connected
(again); the owner then asks for `snapshot()` and settles what it finds.  What is ordered while
no connection is there is dropped, and `orders_dropped` counts it.
"""

import asyncio
import contextlib
import logging
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from board.host import isdn_events as ev
from board.host.isdn_lines import VERSION, LineError, Reader, frame, line
from board.host.isdn_steps import Steps

_T = TypeVar("_T")
_LOGGER = logging.getLogger(__name__)
_BUFFER = 2048  # bytes, above any message
_MESSAGES_A_TURN = 64  # then the loop serves others
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.05, 1.0
_MAX_UNSENT = 1000  # messages; a process that reads nothing for so long is hung


def _settle(waiting: "asyncio.Future[_T]", value: _T) -> None:
    if not waiting.done():  # else its owner has given up
        waiting.set_result(value)


class IsdnClient:
    """One connection to one callbox-isdn, of either side."""

    def __init__(
        self,
        path: Path,
        on_event: Callable[[ev.Event], None],
        on_frame: Callable[[bytes], None],
    ) -> None:
        """`on_event` and `on_frame` are called in the loop; they must not raise."""
        self._path = path
        self._on_event, self._on_frame = on_event, on_frame
        self._socket: socket.socket | None = None
        self._reader, self._steps = Reader(), Steps()
        self._unsent: deque[bytes] = deque()
        self._closed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._snapshots: list[asyncio.Future[ev.Snapshot]] = []
        self._idle: asyncio.Future[int] | None = None
        self.orders_dropped = 0
        self.lines_bad = 0

    @property
    def connected(self) -> bool:
        """Whether orders reach the process now."""
        return self._socket is not None

    def start(self) -> None:
        """Connect, and again whenever the connection is lost."""
        self._task = asyncio.create_task(self._keep_connected(), name=f"isdn({self._path.name})")

    async def stop(self) -> None:
        """Close the connection; calls stay in the process."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._lose()

    def send_frame(self, octets: bytes) -> None:
        """Give it a D-channel frame from the line (no FCS); what cannot go is dropped."""
        with contextlib.suppress(LineError):  # a frame longer than Q.921 allows is line noise
            self._send(frame(octets))

    def order(self, verb: str, **keys: str | int | bool) -> None:
        """Send one line; verbs and keys as in PROTOCOL.md.  Raises LineError."""
        self._send(line(verb, **keys))

    def setup(self, call: int, called: str, calling: str = "", **keys: str | int | bool) -> None:
        """Place a call with a number of ours, 1 to 2147483647; further keys of SETUP follow."""
        self.order("SETUP", call=call, called=called, calling=calling, **keys)

    def disconnect(self, call: int, cause: int) -> None:
        """Clear or refuse a call; `Released` follows."""
        self.order("DISCONNECT", call=call, cause=cause)

    def release(self, call: int) -> None:
        """Answer a `Disconnect`; `Released` follows."""
        self.order("RELEASE", call=call)

    async def snapshot(self) -> ev.Snapshot:
        """Return what the process holds.  Raises ConnectionError when it has gone."""
        waiting: asyncio.Future[ev.Snapshot] = asyncio.get_running_loop().create_future()
        if not self.connected:
            raise ConnectionError("callbox-isdn is not connected")
        self._snapshots.append(waiting)
        self.order("SNAPSHOT")
        return await waiting

    async def step(self, to_ms: int) -> int:
        """Advance a stepped clock; return its time when all is done, events delivered before."""
        if not self.connected:
            raise ConnectionError("callbox-isdn is not connected")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._idle = done
        self._put(self._steps.step(to_ms))
        return await done

    def quiet(self, to_ms: int) -> bool:
        """Whether `step` would do nothing; it is then as if it had been called."""
        return self._steps.quiet(to_ms)

    async def _keep_connected(self) -> None:
        wait = _FIRST_WAIT_S
        while True:
            if self._connect():
                wait = _FIRST_WAIT_S
                await self._closed.wait()
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_S)

    def _connect(self) -> bool:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.settimeout(0)
        try:
            sock.connect(str(self._path))
        except OSError as error:
            _LOGGER.debug("isdn(%s): not connected: %s", self._path.name, error)
            sock.close()
            return False
        self._socket, self._reader, self._steps = sock, Reader(), Steps()
        self._closed.clear()
        asyncio.get_running_loop().add_reader(sock, self._readable)
        self.order("HELLO", version=VERSION)
        return True

    def _lose(self) -> None:
        if self._socket is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)
        loop.remove_writer(self._socket)
        self._socket.close()
        self._socket = None
        self._unsent.clear()
        self._closed.set()
        lost = ConnectionError("callbox-isdn has gone")
        snapshots, self._snapshots = self._snapshots, []
        for snapshot in snapshots:
            if not snapshot.done():
                snapshot.set_exception(lost)
        if self._idle and not self._idle.done():
            self._idle.set_exception(lost)
        self._idle = None

    def _readable(self) -> None:
        for _ in range(_MESSAGES_A_TURN):
            if self._socket is None:
                return
            try:
                message = self._socket.recv(_BUFFER)
            except BlockingIOError:
                return
            except OSError:
                message = b""
            if not message:
                _LOGGER.warning("isdn(%s): connection lost", self._path.name)
                self._lose()
                return
            self._take(message)

    def _take(self, message: bytes) -> None:
        try:
            found = self._reader.read(message)
        except LineError as error:
            self.lines_bad += 1
            _LOGGER.warning("isdn(%s): %s", self._path.name, error)
            return
        if isinstance(found, bytes):
            self._on_frame(found)
        elif isinstance(found, ev.Snapshot) and self._snapshots:
            _settle(self._snapshots.pop(0), found)
        elif isinstance(found, ev.Idle):
            self._take_idle(found)
        elif found is not None:
            self._on_event(found)

    def _take_idle(self, idle: ev.Idle) -> None:
        if self._steps.idle(idle) and self._idle:
            _settle(self._idle, idle.now_ms)
            self._idle = None

    def _send(self, message: bytes) -> None:
        if self._socket is None:
            self.orders_dropped += 1
            return
        if (step := self._steps.before_message()) is not None:
            self._put(step)
        self._put(message)

    def _put(self, message: bytes) -> None:
        self._unsent.append(message)
        if len(self._unsent) > _MAX_UNSENT:
            _LOGGER.error("isdn(%s): it reads nothing", self._path.name)
            self._lose()
        elif len(self._unsent) == 1:
            self._writable()

    def _writable(self) -> None:
        if self._socket is None:
            return
        loop = asyncio.get_running_loop()
        try:
            while self._unsent:
                self._socket.send(self._unsent[0])
                self._unsent.popleft()
        except BlockingIOError:
            loop.add_writer(self._socket, self._writable)
            return
        except OSError:
            self._lose()
            return
        loop.remove_writer(self._socket)
