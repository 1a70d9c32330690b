"""The processes of the box on a developer's machine: `make run`.

On the box systemd does this.  Here one table says what runs; a process that dies is
started again, and the end of this one (Ctrl-C) ends every other, by its own process id,
those first that were started last.  Should this one be killed, the kernel ends the others.
Everything listens on loopback only.
"""

import argparse
import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LOGGER = logging.getLogger("supervisor")
RESTART_S = 0.2
RESTART_SLOW_S = 2.0
"""Before the next try of a program that did not live this long."""
STOP_S = 5.0
START_S = 60.0
_LOG_BYTES = 1 << 20
LINE, BOARD = "line.sock", "board.tty"
FXO_LINE, FXO_BOARD = "fxo.sock", "fxo.tty"
FXO_TRUNK = "analog"
"""Name of the analogue trunk in the configuration of a new box."""
FXO_PORTS = (0, 4, 8, 16)


_DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--")
"""util-linux: sets PR_SET_PDEATHSIG and becomes the program."""


class NotUp(Exception):
    """The box cannot be started; the text is for the person who started it."""


@dataclass(frozen=True)
class Program:
    """One process: what to start, and the path that exists when it is up."""

    name: str
    argv: tuple[str, ...]
    ready: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def programs(run: Path, port: int, rate: int, page: int, fxo_ports: int) -> list[Program]:
    """What runs: the simulated lines, and the box on them; without FXO ports only the E1 line."""
    return [*_lines(run, rate, page, fxo_ports), *_box(run, port, fxo_ports)]


def _python(module: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *map(str, arguments))


def _lines(run: Path, rate: int, page: int, fxo_ports: int) -> list[Program]:
    """Exchange and boards; on the box they are hardware."""
    line, board, pairs, fxo = (run / name for name in (LINE, BOARD, FXO_LINE, FXO_BOARD))
    exchange = _python("board.sim.exchange", "--line", line, "--page", page, "--rate", rate)
    e1 = _python("board.sim.board", "--port-link", board, "--line", line)
    if not fxo_ports:
        return [Program("exchange", exchange, line), Program("board", e1, board)]
    exchange += ("--fxo-line", str(pairs), "--fxo-ports", str(fxo_ports))
    analog = _python(
        "board.sim.board", "--kind", "fxo", "--ports", fxo_ports,
        "--port-link", fxo, "--line", pairs,
    )  # fmt: skip
    return [
        Program("exchange", exchange, line),
        Program("board", e1, board),
        Program("board-fxo", analog, fxo),
    ]


def _box(run: Path, port: int, fxo_ports: int) -> list[Program]:
    """What systemd starts on the box."""
    isdn, daemon, web = run / "isdn.sock", run / "callboxd.sock", run / "web.sock"
    signalling = ("board/isdn/callbox-isdn", "--side", "user", "--socket", str(isdn))
    callboxd = _python(
        "firmware.app", "--data", run / "data", "--socket", daemon,
        "--isdn-socket", isdn, "--board-port", run / BOARD,
        "--service-socket", run / "service.sock", "--host", "127.0.0.1", "--media-port", 0,
    )  # fmt: skip
    if fxo_ports:
        callboxd += ("--fxo-port", f"{FXO_TRUNK}={run / FXO_BOARD}")
    pages = _python(
        "gunicorn", "--worker-class", "gthread", "--threads", 8, "--workers", 1,
        "--bind", f"unix:{web}", "--umask", "0o077", "--preload", "--no-control-socket",
        "webui.app:create_app()",
    )  # fmt: skip
    nginx = _python("webui.nginx", "--run", run, "--port", port)
    return [
        Program("callbox-isdn", signalling, isdn),
        Program("callboxd", callboxd, daemon),
        Program("callbox-web", pages, web, {"CALLBOX_RUN": str(run)}),
        Program("nginx", nginx, run / "nginx" / "nginx.pid"),
    ]


