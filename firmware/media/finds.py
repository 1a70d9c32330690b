"""What the engine tells, handed to its owners in the loop."""

import asyncio
from collections.abc import Callable

from cython_dsp.engine import Engine, Find, FindKind

Taker = Callable[[Find], None]


class Finds:
    """Owners by kind of find, and by port, board or recorder where there is one for each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop: asyncio.AbstractEventLoop | None = None
        self._takers: dict[tuple[FindKind, int], Taker] = {}
        self._common: dict[FindKind, Taker] = {}

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take finds from now on, as soon as there are any."""
        self._loop = loop
        loop.add_reader(self._engine.fileno(), self.drain)

    def stop(self) -> None:
        """Take no more finds."""
        if self._loop is not None:
            self._loop.remove_reader(self._engine.fileno())
            self._loop = None

    def on(self, kind: FindKind, taker: Taker, port: int | None = None) -> None:
        """Give finds of this kind (of one port, board or recorder) to `taker`."""
        if port is None:
            self._common[kind] = taker
        else:
            self._takers[kind, port] = taker

    def off(self, kind: FindKind, port: int) -> None:
        """Nobody wants these any more."""
        self._takers.pop((kind, port), None)

    def now(self) -> float:
        """The loop's time, monotonic seconds."""
        return (self._loop or asyncio.get_running_loop()).time()

    def soon(self, call: Callable[[], None]) -> None:
        """Have `call` done in a turn of its own, after the finds that came before."""
        (self._loop or asyncio.get_running_loop()).call_soon(call)

    def drain(self) -> None:
        """Hand out every waiting find, each in a turn of its own.

        So a mistake in one call's handling stays with that call.
        """
        for find in self._engine.finds():
            if self._loop is not None:
                self._loop.call_soon(self._give, find)

    def _give(self, find: Find) -> None:
        taker = self._takers.get((find.kind, find.port)) or self._common.get(find.kind)
        if taker is not None:
            taker(find)
