"""Box, boards and exchanges in one piece, on virtual time.

The daemon, the exchanges and their callers are in this process; the boards' firmware and both
sides of callbox-isdn are processes that are stepped.  One `tick` is 5 ms:
exchanges -> boards -> engine -> daemon -> callbox-isdn -> `also`.
"""

import contextlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from board.sim.analog.exchange import AnalogExchange
from cython_dsp.engine import Engine
from firmware.app import Box, Options
from firmware.config import default_document
from firmware.loopback.sites import E1, Fxo, Stuck
from firmware.loopback.ticking import TICK_S, Ticking
from firmware.loopback.virtual_loop import VirtualLoop
from firmware.timers import Clock

DEFAULT_LINES = 4
"""Analogue lines in the configuration of a new box."""
EPOCH_MS = 1_790_000_000_000  # 2026-09-21: a Monday, 22:13 in Shanghai
_BLOCK_S = 60.0
"""Real time that a board may take for a block: emulated machines are slow."""


class VirtualClock(Clock):
    """The daemon's clocks, on the loop's time."""

    def __init__(self, loop: VirtualLoop, epoch_ms: int = EPOCH_MS) -> None:
        """`epoch_ms`: virtual UTC at the loop's beginning."""
        self._loop, self._epoch_ms = loop, epoch_ms

    def monotonic(self) -> float:
        """Virtual seconds."""
        return self._loop.time()

    def utc_ms(self) -> int:
        """Virtual UTC."""
        return self._epoch_ms + round((self._loop.time() - 1000.0) * 1000)


S = TypeVar("S", E1, Fxo)