class Supervisor:
    """Starts the programs and keeps them running."""

    def __init__(self, run: Path, table: list[Program], on_ready: Callable[[], None]) -> None:
        self._run = run
        self._table = table
        self._on_ready = on_ready
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def up(self) -> None:
        """Run all until `stop`.  NotUp when a program does not get ready in START_S."""
        for program in self._table:
            if program.ready is not None:
                program.ready.unlink(missing_ok=True)
        keepers = [asyncio.create_task(self._keep(program)) for program in self._table]
        try:
            for program in self._table:
                await self._until_ready(program)
            if not self._stopping.is_set():
                self._on_ready()
            await self._stopping.wait()
        finally:
            self._stopping.set()
            await self._down()
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)

    def stop(self) -> None:
        """End everything; `up` returns when all are gone."""
        self._stopping.set()

    def _log(self, program: Program) -> Path:
        return self._run / "log" / f"{program.name}.log"

    async def _start(self, program: Program) -> asyncio.subprocess.Process:
        path = self._log(program)
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *_DIES_WITH_US,
                *program.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(program),
                start_new_session=True,  # Ctrl-C reaches us alone; we end them in order
            )
        self._running[program.name] = process
        return process

    async def _keep(self, program: Program) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            process = await self._start(program)
            code = await process.wait()
            _end_group(process.pid)
            if self._stopping.is_set():
                return
            said = _last_line(self._log(program))
            _LOGGER.warning("%s ended with %d, starting it again (%s)", program.name, code, said)
            brief = time.monotonic() - started < RESTART_SLOW_S
            await asyncio.sleep(RESTART_SLOW_S if brief else RESTART_S)

    async def _until_ready(self, program: Program) -> None:
        if program.ready is None:
            return
        try:
            async with asyncio.timeout(START_S):
                # A path that another process makes: there is no event to wait for.
                while not program.ready.exists() and not self._stopping.is_set():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            said = _last_line(self._log(program))
            raise NotUp(f"{program.name} does not start: {said}") from None

    async def _down(self) -> None:
        for program in reversed(self._table):
            process = self._running.get(program.name)
            if process is None or process.returncode is not None:
                continue
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                _LOGGER.warning("%s does not end, killed", program.name)
            _end_group(process.pid)
            await process.wait()


def _end_group(leader: int) -> None:
    """Kill what a program left behind in its group: an nginx worker keeps the port."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _environment(program: Program) -> dict[str, str]:
    """Ours, but modules are compiled once: a restart has no time for that."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **program.environment}


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return lines[-1] if lines else "it said nothing"


def lock(run: Path) -> int:
    """Take this folder for us as long as we live.  NotUp when another has it."""
    descriptor = os.open(run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotUp(f"a box already runs in {run}") from None
    return descriptor


def announce(run: Path, port: int, page: int) -> None:
    """Say where the pages are and how to log in the first time."""
    lines = [
        "",
        f"Callbox is up:       https://127.0.0.1:{port}/",
        f"The exchange's page: http://127.0.0.1:{page}/   (call me now)",
    ]
    first = run / "data" / "first-log-in"
    if first.exists():
        lines += ["First log-in:", first.read_text().rstrip()]
    lines += ["Ctrl-C ends everything.", ""]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


def main() -> None:
    """Parse the options and run until a signal comes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--run", type=Path, default=Path("run"), help="folder of this run")
    options.add_argument("--port", type=int, default=8443, help="the one origin, on loopback")
    options.add_argument("--page", type=int, default=8081, help="the exchange's own page")
    options.add_argument("--rate", type=int, default=60, help="simulated callers an hour")
    options.add_argument(
        "--fxo-ports", type=int, choices=FXO_PORTS, default=4, help="analogue lines, 0: no board"
    )
    chosen = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    run = chosen.run.resolve()
    (run / "log").mkdir(parents=True, exist_ok=True, mode=0o700)
    (run / "data").mkdir(exist_ok=True, mode=0o700)
    table = programs(run, chosen.port, chosen.rate, chosen.page, chosen.fxo_ports)
    try:
        lock(run)
        asyncio.run(_run(Supervisor(run, table, lambda: announce(run, chosen.port, chosen.page))))
    except NotUp as problem:
        sys.exit(f"{problem}\nThe logs are in {run / 'log'}.")


async def _run(supervisor: Supervisor) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    await supervisor.up()


if __name__ == "__main__":
    main()
