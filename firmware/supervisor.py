"""The processes of the box on a developer's machine: `make run`.

On the box systemd does this.  Here one table says what runs; a process that dies is
started again after a second, and the end of this one (Ctrl-C) ends every other, by its
own process id, children first started last.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LOGGER = logging.getLogger("supervisor")
RESTART_S = 1.0
STOP_S = 5.0
START_S = 30.0


@dataclass(frozen=True)
class Program:
    """One process: what to start, and the path that exists when it is up."""

    name: str
    argv: tuple[str, ...]
    ready: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def programs(run: Path, port: int, rate: int, page: int) -> list[Program]:
    """What the box consists of, in the order in which it is started."""
    python = (sys.executable, "-m")
    line, board, isdn = run / "line.sock", run / "board.tty", run / "isdn.sock"
    daemon, web = run / "callboxd.sock", run / "web.sock"
    return [
        Program(
            "exchange",
            (*python, "board.sim.exchange", "--line", str(line), "--page", str(page),
             "--rate", str(rate)),
            line,
        ),
        Program(
            "board",
            (*python, "board.sim.board", "--port-link", str(board), "--line", str(line)),
            board,
        ),
        Program(
            "callbox-isdn",
            ("board/isdn/callbox-isdn", "--side", "user", "--socket", str(isdn)),
            isdn,
        ),
        Program(
            "callboxd",
            (*python, "firmware.app", "--data", str(run / "data"), "--socket", str(daemon),
             "--isdn-socket", str(isdn), "--board-port", str(board)),
            daemon,
        ),
        Program(
            "callbox-web",
            (*python, "gunicorn", "--worker-class", "gthread", "--threads", "8", "--workers", "1",
             "--bind", f"unix:{web}", "--umask", "0o077", "webui:create_app()"),
            web,
            {"CALLBOX_RUN": str(run)},
        ),
        Program(
            "nginx",
            (*python, "webui.nginx", "--run", str(run), "--port", str(port)),
            run / "nginx" / "nginx.pid",
        ),
    ]  # fmt: skip


class Supervisor:
    """Starts the programs in order and keeps them running."""

    def __init__(self, run: Path, table: list[Program], on_ready: Callable[[], None]) -> None:
        self._run = run
        self._table = table
        self._on_ready = on_ready
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()

    async def up(self) -> None:
        """Start all; each is awaited until its ready path exists.  TimeoutError if it does not."""
        async with asyncio.TaskGroup() as group:
            self._keepers = group
            for program in self._table:
                if program.ready is not None:
                    program.ready.unlink(missing_ok=True)
                await self._start(program)
                group.create_task(self._keep(program))
                await self._until_ready(program)
            self._on_ready()
            await self._stopping.wait()
            await self._down()

    def stop(self) -> None:
        """End everything; `up` returns when all are gone."""
        self._stopping.set()

    async def _start(self, program: Program) -> None:
        log = (self._run / "log" / f"{program.name}.log").open("ab")
        with log:
            self._running[program.name] = await asyncio.create_subprocess_exec(
                *program.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **program.environment},
                start_new_session=True,  # Ctrl-C reaches us alone; we end them in order
            )

    async def _keep(self, program: Program) -> None:
        while True:
            code = await self._running[program.name].wait()
            if self._stopping.is_set():
                return
            _LOGGER.warning("%s ended with %d, starting it again", program.name, code)
            await asyncio.sleep(RESTART_S)
            if self._stopping.is_set():
                return
            await self._start(program)

    async def _until_ready(self, program: Program) -> None:
        if program.ready is None:
            return
        async with asyncio.timeout(START_S):
            # A path that another process makes: there is no event to wait for.
            while not program.ready.exists() and not self._stopping.is_set():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def _down(self) -> None:
        for program in reversed(self._table):
            process = self._running[program.name]
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), STOP_S)
                except TimeoutError:
                    process.kill()
                    await process.wait()


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
    chosen = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    run = chosen.run.resolve()
    (run / "log").mkdir(parents=True, exist_ok=True, mode=0o700)
    (run / "data").mkdir(exist_ok=True, mode=0o700)
    table = programs(run, chosen.port, chosen.rate, chosen.page)
    asyncio.run(_run(Supervisor(run, table, lambda: announce(run, chosen.port, chosen.page))))


async def _run(supervisor: Supervisor) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    await supervisor.up()


if __name__ == "__main__":
    main()