class World(Ticking):
    """`with World() as world:` starts everything; nothing is left running after it."""

    epoch_ms = EPOCH_MS
    """Virtual UTC at the beginning; whoever wants another day sets it before `__init__`."""

    def __init__(
        self,
        folder: Path | None = None,
        seed: int = 1,
        *,
        spans: int = 1,
        lines: int = 0,
        engine: Engine | None = None,
        setup: bool = False,
        keep_calls: int | None = None,
    ) -> None:
        """With E1 lines ("e1", "e1-2" ...), and `lines` (4, 8 or 16) analogue ones ("analog").

        `setup`: as it comes from the factory, without people and numbers; `keep_calls`: ended
        calls that each exchange keeps, None: all.
        """
        self._temporary = tempfile.TemporaryDirectory(prefix="callbox-")
        self.folder = folder or Path(self._temporary.name)
        self.loop = VirtualLoop()
        self._board_speaks = False
        self.also: list[Callable[[], None]] = []
        """Steps that follow those of the box, each tick."""
        self.each_tick: list[Callable[[], None]] = []
        self._sites: list[E1 | Fxo] = []
        with contextlib.ExitStack() as failing:
            failing.callback(self._end_sites)
            self.e1s = [
                self._site(E1(self.folder, number, seed + number, keep_calls))
                for number in range(spans)
            ]
            self.fxo = self._site(Fxo(self.folder, lines, seed, keep_calls)) if lines else None
            failing.pop_all()
        self.office: Any = self._sites[0].office
        self.options = Options(
            self.folder / "data",
            self.folder / "callboxd.sock",
            tuple(e1.place for e1 in self.e1s),
            fxo_ports=(("analog", str(self.fxo.port)),) if self.fxo else (),
            hosts=("127.0.0.1",),
            setup=setup,
            service=self.folder / "service.sock",
            default=lambda: new_document(spans),
        )
        self.options.data.mkdir(exist_ok=True)
        clock = VirtualClock(self.loop, self.epoch_ms)
        self.box = Box(self.options, engine, clock, threaded=False)

    @property
    def analog(self) -> AnalogExchange:
        """The exchange of the analogue lines."""
        if self.fxo is None:
            raise Stuck("a world without analogue lines")
        return self.fxo.office

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as failing:
            failing.callback(self._give_up)
            self.await_(self.box.start())
            if self.lines > DEFAULT_LINES:
                self.configure(self._all_lines)
            if not self.run(10, self.in_service):
                raise Stuck("the lines do not come into service")
            failing.pop_all()
        return self

    def configure(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the configuration's document in place and have it accepted."""
        store = self.box.store.configuration
        document = store.document()
        change(document)
        self.await_(store.propose(store.revision, "", document, "admin"))

    def _all_lines(self, document: dict[str, Any]) -> None:
        """A line for each socket, calls to all of them treated as those to the first."""
        lines = {str(line.index): {"number": line.number} for line in self.analog.lines}
        document["analog"]["analog"]["lines"] = lines
        first = next(r for r in document["routes"] if r["called"] == lines["1"]["number"])
        document["routes"].append(first | {"called": "010888870*"})

    def in_service(self) -> bool:
        """Whether every line can take a call."""
        links = [e1.office.link_up for e1 in self.e1s]
        links += [span["link"] for span in self.snapshot["spans"][: len(self.e1s)]]
        return all(links) and all(
            self.line(number)["state"] == "idle" for number in range(1, self.lines + 1)
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        stopping = self.loop.create_task(self.box.stop())
        self.leave()
        self.run(5, stopping.done)
        self._end()

    def _give_up(self) -> None:
        """The box did not come up whole: it cannot be stopped in order."""
        store = getattr(self.box, "store", None)
        if store is not None:
            store.close()  # else its thread keeps the process
        self._end()

    def _end(self) -> None:
        self.box.engine.stop()
        self._end_sites()

    def _end_sites(self) -> None:
        for site in self._sites:
            site.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        self._temporary.cleanup()

    def _site(self, site: S) -> S:
        self._sites.append(site)
        return site

    def leave(self) -> None:
        """Whoever else is here goes, while the box stops."""

    # --- time ---

    def tick(self) -> None:
        """5 ms of everything."""
        for site in self._sites:
            site.office.step()
        self._step_engine()
        self.loop.advance(TICK_S)
        self._step_isdn()
        for step in self.also:
            step()
        self.loop.settle()
        for hook in self.each_tick:
            hook()

    def _step_engine(self) -> None:
        """One tick; a board that was just opened says nothing in its first block."""
        try:
            self.box.engine.step(1, timeout=_BLOCK_S if self._board_speaks else 0.05)
        except TimeoutError:
            if self._board_speaks:
                raise Stuck("the board stopped in the middle") from None
        else:
            self._board_speaks = self.box.engine.statistics()["boards"] > 0

    def _step_isdn(self) -> None:
        for span in self.box.spans.spans.values() if hasattr(self.box, "spans") else ():
            now_ms = self.office.tick // 8
            if span.client.connected and not span.client.quiet(now_ms):
                self.loop.run_until_complete(span.client.step(now_ms))

    # --- looking ---

    @property
    def now_ms(self) -> int:
        """Virtual UTC in milliseconds."""
        return self.box.clock.utc_ms()

    @property
    def snapshot(self) -> Any:
        """The live picture as a supervisor gets it, as plain JSON."""
        return json.loads(json.dumps(asdict(self.box.views.snapshot())))

    @property
    def span(self) -> Any:
        """The first span of the snapshot."""
        return self.snapshot["spans"][0]

    @property
    def lines(self) -> int:
        """How many analogue lines there are."""
        return self.fxo.ports if self.fxo else 0

    def line(self, number: int) -> Any:
        """An analogue line of the snapshot, from 1."""
        boards = self.snapshot["analog"]
        return next(line for board in boards for line in board["lines"] if line["line"] == number)


def new_document(spans: int) -> dict[str, Any]:
    """The configuration of a new box, with a trunk for each further E1 line."""
    document = default_document()
    for number in range(2, spans + 1):
        document["trunks"][f"e1-{number}"] = document["trunks"]["e1"] | {"name": f"E1 {number}"}
    return document
