"""Box, boards, exchanges and people on virtual time, callboxd a process of its own.

One `tick` is 5 ms: callboxd (engine, loop, callbox-isdn), beside it the exchanges and their boards
a tick ahead of it -> people.  What people sent before a tick callboxd has read in it.  `hurried`,
people are beside it, too: a word of theirs may arrive a tick earlier or later, so two runs differ.
"""

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from board.sim.analog.exchange import AnalogExchange
from firmware.app import Options
from firmware.loopback.sites import E1, Fxo, Stuck, resident_mib
from firmware.loopback.ticking import TICK_S
from firmware.loopback.world import DEFAULT_LINES, EPOCH_MS, new_document
from hil_tests.apart.box import BoxProcess
from hil_tests.apart.clerk import Away, Clerk
from hil_tests.apart.disk import Disk
from hil_tests.apart.ticking import Time

_STARTS_S, _IN_SERVICE_S = 20.0, 30.0
_ADMINISTRATOR = "admin"


class House(Time):
    """The box, its lines, and everybody; `Apart` adds what harms them."""

    def __init__(
        self,
        folder: Path | None = None,
        seed: int = 1,
        *,
        spans: int = 1,
        lines: int = 0,
        keep_calls: int | None = None,
        epoch_ms: int = EPOCH_MS,
        hurried: bool = False,
    ) -> None:
        """With E1 lines ("e1", "e1-2" ...), and `lines` (4, 8 or 16) analogue ones ("analog").

        `keep_calls`: ended calls that each exchange keeps, None: all; `epoch_ms`: virtual UTC
        at the beginning; `hurried`: in less time, on two cores, and never twice the same.
        """
        self._hurried = hurried
        self._temporary = tempfile.TemporaryDirectory(prefix="callbox-")
        self.folder = folder or Path(self._temporary.name)
        super().__init__(epoch_ms)
        self.also: list[Callable[[], None]] = []
        """Steps that follow those of the box, each tick."""
        self.each_tick: list[Callable[[], None]] = []
        self._box: BoxProcess | None = None
        self._jumped_ms = 0
        self._sites: dict[str, E1 | Fxo] = {}
        with contextlib.ExitStack() as failing:
            failing.callback(self._end)
            for number in range(spans):
                name = "e1" if number == 0 else f"e1-{number + 1}"
                self._sites[name] = E1(self.folder, number, seed + number, keep_calls)
            self.e1s = [site for site in self._sites.values() if isinstance(site, E1)]
            self.fxo = Fxo(self.folder, lines, seed, keep_calls) if lines else None
            if self.fxo is not None:
                self._sites["analog"] = self.fxo
            failing.pop_all()
        self.office: Any = next(iter(self._sites.values())).office
        self.options = self._options(spans)
        self.options.data.mkdir(exist_ok=True)
        self._disk = Disk(self.folder, self.options.data, self._tell_of_disk)
        self._clerk: Clerk | None = None

    def _options(self, spans: int) -> Options:
        return Options(
            self.folder / "data",
            self.folder / "callboxd.sock",
            tuple(e1.place for e1 in self.e1s),
            fxo_ports=(("analog", str(self.fxo.port)),) if self.fxo else (),
            hosts=("127.0.0.1",),
            service=self.folder / "service.sock",
            default=lambda: new_document(spans),
        )

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as failing:
            failing.callback(self._end)
            self._start_box()
            if not self.run(_STARTS_S, (self.options.data / "first-log-in").exists):
                raise Stuck("callboxd does not start")
            if self.lines > DEFAULT_LINES:
                self.configure(self._all_lines)
            if not self.run(_IN_SERVICE_S, self.in_service):
                raise Stuck("the lines do not come into service")
            failing.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._box is not None:
            self._box.kill()
        for site in self._sites.values():
            site.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        self._temporary.cleanup()

    def _all_lines(self, document: dict[str, Any]) -> None:
        """A line for each socket, calls to all of them treated as those to the first."""
        lines = {str(line.index): {"number": line.number} for line in self.analog.lines}
        document["analog"]["analog"]["lines"] = lines
        first = next(r for r in document["routes"] if r["called"] == lines["1"]["number"])
        document["routes"].append(first | {"called": "010888870*"})

    @property
    def analog(self) -> AnalogExchange:
        """The exchange of the analogue lines."""
        if self.fxo is None:
            raise Stuck("a world without analogue lines")
        return self.fxo.office

    @property
    def lines(self) -> int:
        """How many analogue lines there are."""
        return self.fxo.ports if self.fxo else 0

    # --- time ---

    def tick(self) -> None:
        """5 ms of everything."""
        self._what_is_due()
        with self._box_at_work(self.office.tick):
            for site in self._sites.values():
                site.office.begin_step()
            if self._hurried:
                self._people()
            for site in self._sites.values():
                site.office.end_step()
        if not self._hurried:
            self._people()
        self.ticks += 1
        for hook in self.each_tick:
            hook()

    def _people(self) -> None:
        self.loop.advance(TICK_S)
        for step in self.also:
            step()
        self.loop.settle()

    @contextlib.contextmanager
    def _box_at_work(self, tick: int) -> Iterator[None]:
        box = self._box
        if box is not None:
            box.begin("t", tick)
        try:
            yield
        finally:
            if box is not None:
                box.finish()

    def settle(self) -> None:
        """Whatever is ready is done; time stands."""
        self.loop.settle()
        if self._box is not None:
            self._box.order("s")
        self.loop.settle()

    @property
    def box_ms(self) -> int:
        """UTC as the box has it."""
        return self.now_ms + self._jumped_ms

    def utc_of(self, tick: int) -> float:
        """Virtual UTC in milliseconds of a tick (8 kHz) of the exchange."""
        return self.now_ms - (self.office.tick - tick) / 8

    # --- looking and ordering, as people do ---

    def passwords(self) -> dict[str, str]:
        """The log-ins that the box told at its first start."""
        text = (self.options.data / "first-log-in").read_text()
        return dict(line.split(maxsplit=1) for line in text.splitlines())

    @property
    def clerk(self) -> Clerk:
        """The administrator."""
        if self._clerk is None:
            password = self.passwords()[_ADMINISTRATOR]
            self._clerk = Clerk(str(self.options.socket), _ADMINISTRATOR, password)
        return self._clerk

    def configure(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the configuration's document in place and have it accepted."""
        view = self.ask(self.clerk.read("Config"))
        document = json.loads(json.dumps(view["document"]))
        change(document)
        proposal = {"base_revision": view["revision"], "path": "", "value": document}
        self.ask(self.clerk.order("ProposeConfig", **proposal))

    @property
    def snapshot(self) -> Any:
        """The live picture as an administrator gets it.  Raises Away."""
        return self.ask(self.clerk.read("Snapshot"))

    def in_service(self) -> bool:
        """Whether every line can take a call."""
        if not all(e1.office.link_up for e1 in self.e1s):
            return False
        try:
            snapshot = self.snapshot
        except Away:
            return False
        spans = [span["link"] for span in snapshot["spans"][: len(self.e1s)]]
        boards = [line["state"] == "idle" for one in snapshot["analog"] for line in one["lines"]]
        return all(spans) and (not self.fxo or (bool(boards) and all(boards)))

    def look(self) -> Any:
        """What is in use in callboxd: timers by name, the engine's tables."""
        if self._box is None:
            raise Stuck("callboxd does not run")
        return self._box.look()

    @property
    def memory_mib(self) -> float:
        """What callboxd has resident."""
        if self._box is None:
            raise Stuck("callboxd does not run")
        return resident_mib(self._box.pid)

    @property
    def up(self) -> bool:
        """Whether callboxd's process runs."""
        return self._box is not None

    # --- its process ---

    def _start_box(self) -> None:
        log = self.folder / "callboxd.log"
        self._box = BoxProcess(
            self.options, self.box_ms, log, self._disk.environment, hurried=self._hurried
        )
        self._tell_of_disk(self._disk.condition)

    def _kill_box(self) -> None:
        if self._box is not None:
            self._box.kill()
        self._box = None

    def _tell_of_disk(self, condition: int) -> None:
        if self._box is not None:
            self._box.order("d", condition)
