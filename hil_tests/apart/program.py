"""callboxd on stepped time, the process's side: `python -m hil_tests.apart.program`.

`firmware.app.Box` on a virtual loop obeys orders that come by a SEQPACKET socket and are answered:

    t TICK      5 ms of engine, loop and callbox-isdn; TICK (8 kHz) is the exchange's
    s           what is ready is done; time stands
    u MS        the wall clock jumps by so many milliseconds
    d 2|1|0     the disk blocks, is out of order, or is in order: then nobody waits long for it
    ?           what is in use: timers by name, the engine's tables, engine's tick

It ends with its owner.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

from cython_dsp.engine import Engine
from firmware.app import Box, Options, options
from firmware.errors import StoreError
from firmware.loopback.ticking import TICK_S
from firmware.loopback.virtual_loop import VirtualLoop
from firmware.loopback.world import new_document
from firmware.store.writer import CALL_MARK_S
from firmware.timers import Clock
from hil_tests.apart.orders import BLOCKED, ORDER_BYTES

_BLOCK_S, _OPENING_S = 2.0, 0.2
"""Real time for a board's block; a board that was just opened says nothing in its first one."""
_GATHER_S, _WRITE_S, _RETRY_S = 0.15, 30.0, 1.0
"""Virtual: the ledger's writer has events for so long at most; real: for writing them; virtual:
until the next try when that was too short."""
_SYNC_S = 1.0
"""Virtual: `SYNC_NS` of the engine's recorder."""
_PATIENCE_S, _NO_PATIENCE_S = 30.0, 0.02
"""Real time in which work of another thread is done within the tick that began it: the disk of a
busy machine may take seconds to sync.  With a disk out of order nobody waits for it."""


class SteppedClock(Clock):
    """The loop's time, and a wall clock that may jump."""

    def __init__(self, loop: VirtualLoop, utc_ms: int) -> None:
        self._loop, self._zero_ms = loop, utc_ms - round(loop.time() * 1000)

    def monotonic(self) -> float:
        """Virtual seconds."""
        return self._loop.time()

    def utc_ms(self) -> int:
        """Virtual UTC, as far as the box knows it."""
        return self._zero_ms + round(self._loop.time() * 1000)

    def jump(self, milliseconds: int) -> None:
        """The clock is set."""
        self._zero_ms += milliseconds


class SteppedEngine(Engine):
    """Knows whether a board was opened since the last block."""

    opening = False

    def add_board(self, fd: int, slots: int = 32) -> int:
        """As the engine's."""
        self.opening = True
        return super().add_board(fd, slots)

    def reopen_board(self, board: int, fd: int) -> None:
        """As the engine's."""
        self.opening = True
        super().reopen_board(board, fd)

    def hold_writer(self, *, on: bool) -> None:
        """Its writer stands still, as a thread does whose disk blocks."""
        self._core.hold_writer(on)


