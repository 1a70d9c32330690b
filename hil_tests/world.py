"""Box, boards, exchanges and agents in one piece, on virtual time: the world of the loop-back call,

and agents at their desks in it.
"""

import socket
from collections import Counter
from pathlib import Path
from typing import Any

from firmware.loopback import world
from firmware.loopback.ticking import TICK_S
from firmware.loopback.world import DEFAULT_LINES, E1, EPOCH_MS, Fxo, VirtualClock
from hil_tests.desk import Desk

_WRITE_TICKS, _WRITE_S = 30, 30.0
"""The ledger's writer lives in real time: what it has not written is waited for so often, in ticks,
so long, in real seconds.  Else a quick machine asks for records that are not there yet."""
__all__ = ["DEFAULT_LINES", "E1", "EPOCH_MS", "TICK_S", "Fxo", "VirtualClock", "World", "free_port"]


class World(world.World):
    """`with World() as world:` starts everything; nothing is left running after it."""

    def __init__(
        self,
        folder: Path | None = None,
        seed: int = 1,
        *,
        spans: int = 1,
        lines: int = 0,
        keep_calls: int | None = None,
        epoch_ms: int = EPOCH_MS,
    ) -> None:
        """With E1 lines ("e1", "e1-2" ...), and `lines` (4, 8 or 16) analogue ones ("analog").

        `keep_calls`: ended calls that each exchange keeps, None: all; `epoch_ms`: virtual UTC
        at the beginning.
        """
        self.epoch_ms = epoch_ms
        super().__init__(folder, seed, spans=spans, lines=lines, keep_calls=keep_calls)
        self.desks: list[Desk] = []
        self._ticks = 0
        self.also.append(self._step_desks)

    def tick(self) -> None:
        """5 ms of everything; the ledger is 150 ms behind at most."""
        super().tick()
        self._ticks += 1
        if self._ticks % _WRITE_TICKS == 0 and hasattr(self.box, "store"):
            self._keep_writing()

    def _keep_writing(self) -> None:
        ledger = self.box.store.ledger
        if ledger.pending():
            ledger.flush(_WRITE_S)

    def _step_desks(self) -> None:
        for desk in self.desks:
            desk.step()

    def leave(self) -> None:
        """Every agent closes his browser."""
        for desk in list(self.desks):
            desk.close()

    def utc_of(self, tick: int) -> float:
        """Virtual UTC in milliseconds of a tick (8 kHz) of the exchange."""
        return self.now_ms - (self.office.tick - tick) / 8

    def look(self) -> Any:
        """What is in use: {"timers": {name: count}, "engine": {name: count}}."""
        timers = Counter(name for name, _ in self.box.timers.running())
        return {"timers": timers, "engine": self.box.engine.statistics()}

    def passwords(self) -> dict[str, str]:
        """The log-ins that the box told at its first start."""
        text = (self.options.data / "first-log-in").read_text()
        return dict(line.split(maxsplit=1) for line in text.splitlines())

    def agent(self, user: str) -> Desk:
        """An agent (or supervisor, administrator) logged in at a desk."""
        desk = Desk(self, user, self.passwords()[user])
        self.desks.append(desk)
        return desk


def free_port() -> int:
    """A TCP port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