class PatientExecutor(ThreadPoolExecutor):
    """Work is done within the tick in which it began, unless the disk is out of order."""

    patience_s = _PATIENCE_S

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn` in a thread and give it time."""
        future = super().submit(fn, *args, **kwargs)
        wait([future], self.patience_s)
        return future


class Program:
    """The box, and the orders to it."""

    def __init__(
        self, control: socket.socket, chosen: Options, utc_ms: int, *, hurried: bool
    ) -> None:
        self._hurried = hurried
        self.loop = VirtualLoop()
        asyncio.set_event_loop(self.loop)
        self._executor = PatientExecutor(4)
        self.loop.set_default_executor(self._executor)
        self.clock = SteppedClock(self.loop, utc_ms)
        self.engine = SteppedEngine()
        self.box = Box(chosen, self.engine, self.clock, threaded=False)
        self._control = control
        self._unwritten_since: float | None = None
        self._noted = self._synced = 0.0
        self._behind = False
        self._orders: dict[bytes, Callable[[int], bytes]] = {
            b"t": self._tick,
            b"s": self._settle,
            b"u": self._jump,
            b"d": self._disk,
            b"?": self._look,
        }

    def run(self) -> None:
        """Obey until the owner is gone.  What ends the start of the box ends this."""
        starting = self.loop.create_task(self.box.start())
        while order := self._control.recv(ORDER_BYTES):
            answer = self._orders[order[:1]](int(order[1:] or 0))
            if starting.done():
                starting.result()
            self._control.send(answer)

    def _tick(self, tick: int) -> bytes:
        self._step_engine()
        self.loop.advance(TICK_S)
        self._step_isdn(tick // 8)
        self.loop.settle()
        self._keep_writing()
        self._sync_recordings(self.loop.time())
        return b"."

    def _settle(self, _value: int) -> bytes:
        self.loop.settle()
        return b"."

    def _jump(self, milliseconds: int) -> bytes:
        self.clock.jump(milliseconds)
        return b"."

    def _disk(self, broken: int) -> bytes:
        """The engine's writer is a thread of its own on the box: here it has to be held."""
        self._executor.patience_s = _NO_PATIENCE_S if broken else _PATIENCE_S
        self.engine.hold_writer(on=broken == BLOCKED)
        return b"."

    def _look(self, _value: int) -> bytes:
        timers = Counter(name for name, _ in self.box.timers.running())
        return json.dumps({"timers": timers, "engine": self.engine.statistics()}).encode()

    def _step_engine(self) -> None:
        """A first block that was only late is made up for: else the board, a block ahead from
        then on, would lose its patience with each."""
        try:
            self.engine.step(1, timeout=_OPENING_S if self.engine.opening else _BLOCK_S)
        except TimeoutError:
            self._behind = True
            return
        self.engine.opening = False
        if self._behind:
            with contextlib.suppress(TimeoutError):
                self.engine.step(1, timeout=_OPENING_S)
            self._behind = False

    def _step_isdn(self, now_ms: int) -> None:
        for span in self.box.spans.spans.values() if hasattr(self.box, "spans") else ():
            # Quiet or not: a callbox-isdn whose client dies should be no further behind than that.
            if self._hurried and span.client.quiet(now_ms):
                continue
            if span.client.connected:
                with contextlib.suppress(ConnectionError):  # it was killed
                    self.loop.run_until_complete(span.client.step(now_ms))

    def _keep_writing(self) -> None:
        """The ledger's writer lives in real time: what is 150 ms old in ours is written now."""
        ledger, now = getattr(getattr(self.box, "store", None), "ledger", None), self.loop.time()
        if ledger is None or not ledger.pending():
            self._unwritten_since = None
            self._note_life(now)
        elif self._unwritten_since is None:
            self._unwritten_since = now
        elif now - self._unwritten_since >= _GATHER_S:
            self._write(now)

    def _note_life(self, now: float) -> None:
        """So does what the writer does by itself each second of a call."""
        if now - self._noted >= CALL_MARK_S and self._executor.patience_s == _PATIENCE_S:
            self._noted = now
            if hasattr(self.box, "store"):
                self.box.store.ledger.run(lambda _connection: None)

    def _sync_recordings(self, now: float) -> None:
        """The engine's own writer does it each second of real time, a stepped one never."""
        if now - self._synced < _SYNC_S or self._executor.patience_s != _PATIENCE_S:
            return
        self._synced = now
        for entry in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                if entry.readlink().suffix == ".wav":
                    os.fdatasync(int(entry.name))

    def _write(self, now: float) -> None:
        ordinary = self._executor.patience_s == _PATIENCE_S
        try:
            self.box.store.ledger.flush(_WRITE_S if ordinary else _NO_PATIENCE_S)
        except StoreError:
            self._unwritten_since = now + _RETRY_S - _GATHER_S
        else:
            self._unwritten_since = None


def main() -> None:
    """Parse the command line; what is not ours is callboxd's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--control", type=int, required=True, help="descriptor of the orders")
    parser.add_argument("--utc-ms", type=int, required=True, help="the box's clock at the start")
    parser.add_argument("--spans", type=int, required=True, help="E1 lines of a new box")
    parser.add_argument("--hurried", action="store_true", help="nothing will be killed")
    own, rest = parser.parse_known_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    chosen = replace(options(rest), default=lambda: new_document(own.spans))
    os.set_inheritable(own.control, False)
    with socket.socket(fileno=own.control) as control, contextlib.suppress(ConnectionError):
        Program(control, chosen, own.utc_ms, hurried=own.hurried).run()
    os._exit(0)  # our owner is gone: nothing is to be kept


if __name__ == "__main__":
    main()
